package edgewise;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a protocol does with one connection. All methods are called on the connection's loop, never
 * one inside another, and in this order:
 *
 * <pre>
 *   onOpen  ( onData | onWritable | onPeerHangup | onStop )*  onEnd?  ( onWritable | onStop )*  onClose
 *      \                                                                                        ^
 *       `---- a connect that fails goes straight from nothing to onClose -----------------------'
 * </pre>
 *
 * <p>An exception from a handler closes its connection with that cause and is logged; the loop goes
 * on.
 */
@FunctionalInterface
public interface Handler {
  /**
   * Bytes have come. Those from position to limit are new, after those that earlier calls left.
   *
   * <p>What the handler leaves between position and limit is kept, and comes again in front of the
   * next bytes; a handler thus waits for a whole message by returning without taking it. At most
   * {@link ConnectionOptions#maxUnconsumedBytes()} can be left.
   *
   * @param in big endian, direct, valid until the method returns, and not to be written to
   */
  void onData(Connection connection, ByteBuffer in) throws Exception;

  /** The connection is open: accepted, or connected. */
  default void onOpen(Connection connection) throws Exception {}

  /**
   * The peer has sent its last byte, and all bytes have been delivered. The other direction still
   * works; the default sends what is queued and closes.
   */
  default void onEnd(Connection connection) throws Exception {
    connection.close();
  }

  /**
   * The queue of unsent bytes was above the high-water mark and has fallen to the low one; called
   * once per crossing.
   */
  default void onWritable(Connection connection) throws Exception {}

  /**
   * While reading is paused the peer shut down its sending side or vanished; bytes may still be
   * waiting. Called once at most, and only by backends with HANGUP_WHILE_NOT_READING. A chance to
   * drop work that nobody waits for.
   */
  default void onPeerHangup(Connection connection) throws Exception {}

  /**
   * The loop is to stop: finish what is in hand, then close; whoever is still open at the deadline
   * is aborted. The default sends what is queued and closes.
   */
  default void onStop(Connection connection) throws Exception {
    connection.close();
  }

  /**
   * The connection is closed and its descriptor free. Called exactly once, also for a connect that
   * failed.
   *
   * @param cause the failure that ended it; null after an orderly end
   */
  default void onClose(Connection connection, @Nullable Throwable cause) throws Exception {}
}
