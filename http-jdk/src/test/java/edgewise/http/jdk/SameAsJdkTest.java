package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpHandlers;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same program and the same requests on the JDK's own server and on Edgewise: same status, same
 * body, same fields but for Date and the ones about the connection, and the connection lives on or
 * not. What differs on purpose is in {@link DifferencesTest}.
 */
final class SameAsJdkTest {
  /** What one server said, and whether it took another request on the same connection. */
  private record Told(List<Wire.Answer> answers, boolean kept) {}

  private record Case(String name, Consumer<HttpServer> program, List<String> requests) {}

  private final List<Case> cases = new ArrayList<>();

  @TempDir private Path directory;

  private void add(String name, Consumer<HttpServer> program, String... requests) {
    cases.add(new Case(name, program, List.of(requests)));
  }

  private void handler(String name, HttpHandler handler, String... requests) {
    add(name, server -> server.createContext("/", handler), requests);
  }

  @TestFactory
  Stream<DynamicTest> bothServersSayTheSame() throws IOException {
    lengths();
    requests();
    bodies();
    contexts();
    mistakes();
    filters();
    authentication();
    headers();
    files();
    executors();
    return cases.stream().map(one -> DynamicTest.dynamicTest(one.name, () -> compare(one)));
  }

  private static void compare(Case one) throws IOException {
    Told jdk = run(Providers.JDK, one);
    Told edgewise = run(Providers.EDGEWISE, one);
    assertNotEquals(List.of(), jdk.answers);
    assertEquals(jdk, edgewise);
  }

  private static Told run(Providers provider, Case one) throws IOException {
    HttpServer server = provider.server();
    one.program.accept(server);
    server.createContext("/the-end", exchange -> say(exchange, 200, "the end"));
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      var answers = new ArrayList<Wire.Answer>();
      for (String request : one.requests) {
        wire.send(request);
        String method = request.isEmpty() ? "GET" : request.substring(0, request.indexOf(' '));
        answers.add(comparable(wire.answer(method)));
      }
      return new Told(answers, takesAnother(wire));
    } finally {
      server.stop(0);
    }
  }

  private static boolean takesAnother(Wire wire) {
    try {
      return wire.send(get("/the-end")).answer("GET").body().equals("the end");
    } catch (IOException e) {
      return false;
    }
  }

  private static Wire.Answer comparable(Wire.Answer answer) {
    Map<String, List<String>> fields = new TreeMap<>(answer.fields());
    fields.keySet().removeAll(List.of("date", "connection", "keep-alive", Wire.INTERIM));
    String body = answer.body();
    boolean isLong = body.length() > 2000; // a failure shows it
    return new Wire.Answer(
        answer.status(), fields, isLong ? body.length() + ":" + body.hashCode() : body);
  }

  private static void say(HttpExchange exchange, int status, String text) throws IOException {
    byte[] octets = text.getBytes(ISO_8859_1);
    exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
    if (octets.length > 0) {
      exchange.getResponseBody().write(octets);
    }
    exchange.close();
  }

  private static String post(String target, String body) {
    return head("POST " + target + " HTTP/1.1", "Host: h", "Content-Length: " + body.length())
        + body;
  }

  // --- the cases

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

  private void contexts() {
    Consumer<HttpServer> three =
        server -> {
          for (String path : List.of("/apps/", "/apps/foo/", "/apps/foo/b", "/x", "/%41")) {
            server.createContext(path, exchange -> say(exchange, 200, path));
          }
          server.createContext("/", exchange -> say(exchange, 200, "/"));
        };
    for (String target :
        List.of(
            "/apps/foo/bar",
            "/apps/foo/",
            "/apps/foo",
            "/apps/Foo/bar",
            "/apps/app1",
            "/foo",
            "/apps",
            "/xyz",
            "/x/y?z",
            "/%61pps/foo/car",
            "/%41",
            "/A",
            "/apps/fop",
            "/apps//foo/")) {
      add("the context of " + target, three, get(target));
    }
    add(
        "a removed context",
        server -> {
          server.createContext("/a", x -> say(x, 200, "a"));
          server.createContext("/", x -> say(x, 200, "root"));
          server.removeContext("/a");
        },
        get("/a"));
    add(
        "a context removed by itself",
        server -> {
          server.createContext("/", x -> say(x, 200, "root"));
          server.removeContext(server.createContext("/a", x -> say(x, 200, "a")));
        },
        get("/a"));
    add(
        "a handler that is set later",
        server -> server.createContext("/").setHandler(x -> say(x, 200, "later")),
        get("/"));
    handler(
        "attributes of the context",
        exchange -> {
          Object seen = exchange.getAttribute("a");
          exchange.getHttpContext().getAttributes().put("a", "set");
          say(exchange, 200, seen + " " + exchange.getAttribute("a"));
        },
        get("/"),
        get("/"));
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

  private void filters() {
    add(
        "the order of filters",
        server -> {
          var context =
              server.createContext(
                  "/", exchange -> say(exchange, 200, exchange.getAttribute("seen") + " handler"));
          for (String name : List.of("one", "two")) {
            context
                .getFilters()
                .add(
                    Filter.beforeHandler(
                        name,
                        exchange -> {
                          Object before = exchange.getAttribute("seen");
                          exchange.setAttribute(
                              "seen",
                              before == null || name.equals("one") ? name : before + " " + name);
                        }));
          }
        },
        get("/"),
        get("/"));
    add(
        "a filter after the handler",
        server -> {
          var log = new StringBuilder();
          var context = server.createContext("/", exchange -> say(exchange, 201, log.toString()));
          context
              .getFilters()
              .add(
                  Filter.afterHandler(
                      "",
                      x ->
                          log.append(x.getResponseCode())
                              .append(' ')
                              .append(x.getResponseHeaders().getFirst("Content-length"))));
        },
        get("/"),
        get("/"));
    add(
        "a filter that changes the request",
        server ->
            server
                .createContext(
                    "/",
                    x ->
                        say(
                            x,
                            200,
                            x.getRequestURI() + " " + x.getRequestHeaders().getFirst("New")))
                .getFilters()
                .add(Filter.adaptRequest("", r -> r.with("New", List.of("field")))),
        get("/a"));
    add(
        "a filter that answers",
        server ->
            server
                .createContext("/", x -> say(x, 200, "handler"))
                .getFilters()
                .add(
                    new Filter() {
                      @Override
                      public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
                        say(exchange, 403, "no");
                      }

                      @Override
                      public String description() {
                        return "no";
                      }
                    }),
        get("/a"));
    add(
        "a filter around the streams",
        server ->
            server
                .createContext(
                    "/",
                    x -> {
                      x.sendResponseHeaders(200, 0);
                      x.getResponseBody().write("abc".getBytes(UTF_8));
                      x.close();
                    })
                .getFilters()
                .add(
                    Filter.beforeHandler(
                        "",
                        x ->
                            x.setStreams(
                                null,
                                new FilterOutputStream(x.getResponseBody()) {
                                  @Override
                                  public void write(int octet) throws IOException {
                                    out.write(octet - 32);
                                  }

                                  @Override
                                  public void close() throws IOException {
                                    out.write('!');
                                    out.close();
                                  }
                                }))),
        get("/"),
        get("/"));
  }

  private void authentication() {
    Consumer<HttpServer> secured =
        server -> {
          var context =
              server.createContext(
                  "/",
                  x -> {
                    x.getRequestBody().readAllBytes();
                    say(
                        x,
                        200,
                        "hello " + x.getPrincipal().getUsername() + x.getPrincipal().getRealm());
                  });
          context.setAuthenticator(
              new BasicAuthenticator("the realm") {
                @Override
                public boolean checkCredentials(String user, String password) {
                  return user.equals("me") && password.equals("secret");
                }
              });
        };
    add("nobody", secured, get("/"), get("/"));
    add("nobody with a body", secured, post("/", "hello"), get("/"));
    add(
        "the right one",
        secured,
        head("GET / HTTP/1.1", "Host: h", "Authorization: Basic bWU6c2VjcmV0"));
    add(
        "the wrong one",
        secured,
        head("GET / HTTP/1.1", "Host: h", "Authorization: Basic bWU6d3Jvbmc="));
    add("another scheme", secured, head("GET / HTTP/1.1", "Host: h", "Authorization: Digest x"));
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

  private void files() throws IOException {
    Files.writeString(directory.resolve("a.txt"), "some text");
    Files.writeString(directory.resolve("page.html"), "<p>page");
    Files.createDirectory(directory.resolve("sub"));
    Files.writeString(directory.resolve("sub").resolve("b c.bin"), "b".repeat(100_000));
    Consumer<HttpServer> program =
        server ->
            server.createContext(
                "/", SimpleFileServer.createFileHandler(directory.toAbsolutePath()));
    for (String target :
        List.of(
            "/a.txt",
            "/page.html",
            "/",
            "/sub/",
            "/sub",
            "/sub/b%20c.bin",
            "/nothing",
            "/../a.txt",
            "/sub/..%2fa.txt")) {
      add(
          "the file " + target,
          program,
          get(target),
          head("HEAD " + target + " HTTP/1.1", "Host: h"),
          get(target));
    }
    add("a file cannot be posted to", program, post("/a.txt", "x"), get("/a.txt"));
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
