package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Where Edgewise answers otherwise than the JDK's own server on purpose, each with what both say;
 * docs/http-jdk.md has the reasons. A JDK that changes its mind shows up here.
 */
final class DifferencesTest {
  /** Until nothing that is to come can still come. */
  private static final int SHORT_MILLIS = 300;

  private static final int LONG_MILLIS = 10_000;

  private static String ask(
      Providers provider,
      Consumer<HttpServer> program,
      String request,
      Function<Wire.Answer, String> facts,
      String expected)
      throws IOException {
    HttpServer server = provider.server();
    program.accept(server);
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      wire.patience(expected.equals("silence") ? SHORT_MILLIS : LONG_MILLIS).send(request);
      Wire.Answer answer = wire.answer(request.substring(0, request.indexOf(' ')));
      if (answer.equals(Wire.Answer.CUT)) {
        return "cut";
      } else if (answer.equals(Wire.Answer.SILENCE)) {
        return "silence";
      }
      wire.patience(expected.endsWith("ends") ? LONG_MILLIS : SHORT_MILLIS);
      return facts.apply(answer) + (wire.ends() ? ", ends" : "");
    } finally {
      server.stop(0);
    }
  }

  private static void differ(
      Consumer<HttpServer> program,
      String request,
      Function<Wire.Answer, String> facts,
      String jdk,
      String edgewise)
      throws IOException {
    assertEquals(edgewise, ask(Providers.EDGEWISE, program, request, facts, edgewise), "Edgewise");
    assertEquals(jdk, ask(Providers.JDK, program, request, facts, jdk), "JDK");
  }

  private static Consumer<HttpServer> at(String path, HttpHandler handler) {
    return server -> server.createContext(path, handler);
  }

  private static String status(Wire.Answer answer) {
    return "" + answer.status();
  }

  private static void say(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, text.length());
    exchange.getResponseBody().write(text.getBytes(ISO_8859_1));
    exchange.close();
  }

  @Test
  void aPathWithoutContextDoesNotEndTheConnection() throws IOException {
    differ(at("/a", x -> say(x, "")), get("/"), DifferencesTest::status, "404, ends", "404");
  }

  @Test
  void aContextWithoutHandlerDoesNotEndTheConnection() throws IOException {
    differ(s -> s.createContext("/"), get("/"), DifferencesTest::status, "500, ends", "500");
  }

  @Test
  void aTargetThatIsNoUriDoesNotEndTheConnection() throws IOException {
    differ(at("/", x -> say(x, "")), get("/a|b"), DifferencesTest::status, "400, ends", "400");
  }

  @Test
  void aFailureBeforeTheResponseIsA500() throws IOException {
    HttpHandler failing =
        exchange -> {
          throw new IllegalStateException("oops");
        };
    differ(at("/", failing), get("/"), DifferencesTest::status, "cut", "500");
  }

  @Test
  void anErrorIsA500() throws IOException {
    HttpHandler failing =
        exchange -> {
          throw new AssertionError("oops");
        };
    differ(at("/", failing), get("/"), DifferencesTest::status, "cut", "500");
  }

  @Test
  void closingWithoutAResponseIsA500AndTheEnd() throws IOException {
    differ(at("/", HttpExchange::close), get("/"), DifferencesTest::status, "cut", "500, ends");
  }

  @Test
  void aLengthBelowMinusOneMeansNoBodyAsTheJavadocSays() throws IOException {
    HttpHandler handler = x -> x.sendResponseHeaders(404, -7);
    differ(at("/", handler), get("/"), DifferencesTest::status, "cut", "404");
  }

  @Test
  void theAnswerToHeadHasTheLengthThatGetWouldHave() throws IOException {
    differ(
        at("/", x -> x.sendResponseHeaders(200, 5)),
        head("HEAD / HTTP/1.1", "Host: h"),
        answer -> "length " + answer.field("content-length"),
        "length ",
        "length 5");
  }

  @Test
  void a304HasNoLength() throws IOException {
    HttpHandler handler =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Length", "5");
          exchange.sendResponseHeaders(304, -1);
        };
    Function<Wire.Answer, String> facts = answer -> "length " + answer.field("content-length");
    differ(at("/", handler), get("/"), facts, "length 5", "length ");
  }

  @Test
  void theLastResponseSaysThatItIs() throws IOException {
    differ(
        at("/", x -> say(x, "x")),
        head("GET / HTTP/1.1", "Host: h", "Connection: close"),
        answer -> "connection " + answer.field("connection"),
        "connection , ends",
        "connection close, ends");
  }

  @Test
  void anOldClientIsNotToldForHowLong() throws IOException {
    differ(
        at("/", x -> say(x, "x")),
        head("GET / HTTP/1.0", "Connection: keep-alive"),
        answer -> answer.field("connection") + " " + answer.has("keep-alive"),
        "keep-alive true",
        "keep-alive false");
  }

  @Test
  void aResponseWrittenInFullIsSentThoughItIsNotClosed() throws IOException {
    HttpHandler forgetful =
        exchange -> {
          exchange.sendResponseHeaders(200, 5);
          exchange.getResponseBody().write("hello".getBytes(ISO_8859_1));
        };
    differ(at("/", forgetful), get("/"), Wire.Answer::body, "silence", "hello");
  }

  @Test
  void aRequestWithoutHostIsRefused() throws IOException {
    differ(
        at("/", x -> say(x, "x")),
        head("GET / HTTP/1.1"),
        DifferencesTest::status,
        "200",
        "400, ends");
  }

  @Test
  void anAttributeBelongsToItsExchange() throws IOException {
    Consumer<HttpServer> program =
        server -> {
          var context =
              server.createContext(
                  "/", x -> say(x, "" + x.getHttpContext().getAttributes().get("mine")));
          context.getFilters().add(Filter.beforeHandler("", x -> x.setAttribute("mine", "set")));
        };
    differ(program, get("/"), Wire.Answer::body, "set", "null");
  }

  @Test
  void anInterimStatusIsNoResponse() throws IOException {
    HttpHandler handler =
        exchange -> {
          try {
            exchange.sendResponseHeaders(103, -1);
          } catch (IllegalArgumentException e) {
            say(exchange, "refused");
          }
        };
    differ(at("/", handler), get("/"), Wire.Answer::body, "silence", "refused");
  }

  @Test
  void aFieldWithControlCharactersIsRefused() throws IOException {
    HttpHandler handler =
        exchange -> {
          exchange.getResponseHeaders().set("A", "\u0001");
          try {
            exchange.sendResponseHeaders(200, -1);
          } catch (IllegalArgumentException e) {
            exchange.getResponseHeaders().clear();
            say(exchange, "refused");
          }
        };
    differ(at("/", handler), get("/"), Wire.Answer::body, "", "refused");
  }

  @Test
  void aRequestThatTheExecutorRefusesIsA503() throws IOException {
    Consumer<HttpServer> program =
        server -> {
          server.createContext("/", x -> say(x, "x"));
          server.setExecutor(task -> {
            throw new RejectedExecutionException("full");
          });
        };
    differ(program, get("/"), DifferencesTest::status, "cut", "503");
  }

  @Test
  void aFilterMayChangeARequestThatIsAuthenticated() throws IOException {
    Consumer<HttpServer> program =
        server -> {
          var context = server.createContext("/", x -> say(x, x.getPrincipal().getUsername()));
          String[] names = {"Authorization", "Basic bWU6c2VjcmV0"};
          context
              .getFilters()
              .add(Filter.adaptRequest("", r -> r.with(names[0], List.of(names[1]))));
          context.setAuthenticator(
              new BasicAuthenticator("realm") {
                @Override
                public boolean checkCredentials(String user, String password) {
                  return password.equals("secret");
                }
              });
        };
    differ(program, get("/"), Wire.Answer::body, "cut", "me");
  }

  @Test
  void aBodyIsAskedForWhenItIsRead() throws IOException {
    String request =
        head("POST / HTTP/1.1", "Host: h", "Content-Length: 5", "Expect: 100-continue");
    differ(
        at("/", x -> x.sendResponseHeaders(403, -1)),
        request,
        answer -> answer.status() + " after " + answer.field(Wire.INTERIM),
        "403 after 100",
        "403 after , ends");
  }
}
