package edgewise.spi;

import edgewise.Endpoint;
import java.nio.ByteBuffer;

/**
 * The datagrams that one {@link DatagramPort#receive} has brought, in memory that all ports of a
 * poller share: valid until the next receive of any of them. Belongs to the poller's thread.
 */
public interface IncomingDatagrams {
  /** The bytes of message {@code i} that fitted, from position to limit of a direct buffer. */
  ByteBuffer bytes(int i);

  /** How many bytes message {@code i} had when it was sent; more than there are if it was cut. */
  int fullLength(int i);

  /**
   * Message {@code i} is several datagrams of so many bytes, the last perhaps less; 0: it is one.
   */
  int segmentBytes(int i);

  /**
   * Moves what came beside message {@code i} of an AF_UNIX socket into {@code into}, which then
   * owns it. To be called once for each such message, or descriptors are leaked.
   */
  void takeAncillary(int i, Ancillary into);

  /** Who sent it. */
  Endpoint sender(int i);

  /** Who sent it, to be kept. */
  DatagramAddress address(int i);
}
