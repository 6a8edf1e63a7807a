package edgewise.examples;

import edgewise.http.HttpServer;
import edgewise.http.cgi.Cgi;
import java.nio.file.Path;

/** A server of programs: {@code CgiBin DIRECTORY ADDRESS} answers by the scripts that are there. */
public final class CgiBin {
  private CgiBin() {}

  public static void main(String[] args) throws Exception {
    var scripts = Cgi.builder().at("/cgi-bin").variable("LANG", "C.UTF-8");
    var builder =
        HttpServer.builder()
            .any("/cgi-bin/{path...}", scripts.directory(Path.of(args[0])))
            .listen(args[1]);
    try (var server = builder.start()) {
      server.endpoints().forEach(endpoint -> System.out.println("http on " + endpoint));
      server.awaitStop();
    }
  }
}
