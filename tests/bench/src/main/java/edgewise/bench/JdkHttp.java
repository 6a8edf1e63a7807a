package edgewise.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** HTTP by the JDK's own server, a virtual thread for each request. */
final class JdkHttp implements Contestant {
  static {
    // off by default, and then a response in two parts waits for the client's delayed ACK
    System.setProperty("sun.net.httpserver.nodelay", "true");
    // 200 by default: above that it closes connections that wait for their next request
    System.setProperty("sun.net.httpserver.maxIdleConnections", "20000");
  }

  @Override
  public void start(String address, Path files) throws Exception {
    HttpServer server = HttpServer.create(Addresses.inet(address), StreamListener.BACKLOG);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/plaintext", constant("text/plain", Answers.PLAINTEXT));
    server.createContext("/json", constant("application/json", Answers.JSON));
    server.createContext("/upload", JdkHttp::receive);
    server.createContext("/files/", SimpleFileServer.createFileHandler(files));
    server.start();
  }

  private static HttpHandler constant(String type, byte[] octets) {
    return exchange -> send(exchange, type, octets);
  }

  private static void receive(HttpExchange exchange) throws IOException {
    long octets = 0;
    InputStream in = exchange.getRequestBody();
    var buffer = new byte[16 << 10];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      octets += n;
    }
    send(exchange, "text/plain", Long.toString(octets).getBytes(StandardCharsets.US_ASCII));
  }

  private static void send(HttpExchange exchange, String type, byte[] octets) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(200, octets.length);
      exchange.getResponseBody().write(octets);
    }
  }
}
