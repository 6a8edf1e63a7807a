package edgewise.http;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A server per test, which ends with it. */
abstract class OneServer {
  static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

  /** The beginning of a request that has a body. */
  static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

  private @Nullable HttpRig rig;

  HttpRig serve(HttpHandler handler) {
    return serve(handler, HttpLimits.DEFAULT);
  }

  /** Serves instead of what served before. */
  HttpRig serve(HttpHandler handler, HttpLimits limits) {
    close();
    rig = new HttpRig(handler, limits);
    return rig;
  }

  HttpRig serveAndNext(HttpHandler handler) {
    return serveAndNext(handler, HttpLimits.DEFAULT);
  }

  /** With an answer at once to {@link #NEXT}, whatever the handler does. */
  HttpRig serveAndNext(HttpHandler handler, HttpLimits limits) {
    return serve(new Router().any("/", handler).get("/next", q -> Response.text("next")), limits);
  }

  HttpRig serveBlocking(HttpHandler handler) {
    return serveBlocking(handler, HttpLimits.DEFAULT);
  }

  /** As {@link #serveAndNext}, with a handler that may block. */
  HttpRig serveBlocking(HttpHandler handler, HttpLimits limits) {
    return serveAndNext(HttpHandler.blocking(handler), limits);
  }

  HttpRig rig() {
    return Objects.requireNonNull(rig);
  }

  @AfterEach
  void close() {
    if (rig != null) {
      rig.close();
    }
  }
}
