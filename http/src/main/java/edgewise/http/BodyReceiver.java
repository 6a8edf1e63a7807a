package edgewise.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Takes the body of a request piece by piece; see {@link Response#receiving}. All methods are
 * called on the connection's loop and must not block; after {@link #begin} come pieces, and then
 * either {@link #end} or {@link #fail}, once.
 */
public interface BodyReceiver {
  /**
   * The body is about to come. A client that has asked by {@code Expect: 100-continue} is told to
   * go on after this, unless the flow was paused, and then when it is resumed.
   */
  default void begin(BodyFlow flow) {}

  /**
   * The next octets of the body.
   *
   * @param part valid until this returns; all of it counts as taken. To slow the client down, pause
   *     the flow: no further part comes until it is resumed
   */
  void receive(ByteBuffer part) throws Exception;

  /**
   * The body has come as a whole.
   *
   * @param trailers the fields after a chunked body; they have not been looked at
   */
  void end(List<Response.Field> trailers) throws Exception;

  /**
   * No more will come: the connection has failed, the body was malformed or too slow, or the
   * response ended without waiting for it.
   */
  default void fail(IOException cause) {}
}
