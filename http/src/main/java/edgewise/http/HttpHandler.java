package edgewise.http;

import java.util.concurrent.Executor;

/**
 * Answers requests. As it stands it runs on a loop's thread, so it must not block, and it is called
 * when the body has come as a whole. The static methods make the other kinds:
 *
 * <table><caption>Kinds of handlers</caption>
 * <tr><td>{@code request -> ...}<td>on the loop, with the whole body, up to {@link
 *     HttpLimits#maxBodyBytes}
 * <tr><td>{@link #streaming}<td>on the loop, as soon as the head is there; the body streams
 * <tr><td>{@link #async}<td>starts on the loop, answers later and from any thread
 * <tr><td>{@link #blocking(HttpHandler)}<td>on a virtual thread, as soon as the head is there; the
 *     bodies are an InputStream and an OutputStream
 * </table>
 */
@FunctionalInterface
public interface HttpHandler {
  /**
   * Answers one request.
   *
   * @param request a view that is valid until this method returns or, if the answer comes later,
   *     until it has come
   * @return the answer, which then belongs to the server: the file of a file response is closed by
   *     it
   * @throws StatusException to answer with an error status
   * @throws Exception anything else becomes a 500 that tells the client nothing, and is logged
   */
  Response handle(Request request) throws Exception;

  /**
   * Whether it is called as soon as the head is there. If not, the server reads the body before it
   * calls.
   */
  default boolean beforeBody() {
    return false;
  }

  /**
   * Calls another handler as its kind wants it: at once, or when the body has come. Whoever hands a
   * request on, such as a filter, does it by this.
   */
  static Response call(HttpHandler handler, Request request) throws Exception {
    return new Callee(handler).call(request);
  }

  /** A handler that is called before the body has come; see {@link Response#receiving}. */
  static HttpHandler streaming(HttpHandler handler) {
    return new HttpHandler() {
      @Override
      public Response handle(Request request) throws Exception {
        return handler.handle(request);
      }

      @Override
      public boolean beforeBody() {
        return true;
      }
    };
  }

  /** A handler that answers later. The request stays valid until it has. */
  static HttpHandler async(AsyncHandler handler) {
    return request -> {
      request.keep();
      return Response.async(handler.handle(request));
    };
  }

  /** A handler that may block: each call has a virtual thread of its own. */
  static HttpHandler blocking(HttpHandler handler) {
    return new BlockingHandler(handler, BlockingHandler.VIRTUAL_THREADS);
  }

  /**
   * A handler that may block, called on the threads of an executor.
   *
   * @param executor one that rejects a call makes it a 503
   */
  static HttpHandler blocking(HttpHandler handler, Executor executor) {
    return new BlockingHandler(handler, executor);
  }
}
