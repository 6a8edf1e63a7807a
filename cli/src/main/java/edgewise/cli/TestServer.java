package edgewise.cli;

import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code edgewise testserver}: as {@code serve}, with routes besides the files that test suites of
 * others call. It trusts its clients no more than {@code serve} does: all limits are the same.
 */
@Command(
    name = "testserver",
    description = {
      "Serve as 'edgewise serve' does, with routes for HTTP test suites.",
      "",
      "  /echo  any method: 200 with the body of the request, once all of it has come",
      "  /h204  any method: 204, no body",
      ""
    },
    footer = {
      "  edgewise testserver --listen 0 --listen unix:/tmp/app.sock",
      "  edgewise testserver --listen 8080 --backend epoll --trigger level"
    })
final class TestServer implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private FileServer server;

  @Override
  public Integer call() {
    return server.run(TestServer::addRoutes);
  }

  /** All of them; the description above and docs/cli.md name each. */
  private static void addRoutes(HttpServer.Builder builder) {
    builder
        .any("/echo", request -> Response.bytes(request.bodyBytes(), "application/octet-stream"))
        .any("/h204", request -> Response.status(204));
  }
}
