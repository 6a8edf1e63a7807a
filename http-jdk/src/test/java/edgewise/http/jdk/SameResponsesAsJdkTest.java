package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpHandlers;
import java.io.IOException;
import java.io.OutputStream;

/** Lengths and fields of responses, and what is left of one when its handler makes a mistake. */
final class SameResponsesAsJdkTest extends SameAsJdk {
  @Override
  void addCases() {
    lengths();
    headers();
    mistakes();
  }

  private void lengths() {
    handler("a body of known length", x -> say(x, 200, "hello"), get("/"), get("/"));
    HttpHandler chunked =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write("hello ".getBytes(UTF_8));
            out.flush();
            out.write("world".repeat(5000).getBytes(UTF_8));
          }
        };
    handler("a body of any length", chunked, get("/"), get("/"));
    handler("a body of any length to HTTP/1.0", chunked, "GET / HTTP/1.0\r\n\r\n");
    handler("a known length to HTTP/1.0", x -> say(x, 200, "hi"), "GET / HTTP/1.0\r\n\r\n");
    handler(
        "keep-alive with HTTP/1.0",
        x -> say(x, 200, "hi"),
        head("GET / HTTP/1.0", "Connection: keep-alive"));
    handler(
        "a client that closes",
        x -> say(x, 200, "hi"),
        head("GET / HTTP/1.1", "Host: h", "Connection: close"));
    handler("no body", x -> x.sendResponseHeaders(200, -1), get("/"), get("/"));
    handler("204", x -> x.sendResponseHeaders(204, -1), get("/"), get("/"));
    handler("304", x -> x.sendResponseHeaders(304, -1), get("/"), get("/"));
    handler("205", x -> x.sendResponseHeaders(205, -1), get("/"), get("/"));
    handler("a status nobody knows", x -> say(x, 299, "x"), get("/"), get("/"));
    for (int status : new int[] {204, 304}) {
      handler(
          status + " with a body all the same",
          exchange -> {
            exchange.sendResponseHeaders(status, 5);
            try {
              exchange.getResponseBody().write(new byte[5]);
            } catch (IOException e) {
              exchange.getHttpContext().getAttributes().put("failed", "");
            }
          },
          get("/"),
          get("/"));
    }
    handler(
        "HEAD without a length",
        x -> x.sendResponseHeaders(200, -1),
        head("HEAD / HTTP/1.1", "Host: h"));
    handler(
        "HEAD of any length",
        x -> x.sendResponseHeaders(200, 0),
        head("HEAD / HTTP/1.1", "Host: h"));
    handler(
        "HEAD with a length in the header",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Length", "123");
          exchange.sendResponseHeaders(200, -1);
        },
        head("HEAD / HTTP/1.1", "Host: h"));
  }

  private void mistakes() {
    handler(
        "too much is written",
        exchange -> {
          exchange.sendResponseHeaders(200, 3);
          OutputStream out = exchange.getResponseBody();
          String failure = "no";
          try {
            out.write(new byte[4]);
          } catch (IOException e) {
            failure = "yes";
          }
          out.write(failure.getBytes(UTF_8), 0, 1);
          out.write("es".getBytes(UTF_8));
          out.close();
        },
        get("/"),
        get("/"));
    handler(
        "too little is written",
        exchange -> {
          exchange.sendResponseHeaders(200, 5);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().close();
        },
        get("/"));
    handler(
        "two heads",
        exchange -> {
          exchange.sendResponseHeaders(200, 3);
          try {
            exchange.sendResponseHeaders(500, -1);
          } catch (IOException e) {
            exchange.getResponseBody().write("yes".getBytes(UTF_8));
          }
          exchange.close();
        },
        get("/"));
    handler(
        "a body before the head",
        exchange -> {
          String failure = "none";
          try {
            exchange.getResponseBody().write(1);
          } catch (IOException e) {
            failure = "IOException";
          }
          say(exchange, 200, failure);
        },
        get("/"));
    handler(
        "closed twice",
        x -> {
          say(x, 200, "once");
          x.close();
          x.getResponseBody().close();
        },
        get("/"),
        get("/"));
    handler(
        "an exception after the end",
        x -> {
          say(x, 200, "done");
          throw new IOException("late");
        },
        get("/"));
    handler(
        "an exception within a response",
        x -> {
          x.sendResponseHeaders(200, 5);
          throw new IOException("in between");
        },
        get("/"));
    handler(
        "an exception within chunks",
        x -> {
          x.sendResponseHeaders(200, 0);
          x.getResponseBody().write(1);
          throw new IllegalStateException("in between");
        },
        get("/"));
  }

  private void headers() {
    handler(
        "fields of a response",
        exchange -> {
          Headers fields = exchange.getResponseHeaders();
          fields.add("x-MANY", "1");
          fields.add("X-many", "2");
          fields.set("Content-Type", "text/plain");
          fields.set("Folded", "a\r\n b");
          fields.set("Padded", " a ");
          fields.set("Empty", "");
          say(exchange, 200, "x");
        },
        get("/"),
        get("/"));
    handler(
        "fields that the server writes",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Length", "99");
          exchange.getResponseHeaders().set("Date", "tomorrow");
          say(exchange, 200, "hello");
        },
        get("/"),
        get("/"));
    handler(
        "a handler that closes",
        exchange -> {
          exchange.getResponseHeaders().set("Connection", "close");
          say(exchange, 200, "bye");
        },
        get("/"));
    handler(
        "a canned answer",
        HttpHandlers.of(418, Headers.of("Short", "stout"), "teapot"),
        get("/"),
        post("/", "x"));
    handler(
        "a canned answer without a body",
        HttpHandlers.of(200, Headers.of("a", "b"), ""),
        get("/"),
        get("/"));
    handler(
        "one handler or another",
        HttpHandlers.handleOrElse(
            r -> r.getRequestMethod().equals("PUT"),
            x -> say(x, 200, "put"),
            x -> say(x, 200, "else")),
        get("/"),
        head("PUT / HTTP/1.1", "Host: h", "Content-Length: 0"));
  }
}
