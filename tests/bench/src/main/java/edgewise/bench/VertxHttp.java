package edgewise.bench;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;

/** HTTP by Vert.x, one event loop, on Netty's epoll transport. */
final class VertxHttp implements Contestant {
  private static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

  private final Buffer plaintext = Buffer.buffer(Answers.PLAINTEXT);
  private final Buffer json = Buffer.buffer(Answers.JSON);
  private final CharSequence plaintextLength = length(plaintext);
  private final CharSequence jsonLength = length(json);
  private CharSequence date = "";
  private Path files = Path.of("");

  @Override
  public void start(String address, Path directory) throws Exception {
    files = directory;
    Vertx vertx = VertxEcho.vertx();
    refresh();
    vertx.setPeriodic(1000, timer -> refresh());
    InetSocketAddress inet = Addresses.inet(address);
    // as its entry at TechEmpower: nobody speaks HTTP/2 here
    vertx
        .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
        .requestHandler(this::answer)
        .listen(inet.getPort(), inet.getHostString())
        .await();
  }

  private void refresh() {
    date = HttpHeaders.createOptimized(Answers.date(Instant.now()));
  }

  private void answer(HttpServerRequest request) {
    switch (request.path()) {
      case null -> refuse(request, 400);
      case "/plaintext" -> end(request, TEXT, plaintextLength, plaintext);
      case "/json" -> end(request, JSON, jsonLength, json);
      case "/upload" -> receive(request);
      case String path when path.startsWith(Answers.FILES) -> sendFile(request, path);
      default -> refuse(request, 404);
    }
  }

  private void end(
      HttpServerRequest request, CharSequence type, CharSequence length, Buffer content) {
    HttpServerResponse response = request.response();
    response
        .headers()
        .add(HttpHeaders.CONTENT_TYPE, type)
        .add(HttpHeaders.CONTENT_LENGTH, length)
        .add(HttpHeaders.DATE, date);
    response.end(content);
  }

  private void receive(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.POST)) {
      refuse(request, 405);
      return;
    }
    long[] octets = {0};
    request.handler(part -> octets[0] += part.length());
    request.endHandler(end -> {
      Buffer text = Buffer.buffer(Long.toString(octets[0]));
      end(request, TEXT, length(text), text);
    });
  }

  private void sendFile(HttpServerRequest request, String path) {
    Path found = Answers.file(files, path);
    if (found == null) {
      refuse(request, 404);
      return;
    }
    // it says the type and the length by itself
    request.response().putHeader(HttpHeaders.DATE, date).sendFile(found.toString());
  }

  private void refuse(HttpServerRequest request, int status) {
    request.response().setStatusCode(status).putHeader(HttpHeaders.DATE, date).end();
  }

  private static CharSequence length(Buffer content) {
    return HttpHeaders.createOptimized(Integer.toString(content.length()));
  }
}
