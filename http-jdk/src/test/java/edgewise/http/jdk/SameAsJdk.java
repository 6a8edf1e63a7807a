package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The same program and the same requests on the JDK's own server and on Edgewise: same status, same
 * body, same fields but for Date and the ones about the connection, and the connection lives on or
 * not. What differs on purpose is in {@link DifferencesTest}.
 */
abstract class SameAsJdk {
  /** What one server said, and whether it took another request on the same connection. */
  private record Told(List<Wire.Answer> answers, boolean kept) {}

  private record Case(String name, Consumer<HttpServer> program, List<String> requests) {}

  private final List<Case> cases = new ArrayList<>();

  void add(String name, Consumer<HttpServer> program, String... requests) {
    cases.add(new Case(name, program, List.of(requests)));
  }

  void handler(String name, HttpHandler handler, String... requests) {
    add(name, server -> server.createContext("/", handler), requests);
  }

  /** Adds what is to be compared. */
  abstract void addCases() throws IOException;

  @TestFactory
  Stream<DynamicTest> bothServersSayTheSame() throws IOException {
    addCases();
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

  static void say(HttpExchange exchange, int status, String text) throws IOException {
    byte[] octets = text.getBytes(ISO_8859_1);
    exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
    if (octets.length > 0) {
      exchange.getResponseBody().write(octets);
    }
    exchange.close();
  }

  static String post(String target, String body) {
    return head("POST " + target + " HTTP/1.1", "Host: h", "Content-Length: " + body.length())
        + body;
  }
}
