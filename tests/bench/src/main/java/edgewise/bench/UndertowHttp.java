package edgewise.bench;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** HTTP by Undertow, one I/O thread, handlers on it; files by its workers. */
final class UndertowHttp implements Contestant {
  /** 2 MiB by default. */
  private static final long MAX_UPLOAD = 1L << 30;

  @Override
  public void start(String address, Path files) throws Exception {
    Answers.quiet();
    InetSocketAddress inet = Addresses.inet(address);
    HttpHandler routes =
        Handlers.path()
            .addExactPath("/plaintext", constant("text/plain", Answers.PLAINTEXT))
            .addExactPath("/json", constant("application/json", Answers.JSON))
            .addExactPath("/upload", UndertowHttp::receive)
            .addPrefixPath("/files", Handlers.resource(new PathResourceManager(files)));
    Undertow.builder()
        .addHttpListener(inet.getPort(), inet.getHostString())
        .setIoThreads(1)
        // HTTP/1.1 does without that field
        .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
        .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, MAX_UPLOAD)
        .setHandler(routes)
        .build()
        .start();
  }

  private static HttpHandler constant(String type, byte[] octets) {
    ByteBuffer content = ByteBuffer.allocateDirect(octets.length).put(octets).flip();
    return exchange -> {
      exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
      exchange.getResponseSender().send(content.duplicate());
    };
  }

  private static void receive(HttpServerExchange exchange) {
    long[] octets = {0};
    exchange
        .getRequestReceiver()
        .receivePartialBytes((receiving, part, last) -> {
          octets[0] += part.length;
          if (last) {
            receiving.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain");
            receiving.getResponseSender().send(Long.toString(octets[0]));
          }
        });
  }
}
