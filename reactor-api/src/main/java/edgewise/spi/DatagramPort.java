package edgewise.spi;

import edgewise.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking datagram socket: UDP or AF_UNIX. Owns its descriptor and its socket file. Made by
 * {@link Poller#openDatagrams}.
 */
public interface DatagramPort {
  /** The result that says: nothing now, wait for readiness. EAGAIN. */
  int WOULD_BLOCK = -1;

  /**
   * The result of {@link #send} that says: the kernel cannot cut the first message into segments;
   * stage its datagrams again, and they will not be joined.
   */
  int NOT_SEGMENTED = -2;

  /** A failure of a datagram that was sent earlier, and where that was sent to, if it is known. */
  record Failure(@Nullable Endpoint to, IOException cause) {}

  /**
   * Receives what is waiting, {@code most} datagrams at most; recvmmsg(2).
   *
   * @param into the poller's own
   * @return how many there are to look at, {@link #WOULD_BLOCK}, or 0 if there was a failure to be
   *     taken by {@link #takeFailure}; ask again
   * @throws IOException if the socket cannot go on
   */
  int receive(IncomingDatagrams into, int most) throws IOException;

  /**
   * Sends staged messages from {@code first} on with one call; sendmmsg(2).
   *
   * @param from the poller's own
   * @return how many messages the kernel took, at least 1; {@link #WOULD_BLOCK}; or {@link
   *     #NOT_SEGMENTED}
   * @throws IOException if message {@code first} cannot be sent; others may
   */
  int send(OutgoingDatagrams from, int first) throws IOException;

  /**
   * Whether {@link Readiness#WRITE} tells that a send would not block any more. It does not for an
   * AF_UNIX socket that is not connected: there the full queue of one receiver blocks, unix(7).
   */
  boolean tellsWritable();

  /** Whether something may come beside the bytes; {@link IncomingDatagrams#takeAncillary}. */
  boolean hasAncillary();

  /**
   * Whether a call has met failures of earlier datagrams, so that {@link #takeFailure} has some.
   */
  boolean hasFailures();

  /** Takes a failure of a datagram that was sent earlier, or null. Asks the kernel. */
  @Nullable Failure takeFailure();

  /** Joins a multicast group; of all its senders, or of one. RFC 3678. */
  void join(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException;

  /** Leaves a multicast group that was joined with the same arguments. */
  void leave(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException;

  /** Changes the registered interest; {@link Readiness} bits. */
  void interest(int interest) throws IOException;

  /** The address it is bound to. */
  Endpoint local() throws IOException;

  /** The peer it is connected to; null if it is not. */
  @Nullable Endpoint remote();

  /** Sets a socket option, as {@link StreamSocket#option(SocketOption, Object)}. */
  <T> void option(SocketOption<T> option, T value) throws IOException;

  /** Reads a socket option. */
  <T> T option(SocketOption<T> option) throws IOException;

  /** Deregisters, closes, and removes its own socket file. Idempotent. */
  void close();
}
