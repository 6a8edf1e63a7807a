package edgewise.cli;

import java.util.List;

/** {@code edgewise serve}: the files of a directory over HTTP, until it is told to stop. */
final class Serve {
  private static final String EXAMPLES =
      """
        edgewise serve
        edgewise serve public --listen 0.0.0.0:8080 --listen unix:/tmp/app.sock
        edgewise serve --listen 0 --backend select
      """;

  private Serve() {}

  static Command command() {
    var server = new FileServer();
    return new Command(
        "edgewise serve",
        List.of("Serve the files of a directory over HTTP/1.1, and nothing outside of it."),
        server.options(),
        List.of(),
        () -> FileServer.FOOTER + EXAMPLES,
        (out, err) -> server.run(builder -> {}, out, err));
  }
}
