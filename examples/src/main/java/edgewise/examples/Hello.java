package edgewise.examples;

import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.nio.file.Path;

/** An HTTP server: {@code Hello DIRECTORY ADDRESS...} greets by name, and serves the directory. */
public final class Hello {
  private Hello() {}

  public static void main(String[] args) throws Exception {
    var builder =
        HttpServer.builder()
            .get("/hello/{name}", request -> Response.text("Hello " + request.pathValue("name")))
            .files("/", Path.of(args[0]));
    for (int i = 1; i < args.length; i++) {
      builder.listen(args[i]);
    }
    try (var server = builder.start()) {
      server.endpoints().forEach(endpoint -> System.out.println("http on " + endpoint));
      server.awaitStop();
    }
  }
}
