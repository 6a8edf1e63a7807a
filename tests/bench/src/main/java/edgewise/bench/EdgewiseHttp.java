package edgewise.bench;

import edgewise.LoopOptions;
import edgewise.http.BodyReceiver;
import edgewise.http.HttpHandler;
import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * HTTP by Edgewise, handlers on the loop. The system property {@code bench.routes}, 0, adds as many
 * routes {@code /routes/NUMBER/{name}}, which answer as /plaintext does.
 */
record EdgewiseHttp(LoopOptions options) implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    Response plaintext = Response.bytes(Answers.PLAINTEXT, "text/plain");
    Response json = Response.bytes(Answers.JSON, "application/json");
    HttpServer.Builder server =
        HttpServer.builder()
            .get("/plaintext", request -> plaintext)
            .get("/json", request -> json)
            .post("/upload", HttpHandler.streaming(request -> Upload.response()))
            .files("/files", files);
    int routes = Integer.getInteger("bench.routes", 0);
    for (int i = 0; i < routes; i++) {
      server.get("/routes/" + i + "/{name}", request -> plaintext);
    }
    server.reactor(Experiment.open(options)).listen(address).start();
  }

  /** Counts the octets of a body and keeps none. */
  private static final class Upload implements BodyReceiver {
    private final CompletableFuture<Response> answer = new CompletableFuture<>();
    private long octets;

    static Response response() {
      var upload = new Upload();
      return Response.receiving(upload, upload.answer);
    }

    @Override
    public void receive(ByteBuffer part) {
      octets += part.remaining();
    }

    @Override
    public void end(List<Response.Field> trailers) {
      answer.complete(Response.text(Long.toString(octets)));
    }
  }
}
