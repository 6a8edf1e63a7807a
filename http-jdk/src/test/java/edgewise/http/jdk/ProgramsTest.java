package edgewise.http.jdk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.http.jdk.programs.MyApplication;
import edgewise.http.jdk.programs.MyFiles;
import edgewise.http.jdk.programs.MyMistake;
import edgewise.http.jdk.programs.MySecret;
import edgewise.http.jdk.programs.MyStreams;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs of the JDK's documentation, unchanged, each in two processes that differ in their class
 * path alone, and asked by curl and by the JDK's client: they answer the same.
 */
final class ProgramsTest {
  private static final String JDK = "sun.net.httpserver.HttpServerImpl";
  private static final String EDGEWISE = "edgewise.http.jdk.Server";
  private static final long LENGTH = 100_000_000;
  private static final UnaryOperator<HttpRequest.Builder> GET = UnaryOperator.identity();

  @TempDir private Path directory;

  private static void same(Program jdk, Program edgewise, String path, String... curlOptions)
      throws Exception {
    assertEquals(jdk.curl(path, curlOptions), edgewise.curl(path, curlOptions));
  }

  @Test
  void theExampleOfThePackageRunsUnchanged() throws Exception {
    try (Program jdk = Program.jdk(MyApplication.class);
        Program edgewise = Program.edgewise(MyApplication.class)) {
      assertEquals(JDK, jdk.serverClass);
      assertEquals(EDGEWISE, edgewise.serverClass);
      same(jdk, edgewise, "/applications/myapp");
      same(jdk, edgewise, "/applications/myapp/below?it", "-d", "some data");
      UnaryOperator<HttpRequest.Builder> post =
          r -> r.POST(HttpRequest.BodyPublishers.ofString("some data"));
      for (var request : List.of(GET, post)) {
        String told = edgewise.ask("/applications/myapp", request);
        assertEquals(jdk.ask("/applications/myapp", request), told);
        assertTrue(told.endsWith("\nThis is the response"), told);
      }
      assertTrue(edgewise.ask("/applications", GET).startsWith("404"));
    }
  }

  @Test
  void theFileServerOfTheDocumentationRunsUnchanged() throws Exception {
    Files.writeString(directory.resolve("a.txt"), "some text");
    Files.createDirectory(directory.resolve("sub"));
    Files.write(directory.resolve("sub").resolve("b.bin"), new byte[500_000]);
    String root = directory.toAbsolutePath().toString();
    try (Program jdk = Program.jdk(MyFiles.class, root);
        Program edgewise = Program.edgewise(MyFiles.class, root)) {
      for (String path : List.of("/a.txt", "/", "/sub/", "/sub", "/sub/b.bin", "/nothing")) {
        same(jdk, edgewise, path);
        same(jdk, edgewise, path, "-I");
        assertEquals(jdk.ask(path, GET), edgewise.ask(path, GET));
      }
      same(jdk, edgewise, "/a.txt", "-d", "x");
    }
  }

  @Test
  void aProgramWithAPasswordRunsUnchanged() throws Exception {
    try (Program jdk = Program.jdk(MySecret.class);
        Program edgewise = Program.edgewise(MySecret.class)) {
      same(jdk, edgewise, "/secret");
      same(jdk, edgewise, "/secret", "-u", "me:wrong");
      same(jdk, edgewise, "/secret", "-u", "me:secret");
      same(jdk, edgewise, "/secret", "-d", "x", "-u", "me:secret");
      assertTrue(edgewise.curl("/secret", "-u", "me:secret").endsWith("Hello me"));
      UnaryOperator<HttpRequest.Builder> me = r -> r.header("Authorization", "Basic bWU6c2VjcmV0");
      assertEquals(jdk.ask("/secret", me), edgewise.ask("/secret", me));
    }
  }

  @Test
  void theSystemPropertyNamesTheProvider() throws Exception {
    // The class path without what ServiceLoader looks for.
    Path classes =
        Program.pathOf("http-jdk" + File.separator + "target" + File.separator + "classes");
    Path bare = directory.resolve("bare");
    Path of = Path.of("edgewise", "http", "jdk");
    Files.createDirectories(bare.resolve(of));
    try (var files = Files.list(classes.resolve(of))) {
      for (Path file : files.toList()) {
        Files.copy(file, bare.resolve(of).resolve(file.getFileName()));
      }
    }
    String path =
        System.getProperty("java.class.path").replace(classes.toString(), bare.toString());
    String property =
        "-Dcom.sun.net.httpserver.HttpServerProvider=edgewise.http.jdk.EdgewiseHttpServerProvider";
    try (Program without = Program.start(List.of("-cp", path), MyApplication.class);
        Program with = Program.start(List.of("-cp", path, property), MyApplication.class)) {
      assertEquals(JDK, without.serverClass);
      assertEquals(EDGEWISE, with.serverClass);
      assertTrue(with.ask("/applications/myapp", GET).startsWith("200"));
    }
  }

  @Test
  void asModulesItIsFoundAsWell() throws Exception {
    String path = System.getProperty("java.class.path");
    var options =
        List.of("-p", path, "--enable-native-access=edgewise.linux", "-cp", Program.testClasses());
    try (Program program = Program.start(options, MyApplication.class)) {
      assertEquals(EDGEWISE, program.serverClass);
      assertTrue(program.ask("/applications/myapp", GET).startsWith("200"));
    }
  }

  @Test
  void aProgramThatNeverStartsItsServerEnds() throws Exception {
    try (Program jdk = Program.jdk(MyMistake.class);
        Program edgewise = Program.edgewise(MyMistake.class)) {
      assertEquals(1, jdk.exitCode());
      assertEquals(1, edgewise.exitCode());
    }
  }

  @Test
  void bodiesThatAreLongerThanTheHeapPass() throws Exception {
    try (Program program = Program.edgewise(MyStreams.class)) {
      assertEquals(
          "" + LENGTH, up(program, HttpRequest.BodyPublishers.fromPublisher(body(), LENGTH)));
      assertEquals("" + LENGTH, up(program, body()));
      assertEquals(LENGTH, down(program, "/down?" + LENGTH, HttpRequest.newBuilder()));
      assertEquals(LENGTH, down(program, "/down/fixed?" + LENGTH, HttpRequest.newBuilder()));
      assertEquals(LENGTH, echo(program));
    }
  }

  private static HttpRequest.BodyPublisher body() {
    return HttpRequest.BodyPublishers.ofInputStream(() -> new Zeros(LENGTH));
  }

  private static String up(Program program, HttpRequest.BodyPublisher body) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(program.url("/up"))).POST(body).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private static long down(Program program, String path, HttpRequest.Builder request)
      throws Exception {
    var asked = request.uri(URI.create(program.url(path))).build();
    try (HttpClient client = HttpClient.newHttpClient();
        InputStream in = client.send(asked, HttpResponse.BodyHandlers.ofInputStream()).body()) {
      return in.skip(Long.MAX_VALUE);
    }
  }

  /** Sends and receives at the same time, which the JDK's client does not; counts the data. */
  private static long echo(Program program) throws Exception {
    try (var socket = new Socket("localhost", program.port)) {
      var out = socket.getOutputStream();
      out.write(
          Wire.head(
                  "POST /echo HTTP/1.1",
                  "Host: h",
                  "Connection: close",
                  "Content-Length: " + LENGTH)
              .getBytes(ISO_8859_1));
      Thread sender = Thread.ofVirtual().unstarted(() -> send(out));
      sender.start();
      long zeros = 0;
      byte[] some = new byte[64 << 10];
      for (int count = socket.getInputStream().read(some);
          count >= 0;
          count = socket.getInputStream().read(some)) {
        for (int i = 0; i < count; i++) {
          zeros += some[i] == 0 ? 1 : 0; // no framing has such octets
        }
      }
      sender.join();
      return zeros;
    }
  }

  private static void send(OutputStream out) {
    try {
      new Zeros(LENGTH).transferTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** So many octets. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long left) {
      this.left = left;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = (int) Math.min(left, length);
      left -= count;
      return count == 0 ? -1 : count;
    }
  }
}
