package edgewise.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code edgewise serve}: the files of a directory over HTTP, until it is told to stop. */
@Command(
    name = "serve",
    description = "Serve the files of a directory over HTTP/1.1, and nothing outside of it.",
    footer = {
      "  edgewise serve",
      "  edgewise serve public --listen 0.0.0.0:8080 --listen unix:/tmp/app.sock",
      "  edgewise serve --listen 0 --backend select"
    })
final class Serve implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private FileServer server;

  @Override
  public Integer call() {
    return server.run(builder -> {});
  }
}
