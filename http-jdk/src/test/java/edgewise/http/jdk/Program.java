package edgewise.http.jdk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A program written for the JDK's API, in a process of its own. Only its path decides which server
 * it gets. It prints its port and the class of its server.
 */
final class Program implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final Process process;
  final int port;
  final String serverClass;

  private Program(Process process) throws IOException {
    this.process = process;
    String line = process.inputReader().readLine();
    assertTrue(line != null && line.contains(" "), "the program printed " + line);
    port = Integer.parseInt(line.substring(0, line.indexOf(' ')));
    serverClass = line.substring(line.indexOf(' ') + 1);
  }

  /** With the JDK's own server: nothing but the program is on its path. */
  static Program jdk(Class<?> main, String... args) throws IOException {
    return start(List.of("-cp", testClasses()), main, args);
  }

  /** With Edgewise on its class path. */
  static Program edgewise(Class<?> main, String... args) throws IOException {
    return start(List.of("-cp", System.getProperty("java.class.path")), main, args);
  }

  static Program start(List<String> jvmOptions, Class<?> main, String... args) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx32m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmOptions);
    command.add(main.getName());
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    return new Program(builder.start());
  }

  static String testClasses() {
    return pathOf("test-classes").toString();
  }

  /** The folder or jar on the class path whose name that is in. */
  static Path pathOf(String part) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> entry.contains(part))
        .map(Path::of)
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing like " + part + " on the class path"));
  }

  String url(String path) {
    return "http://localhost:" + port + path;
  }

  /** Status, fields but for Date, and body, as the JDK's client sees them. */
  String ask(String path, UnaryOperator<HttpRequest.Builder> request)
      throws IOException, InterruptedException {
    HttpRequest asked = request.apply(HttpRequest.newBuilder(URI.create(url(path)))).build();
    HttpResponse<String> answer = CLIENT.send(asked, HttpResponse.BodyHandlers.ofString());
    Map<String, List<String>> fields = new TreeMap<>(answer.headers().map());
    fields.remove("date");
    return answer.statusCode() + "\n" + fields + "\n" + answer.body();
  }

  /** Status line but for the phrase, fields in lower case and order but for Date, and the body. */
  String curl(String path, String... options) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-s", "-S", "-i", "-m", "20"));
    command.addAll(List.of(options));
    command.add(url(path));
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(curl.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, curl.waitFor(), printed);
    int end = printed.indexOf("\r\n\r\n");
    String[] lines = printed.substring(0, end).split("\r\n");
    String fields =
        Stream.of(lines)
            .skip(1)
            .map(line ->
                line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)
                    + line.substring(line.indexOf(':')))
            .filter(line -> !line.startsWith("date:"))
            .sorted()
            .toList()
            .toString();
    return lines[0].substring(0, 12) + "\n" + fields + "\n" + printed.substring(end);
  }

  /** Waits until it has ended by itself. */
  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "the program does not end");
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
