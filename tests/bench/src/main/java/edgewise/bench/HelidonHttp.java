package edgewise.bench;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.staticcontent.FileSystemHandlerConfig;
import io.helidon.webserver.staticcontent.StaticContentFeature;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** HTTP by Helidon SE: a virtual thread for each connection, and handlers that may block. */
final class HelidonHttp implements Contestant {
  private static final Header TEXT =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/plain");

  @Override
  public void start(String address, Path files) throws Exception {
    Answers.quiet();
    InetSocketAddress inet = Addresses.inet(address);
    WebServer.builder()
        .host(inet.getHostString())
        .port(inet.getPort())
        // the channels, new in 4.4.0, lose what a write does not take: the end of long responses
        .useNio(false)
        .connectionOptions(socket -> socket.tcpNoDelay(true))
        .routing(routing -> route(routing, files))
        .build()
        .start();
  }

  private static void route(HttpRouting.Builder routing, Path files) {
    routing
        .get("/plaintext", constant("text/plain", Answers.PLAINTEXT))
        .get("/json", constant("application/json", Answers.JSON))
        .post("/upload", HelidonHttp::receive)
        .register(
            "/files", StaticContentFeature.createService(FileSystemHandlerConfig.create(files)));
  }

  private static Handler constant(String contentType, byte[] octets) {
    Header type = HeaderValues.createCached(HeaderNames.CONTENT_TYPE, contentType);
    Header length = HeaderValues.createCached(HeaderNames.CONTENT_LENGTH, octets.length);
    return (request, response) -> {
      response.header(type);
      response.header(length);
      response.send(octets);
    };
  }

  private static void receive(ServerRequest request, ServerResponse response) throws IOException {
    long octets = 0;
    try (InputStream in = request.content().inputStream()) {
      var buffer = new byte[16 << 10];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        octets += n;
      }
    }
    response.header(TEXT);
    response.send(Long.toString(octets));
  }
}
