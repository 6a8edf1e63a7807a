package edgewise.spi;

import edgewise.Descriptor;
import edgewise.Endpoint;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that wait for one {@link DatagramPort#send}, in memory that all ports of a poller share
 * by turns. Datagrams of one size to one destination may be joined to a message that the kernel
 * cuts again (UDP_SEGMENT, udp(7)), so there may be fewer messages than datagrams. Belongs to the
 * poller's thread.
 */
public interface OutgoingDatagrams {
  /** Forgets what is staged; what is staged from now on is for that port. */
  void begin(DatagramPort port);

  /** What is staged next goes to the peer that the port is connected to. */
  void toPeer();

  /** What is staged next goes there. */
  void to(Endpoint destination);

  /** What is staged next goes there. */
  void to(DatagramAddress destination);

  /** What is staged next goes to the sender of a received message. */
  void toSender(IncomingDatagrams received, int i);

  /** Where what is staged next goes, to be kept; null is the peer. */
  @Nullable DatagramAddress destination();

  /**
   * Stages a copy of bytes as one datagram.
   *
   * @return false if there is no room; if nothing is staged, then it is longer than any datagram
   *     that can be sent
   */
  boolean stage(ByteBuffer source, int offset, int length);

  /** Passes descriptors with the message staged last; they stay the caller's, and open. */
  void pass(List<Descriptor> descriptors);

  /** How many messages are staged. */
  int messages();

  /** How many datagrams message {@code i} is. */
  int datagrams(int i);

  /** Where message {@code i} goes; null is the peer. */
  @Nullable DatagramAddress destination(int i);

  /** The bytes of message {@code i}, from position to limit. */
  ByteBuffer bytes(int i);

  /** Bytes of each datagram of message {@code i} but the last, which may have less. */
  int segmentBytes(int i);
}
