package edgewise.cli;

import edgewise.http.HttpHandler;
import edgewise.http.HttpLimits;
import edgewise.http.HttpServer;
import edgewise.http.Response;
import edgewise.http.WebSocketHandshake;
import java.util.List;

/**
 * {@code edgewise testserver}: as {@code serve}, with routes besides the files that test suites of
 * others call. It trusts its clients no more than {@code serve} does: all limits are the same, but
 * for that of streamed bodies, of which {@code serve} takes none.
 */
final class TestServer {
  private static final long MAX_STREAMED_BYTES = 1L << 40;

  private static final List<String> DESCRIPTION =
      List.of(
          "Serve as 'edgewise serve' does, with routes for HTTP test suites.",
          "",
          "  /echo  any method: 200 with the body of the request, once all of it has come",
          "  /h204  any method: 204, no body",
          "  /ws    WebSocket: sends every frame back",
          "  /sse   server-sent events: one a second",
          "  /stream/loop, /stream/async, /stream/thread",
          "         POST: 200 with the CRC-32 and the length of the body, taken as it comes",
          "         GET: ?bytes=N octets, made as they go, their CRC-32 in a trailer",
          "");

  private static final String EXAMPLES =
      """
        edgewise testserver --listen 0 --listen unix:/tmp/app.sock
        edgewise testserver --listen 8080 --backend epoll --trigger level
      """;

  private TestServer() {}

  static Command command() {
    var server = new FileServer();
    return new Command(
        "edgewise testserver",
        DESCRIPTION,
        server.options(),
        List.of(),
        () -> FileServer.FOOTER + EXAMPLES,
        (out, err) -> server.run(TestServer::addRoutes, out, err));
  }

  /** All of them; the description above and docs/cli.md name each. */
  private static void addRoutes(HttpServer.Builder builder) {
    builder
        .limits(HttpLimits.builder().maxStreamedBodyBytes(MAX_STREAMED_BYTES).build())
        .any("/echo", request -> Response.bytes(request.bodyBytes(), "application/octet-stream"))
        .any("/h204", request -> Response.status(204))
        .get("/ws", request -> WebSocketHandshake.accept(request, c -> new WebSocketEcho()))
        .get("/sse", request -> Response.events(TestStreams::tick))
        .post("/stream/loop", HttpHandler.streaming(TestStreams::receiveOnLoop))
        .get("/stream/loop", TestStreams::produceOnLoop)
        .post("/stream/async", HttpHandler.streaming(TestStreams::receiveAsync))
        .get("/stream/async", HttpHandler.async(TestStreams::produceAsync))
        .post("/stream/thread", HttpHandler.blocking(TestStreams::read))
        .get("/stream/thread", HttpHandler.blocking(TestStreams::write));
  }
}
