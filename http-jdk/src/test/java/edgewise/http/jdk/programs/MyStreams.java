package edgewise.http.jdk.programs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;

/** Bodies that are longer than the heap. */
public final class MyStreams {
  private MyStreams() {}

  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
    server.createContext("/up", MyStreams::count);
    server.createContext("/down", exchange -> send(exchange, 0));
    server.createContext("/down/fixed", exchange -> send(exchange, length(exchange)));
    server.createContext(
        "/echo",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getRequestBody().transferTo(exchange.getResponseBody());
          exchange.close();
        });
    server.start();
    System.out.println(server.getAddress().getPort() + " " + server.getClass().getName());
  }

  private static void count(HttpExchange exchange) throws IOException {
    long count = 0;
    byte[] some = new byte[8192];
    InputStream in = exchange.getRequestBody();
    for (int read = in.read(some); read >= 0; read = in.read(some)) {
      count += read;
    }
    byte[] answer = Long.toString(count).getBytes(UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static long length(HttpExchange exchange) {
    return Long.parseLong(exchange.getRequestURI().getQuery());
  }

  private static void send(HttpExchange exchange, long announced) throws IOException {
    exchange.sendResponseHeaders(200, announced);
    byte[] some = new byte[10_000];
    for (long left = length(exchange); left > 0; left -= some.length) {
      exchange.getResponseBody().write(some, 0, (int) Math.min(left, some.length));
    }
    exchange.close();
  }
}
