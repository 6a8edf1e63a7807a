package edgewise.bench;

import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.nio.file.Path;

/** HTTP by Edgewise, one loop, inline handlers. */
final class EdgewiseHttp implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    HttpServer.builder()
        .get("/plaintext", request -> Response.bytes(Answers.PLAINTEXT, "text/plain"))
        .get("/json", request -> Response.bytes(Answers.JSON, "application/json"))
        .files("/files", files)
        .reactor(Reactor.open(1, LoopOptions.DEFAULT))
        .listen(address)
        .start();
  }
}
