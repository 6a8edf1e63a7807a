package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Which context a request belongs to, with its filters and its authenticator. */
final class SameContextsAsJdkTest extends SameAsJdk {
  @Override
  void addCases() {
    contexts();
    filters();
    authentication();
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
}
