package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The docker command talks HTTP over a unix socket to whatever listens there. It first asks for
 * {@code /_ping}, by HEAD, to learn the version of the API, which is then the first segment of each
 * path (Docker Engine API, "Versioning").
 */
@Needs("docker")
class DockerTest {
  private static final String VERSION =
      """
      {"Version": "27.0-edgewise", "ApiVersion": "1.44", "MinAPIVersion": "1.24",
       "Os": "linux", "Arch": "amd64", "GitCommit": "none", "GoVersion": "none"}
      """;

  private static final String CONTAINERS =
      """
      [{"Id": "0123456789abcdef", "Names": ["/reactor"], "Image": "edgewise:test",
        "Command": "serve", "Created": 1700000000, "Ports": [], "State": "running",
        "Status": "Up 3 hours"}]
      """;

  @TempDir Path directory;

  @Test
  void itShowsWhatTheServerSays() throws Exception {
    Path socket = directory.resolve("docker.sock");
    var asked = new CopyOnWriteArrayList<String>();
    var ping = Response.text("OK").header("Api-Version", "1.44").header("Ostype", "linux");
    try (var server =
        HttpServer.builder()
            .get(
                "/_ping",
                request -> {
                  asked.add(request.method() + " " + request.path());
                  return ping;
                })
            .get(
                "/{api}/version",
                request -> {
                  asked.add(request.method() + " " + request.path());
                  return Response.json(VERSION);
                })
            .get("/{api}/containers/json", request -> Response.json(CONTAINERS))
            .listen("unix:" + socket)
            .start()) {
      assertEquals(1, server.endpoints().size());
      String version = docker(socket, "version", "--format", "{{json .Server}}");
      assertTrue(version.contains("27.0-edgewise"), version);
      assertEquals(List.of("HEAD /_ping", "GET /v1.44/version"), asked);

      String containers = docker(socket, "ps", "--format", "{{.ID}} {{.Names}} {{.Image}}");
      assertEquals("0123456789ab reactor edgewise:test\n", containers);
    }
  }

  private String docker(Path socket, String... args) throws Exception {
    var command = new java.util.ArrayList<>(List.of("docker", "--config", directory.toString()));
    command.addAll(List.of("-H", "unix://" + socket));
    command.addAll(List.of(args));
    return Programs.run(command).assertOk().text();
  }
}
