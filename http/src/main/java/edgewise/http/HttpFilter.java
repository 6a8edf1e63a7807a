package edgewise.http;

/**
 * Something around handlers: authentication, compression, a header that every response has. It may
 * answer itself, or call the next and change what comes back with {@link Response#map}, which also
 * works if that comes later. Runs on the loop, before the body has come, and must not block.
 *
 * <pre>{@code
 * HttpFilter secured = (request, next) ->
 *     isKnown(request.header("Authorization"))
 *         ? next.handle(request).map(r -> r.header("Cache-Control", "private"))
 *         : Response.error(401).header("WWW-Authenticate", "Basic");
 * }</pre>
 */
@FunctionalInterface
public interface HttpFilter {
  /**
   * Handles a request by calling the next handler or not.
   *
   * @param next a handler of any kind. It never throws: an exception has become the response that
   *     the server's {@link ErrorHandler} makes of it, so a filter sees that as well
   */
  Response handle(Request request, HttpHandler next) throws Exception;

  /** A handler with this filter around it. */
  default HttpHandler around(HttpHandler handler) {
    var callee = new Callee(handler);
    HttpHandler next = request -> request.guarded(callee);
    return HttpHandler.streaming(request -> handle(request, next));
  }
}
