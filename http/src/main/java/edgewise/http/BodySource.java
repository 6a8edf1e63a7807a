package edgewise.http;

import org.jspecify.annotations.Nullable;

/**
 * Makes the body of a response piece by piece; see {@link Response#stream}. All methods are called
 * on the connection's loop and must not block.
 */
@FunctionalInterface
public interface BodySource {
  /**
   * There is room: called at first, and again each time the client has taken enough after a write
   * that answered false. Writes until that happens, or until there is nothing to write now; then
   * whoever has more later writes it to the same writer, on the loop.
   */
  void produce(BodyWriter out) throws Exception;

  /** The server is to stop: a stream without an end, such as one of events, should end here. */
  default void stop(BodyWriter out) throws Exception {}

  /**
   * Nothing is wanted any more. Called exactly once, also if {@link #produce} never was, as with
   * HEAD.
   *
   * @param cause why the connection failed; null if the body was ended, or never wanted
   */
  default void close(@Nullable Throwable cause) {}
}
