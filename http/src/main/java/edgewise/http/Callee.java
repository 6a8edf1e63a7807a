package edgewise.http;

import java.util.Objects;

/**
 * A handler that is called again and again, as its kind wants it: at once, or when the body has
 * come. The response that says the latter is made once, so that waiting for a body makes no
 * garbage.
 */
final class Callee implements Later.Awaited {
  private final HttpHandler handler;
  private final Response afterBody = Response.later(this);

  Callee(HttpHandler handler) {
    this.handler = handler;
  }

  /** The handler's response, or one that says to call again when the body has come. */
  Response call(Request request) throws Exception {
    return handler.beforeBody() || request.hasWholeBody()
        ? Objects.requireNonNull(handler.handle(request), "a handler answered with null")
        : afterBody;
  }
}
