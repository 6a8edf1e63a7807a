package edgewise;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a protocol does with the datagrams of one socket. All methods are called on the socket's
 * loop, never one inside another; {@link #onClose} is the last.
 *
 * <p>An exception from a handler closes its socket with that cause and is logged; the loop goes on.
 */
@FunctionalInterface
public interface DatagramHandler {
  /**
   * A datagram has come.
   *
   * @param datagram valid until the method returns; the next call has the same object
   */
  void onDatagram(DatagramSocket socket, Datagram datagram) throws Exception;

  /**
   * A datagram could not be sent (EMSGSIZE, EPERM, nobody at that path), or an ICMP message said
   * that an earlier one did not arrive ({@link java.net.ConnectException} for ECONNREFUSED). The
   * socket goes on. ICMP messages can be forged: to believe one is the protocol's decision. The
   * default logs it at debug level.
   *
   * @param to where the datagram was sent to; null where the kernel does not say
   */
  default void onError(DatagramSocket socket, @Nullable Endpoint to, IOException failure)
      throws Exception {
    socket.loop().log.debug("{}: a datagram to {} failed", socket, to, failure);
  }

  /** After {@link DatagramSocket#send} has refused a datagram: half of the queue is free again. */
  default void onWritable(DatagramSocket socket) throws Exception {}

  /**
   * The loop is to stop: finish what is in hand, then close; whoever is still open at the deadline
   * is closed. The default sends what is queued and closes.
   */
  default void onStop(DatagramSocket socket) throws Exception {
    socket.close();
  }

  /**
   * The socket is closed and its descriptor free. Called exactly once.
   *
   * @param cause the failure that ended it; null after an orderly end
   */
  default void onClose(DatagramSocket socket, @Nullable Throwable cause) throws Exception {}
}
