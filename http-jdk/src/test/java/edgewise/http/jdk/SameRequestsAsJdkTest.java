package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** What a handler learns of a request, and its body. */
final class SameRequestsAsJdkTest extends SameAsJdk {
  @Override
  void addCases() {
    requests();
    bodies();
    executors();
  }

  private void requests() {
    HttpHandler facts =
        exchange -> {
          var text = new StringBuilder();
          text.append(exchange.getRequestMethod()).append('\n');
          text.append(exchange.getRequestURI()).append('\n');
          text.append(exchange.getRequestURI().getPath()).append('\n');
          text.append(exchange.getRequestURI().getRawQuery()).append('\n');
          text.append(exchange.getProtocol()).append('\n');
          text.append(exchange.getHttpContext().getPath()).append('\n');
          text.append(exchange.getResponseCode()).append('\n');
          text.append(exchange.getPrincipal()).append('\n');
          text.append(exchange.getRemoteAddress().getAddress()).append('\n');
          text.append(exchange.getLocalAddress().getAddress()).append('\n');
          int port = exchange.getHttpContext().getServer().getAddress().getPort();
          text.append(exchange.getLocalAddress().getPort() == port).append('\n');
          text.append(new TreeMap<>(exchange.getRequestHeaders()));
          say(exchange, 200, text.toString());
        };
    handler("a target with a query", facts, get("/a/b%20c?d=e%26f&g"));
    handler("a target with a fragment of another path", facts, get("//x/y"));
    handler("a target with an authority", facts, get("http://other:81/z?q"));
    handler(
        "fields in any case, repeated",
        facts,
        head(
            "GET / HTTP/1.1",
            "host: h",
            "X-ONE: 1",
            "x-one: 2",
            "Accept:text/html,  a/b ",
            "Empty:"));
    handler("another method", facts, head("BREW / HTTP/1.1", "Host: h"));
    handler(
        "a field asked for in any case",
        x -> say(x, 200, x.getRequestHeaders().getFirst("x-oNe") + x.getRequestHeaders().get("no")),
        head("GET / HTTP/1.1", "Host: h", "X-One: 1"));
    handler(
        "a request's fields do not change",
        exchange -> {
          String failure = "none";
          try {
            exchange.getRequestHeaders().add("A", "b");
          } catch (UnsupportedOperationException e) {
            failure = "unsupported";
          }
          say(exchange, 200, failure);
        },
        get("/"));
    handler(
        "pipelining", x -> say(x, 200, x.getRequestURI().toString()), get("/1") + get("/2"), "");
  }

  private void bodies() {
    HttpHandler echo =
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        };
    handler("an echo", echo, post("/", "hello"), post("/", "x".repeat(300_000)));
    handler(
        "an echo of chunks",
        echo,
        head("POST / HTTP/1.1", "Host: h", "Transfer-Encoding: chunked")
            + "5\r\nhello\r\n3\r\n!!!\r\n0\r\n\r\n");
    handler(
        "an echo of what is expected",
        echo,
        head("POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Expect: 100-continue") + "hello");
    handler(
        "a body that nobody reads",
        x -> say(x, 200, "thanks"),
        post("/", "hello"),
        post("/", "world"));
    handler(
        "a body of which some is read",
        x -> say(x, 200, "" + (char) x.getRequestBody().read()),
        post("/", "hello"),
        post("/", "world"));
    handler(
        "a body that is closed and read",
        exchange -> {
          exchange.getRequestBody().close();
          String failure = "none";
          try {
            int octet = exchange.getRequestBody().read();
            failure = "read " + octet;
          } catch (IOException e) {
            failure = "IOException";
          }
          say(exchange, 200, failure);
        },
        post("/", "hello"),
        post("/", "world"));
    handler(
        "the response first, then the request",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("got ".getBytes(UTF_8));
          exchange.getRequestBody().transferTo(exchange.getResponseBody());
          exchange.getResponseBody().close();
        },
        post("/", "hello"));
    handler(
        "no body is an empty one",
        x -> say(x, 200, "" + x.getRequestBody().read()),
        get("/"),
        get("/"));
  }

  private void executors() {
    Consumer<HttpServer> answer =
        server ->
            server.createContext(
                "/",
                x -> {
                  x.getRequestBody().readAllBytes();
                  say(x, 200, "hello");
                });
    add(
        "an executor of virtual threads",
        answer.andThen(s -> s.setExecutor(Executors.newVirtualThreadPerTaskExecutor())),
        post("/", "x"),
        get("/"));
    add(
        "an executor that is none",
        answer.andThen(s -> s.setExecutor(Runnable::run)),
        post("/", "x"),
        get("/"));
    handler(
        "an answer after the handler has returned",
        exchange ->
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    Thread.sleep(50);
                    say(exchange, 200, "later");
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }),
        get("/"),
        get("/"));
  }
}
