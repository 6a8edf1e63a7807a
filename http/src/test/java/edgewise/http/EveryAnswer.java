package edgewise.http;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A server that has an answer of each kind, by the path. */
abstract class EveryAnswer extends OneServer {
  /** The requests that were handled. */
  final List<String> handled = new ArrayList<>();

  @BeforeEach
  void start() {
    start(HttpLimits.DEFAULT);
  }

  /** Instead of what served before. */
  void start(HttpLimits limits) {
    serve(this::response, limits);
  }

  private Response response(Request request) {
    handled.add(request.method() + " " + request.path());
    return switch (request.path()) {
      case "/echo" -> Response.bytes(request.bodyBytes(), "application/octet-stream");
      case "/large" -> Response.bytes(new byte[100_000], "application/octet-stream");
      case "/204" -> Response.status(204);
      case "/304" -> Response.status(304);
      case "/closing" -> Response.text("bye").closing();
      case "/fails" -> throw new IllegalStateException("secret");
      case "/teapot" -> throw new StatusException(422, "no tea");
      case "/null" -> nothing();
      default -> Response.text("x");
    };
  }

  @SuppressWarnings("NullAway") // a handler written without null checks
  private static Response nothing() {
    return null;
  }

  Answers answers(String octets) {
    return Answers.read(rig().exchange(octets), octets.startsWith("HEAD"));
  }
}
