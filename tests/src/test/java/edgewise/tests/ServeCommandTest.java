package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code edgewise serve} and {@code edgewise doctor} as a user runs them: as processes. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
class ServeCommandTest {
  private static final Path SOURCES = Path.of(System.getProperty("basedir", ".")).resolve("..");

  /** More than the socket buffers of both ends hold, so that a download can be in hand. */
  private static final long HUGE_BYTES = 64 << 20;

  @TempDir static Path files;
  @TempDir Path scratch;

  @BeforeAll
  static void makeFiles() throws IOException {
    SampleFiles.in(files);
    try (var huge = new java.io.RandomAccessFile(files.resolve("huge.bin").toFile(), "rw")) {
      huge.setLength(HUGE_BYTES);
    }
  }

  // The same bytes on every backend and mode

  @ParameterizedTest
  @CsvSource({"epoll, edge", "epoll, level", "select, level"})
  void servesTheSameBytesOverTcpAndUnixSockets(String backend, String trigger) throws Exception {
    assumeBackend(backend);
    Path socket = scratch.resolve("app.sock");
    try (var serve =
        serve(
            "--backend",
            backend,
            "--trigger",
            trigger,
            "--loops",
            "2",
            "--listen",
            "0",
            "--listen",
            "unix:" + socket)) {
      assertEquals(backend + " backend, " + trigger + "-triggered, 2 loops", serve.awaitStart());
      assertEquals(
          "unix:" + socket + " (curl --unix-socket " + socket + " http://localhost/)",
          serve.addresses().get(1));
      assertTrue(Files.exists(socket));

      assertServed(path -> fetch(serve.url().resolve(path)));
      if (hasCurl()) {
        assertServed(path -> curl("--unix-socket", socket.toString(), "http://localhost/" + path));
      }

      assertEndsInPeace(serve.terminate());
      assertTrue(Files.notExists(socket), "the socket file is left behind");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--backend epoll", "--backend select", "--workers 2"})
  void theSocketFileHasTheModeThatIsAskedFor(String how) throws Exception {
    assumeBackend("epoll");
    Path socket = scratch.resolve("app.sock");
    var args = new ArrayList<>(List.of("--listen", "unix:" + socket, "--socket-mode", "0620"));
    args.addAll(List.of(how.split(" ")));
    try (var serve = serve(args.toArray(String[]::new))) {
      serve.awaitStart();
      assertEquals(
          PosixFilePermissions.fromString("rw--w----"), Files.getPosixFilePermissions(socket));
      assertEquals(0, serve.terminate().exitCode());
      assertTrue(Files.notExists(socket));
    }
    try (var serve = serve("--listen", "unix:" + socket, "--socket-mode", "rw")) {
      assertOneLine("'rw' is not a mode", serve.awaitEnd());
    }
  }

  @Test
  void servesAnAbstractName() throws Exception {
    assumeBackend("epoll");
    assumeTrue(hasCurl(), "there is no curl");
    String name = "edgewise-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (var serve = serve("--listen", "unix:@" + name)) {
      serve.awaitStart();
      assertEquals(
          "unix:@" + name + " (curl --abstract-unix-socket " + name + " http://localhost/)",
          serve.addresses().getFirst());
      assertServed(path -> curl("--abstract-unix-socket", name, "http://localhost/" + path));
      assertEndsInPeace(serve.terminate());
    }
  }

  @Test
  void printsTheRealUrlOfEachAddress() throws Exception {
    assumeTrue(hasIpv6Loopback(), "there is no IPv6 loopback address");
    try (var serve = serve("--listen", "0", "--listen", "[::1]:0", "--loops", "1")) {
      assertTrue(serve.awaitStart().endsWith("-triggered, 1 loop"));
      assertTrue(serve.addresses().get(0).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*/"));
      assertTrue(serve.addresses().get(1).matches("http://\\[::1]:[1-9][0-9]*/"));
      for (String url : serve.addresses()) {
        assertArrayEquals(SampleFiles.of("index.html"), fetch(URI.create(url)));
      }
      assertEndsInPeace(serve.terminate());
    }
  }

  // The end

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void aSignalEndsItWithExitCode0AndASocketFileIsRemoved(String signal) throws Exception {
    Path socket = scratch.resolve("app.sock");
    try (var serve = serve("--listen", "unix:" + socket)) {
      serve.awaitStart();
      serve.signal(signal);
      assertEndsInPeace(serve.awaitEnd());
      assertTrue(Files.notExists(socket), "the socket file is left behind");
    }
  }

  @Test
  void anIdleConnectionDoesNotHoldUpTheEnd() throws Exception {
    try (var serve = serve("--listen", "0")) {
      serve.awaitStart();
      try (var idle = new Socket(serve.url().getHost(), serve.url().getPort())) {
        assertArrayEquals(SampleFiles.of("index.html"), fetch(serve.url()));
        long start = System.nanoTime();
        assertEndsInPeace(serve.terminate());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 9, "it waited");
        assertEquals(-1, idle.getInputStream().read());
      }
    }
  }

  @Test
  void aDownloadInHandIsFinishedBeforeTheEnd() throws Exception {
    try (var serve = serve("--listen", "0")) {
      serve.awaitStart();
      try (var download = beginDownload(serve.url())) {
        serve.signal("TERM");
        assertTrue(serve.errorLine().contains("finishing 1 connection, for up to"));
        assertEquals(HUGE_BYTES, countBody(download.getInputStream()));
      }
      var ended = serve.awaitEnd();
      assertEquals(0, ended.exitCode(), ended.toString());
    }
  }

  @Test
  void aSecondCtrlCEndsItAtOnce() throws Exception {
    assumeBackend("epoll"); // giving the signal back to the kernel takes native access
    try (var serve = serve("--listen", "0")) {
      serve.awaitStart();
      try (var download = beginDownload(serve.url())) {
        serve.signal("INT");
        assertTrue(serve.errorLine().contains("Ctrl-C again ends it at once"));
        long second = System.nanoTime();
        serve.signal("INT");
        assertEquals(128 + 2, serve.awaitEnd().exitCode());
        assertTrue(Duration.ofNanos(System.nanoTime() - second).toSeconds() < 5, "it waited");
        assertTrue(download.isConnected());
      }
    }
  }

  /** The hook that ends the process with exit code 0 must not cut off the hooks of others. */
  @Test
  void aFlightRecordingIsWrittenBeforeTheEnd() throws Exception {
    Path recording = scratch.resolve("recording.jfr");
    var options =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xlog:disable",
            "-Xlog:jfr+startup=off",
            "-XX:StartFlightRecording:settings=none,filename=" + recording);
    try (var serve =
        ServeProcess.edgewise(options, List.of("serve", files.toString(), "--listen", "0"))) {
      serve.awaitStart();
      assertEquals(0, serve.terminate().exitCode());
      assertTrue(Files.size(recording) > 0, "the recording is empty");
    }
  }

  // What the user can put right

  @Test
  void aTakenPortIsOneLineAndExitCode2() throws Exception {
    try (var first = serve("--listen", "0")) {
      first.awaitStart();
      String address = "127.0.0.1:" + first.url().getPort();
      try (var second = serve("--listen", address)) {
        assertOneLine("bind " + address + ": EADDRINUSE", second.awaitEnd());
      }
      assertArrayEquals(SampleFiles.of("index.html"), fetch(first.url()));
    }
  }

  @Test
  void aMissingDirectoryIsOneLineAndExitCode2() throws Exception {
    try (var serve = ServeProcess.edgewise("serve", scratch.resolve("absent").toString())) {
      assertOneLine("does not exist; name a directory to serve", serve.awaitEnd());
    }
  }

  @Test
  void anEdgeTriggeredSelectorIsOneLineAndExitCode2() throws Exception {
    assumeBackend("select");
    try (var serve = serve("--backend", "select", "--trigger", "edge")) {
      assertOneLine("the select backend is level-triggered only", serve.awaitEnd());
    }
  }

  @Test
  void anAbstractNameOnSelectIsOneLineAndExitCode2() throws Exception {
    assumeBackend("select");
    try (var serve = serve("--backend", "select", "--listen", "unix:@name")) {
      assertOneLine(
          "the select backend has no abstract unix names such as unix:@name", serve.awaitEnd());
    }
  }

  @Test
  void withoutNativeAccessItServesOnSelectAndSaysWhy() throws Exception {
    assumeBackend("select");
    try (var serve =
        ServeProcess.edgewise(List.of(), List.of("serve", files.toString(), "--listen", "0"))) {
      assertTrue(serve.awaitStart().startsWith("select backend, level-triggered, "));
      String why = serve.errorLine();
      assertTrue(why.startsWith("edgewise: using the select backend: "), why);
      assertTrue(why.endsWith("start java with --enable-native-access=ALL-UNNAMED"), why);
      assertServed(path -> fetch(serve.url().resolve(path)));
      assertEndsInPeace(serve.terminate());
    }
  }

  @Test
  void withoutNativeAccessEpollByNameIsOneLineAndExitCode2() throws Exception {
    try (var serve =
        ServeProcess.edgewise(
            List.of(), List.of("serve", files.toString(), "--backend", "epoll"))) {
      assertOneLine("--enable-native-access=ALL-UNNAMED", serve.awaitEnd());
    }
  }

  // The doctor

  @Test
  void theDoctorSaysThatTheBestBackendWorks() throws Exception {
    assumeBackend("epoll");
    try (var doctor = ServeProcess.edgewise("doctor")) {
      var ended = doctor.awaitEnd();
      assertEquals(0, ended.exitCode(), ended.toString());
      assertEquals(List.of(), ended.err());
      assertTrue(
          ended.out().stream().anyMatch(line -> line.matches("ok +backend epoll +works, edge.*")),
          ended.toString());
    }
  }

  @Test
  void withoutNativeAccessTheDoctorNamesTheFlag() throws Exception {
    try (var doctor = ServeProcess.edgewise(List.of(), List.of("doctor"))) {
      var ended = doctor.awaitEnd();
      assertEquals(1, ended.exitCode(), ended.toString());
      assertEquals(List.of(), ended.err());
      assertTrue(
          ended.out().stream()
              .anyMatch(line ->
                  line.matches("fail +native access +denied .*--enable-native-access=ALL-UNNAMED")),
          ended.toString());
    }
  }

  // The launcher

  @Test
  void theLauncherServes() throws Exception {
    assumeLauncherIsBuilt();
    try (var serve =
        ServeProcess.start(List.of(launcher(), "serve", files.toString(), "--listen", "0"))) {
      serve.awaitStart();
      assertServed(path -> fetch(serve.url().resolve(path)));
      assertEndsInPeace(serve.terminate());
    }
  }

  private static String launcher() {
    return SOURCES.resolve("edgewise").toString();
  }

  /** Otherwise it would build, inside this build. */
  private static void assumeLauncherIsBuilt() throws IOException {
    Path stamp = SOURCES.resolve("cli/target/edgewise/built");
    assumeTrue(Files.exists(stamp), "the launcher has no jars: run mvn package -pl cli -am");
    FileTime built = Files.getLastModifiedTime(stamp);
    for (String module : List.of("native", "reactor-api", "http", "cli")) {
      try (var sources = Files.walk(SOURCES.resolve(module).resolve("src/main"))) {
        for (Path source : sources.toList()) {
          assumeTrue(
              Files.getLastModifiedTime(source).compareTo(built) <= 0,
              "the launcher's jars are older than " + source);
        }
      }
    }
  }

  private static ServeProcess serve(String... options) throws IOException {
    var args = new ArrayList<>(List.of("serve", files.toString()));
    args.addAll(List.of(options));
    return ServeProcess.edgewise(args.toArray(String[]::new));
  }

  private static void assertEndsInPeace(ServeProcess.Ended ended) {
    assertEquals(new ServeProcess.Ended(0, List.of(), List.of()), ended);
  }

  private static void assertOneLine(String expected, ServeProcess.Ended ended) {
    assertEquals(2, ended.exitCode(), ended.toString());
    assertEquals(List.of(), ended.out());
    assertEquals(1, ended.err().size(), ended.toString());
    assertTrue(ended.err().getFirst().startsWith("edgewise: "), ended.toString());
    assertTrue(ended.err().getFirst().contains(expected), ended.toString());
  }

  /** Fetches a path below the root. */
  private interface Fetch {
    byte[] of(String path) throws Exception;
  }

  private static void assertServed(Fetch fetch) throws Exception {
    for (var file : SampleFiles.CONTENT.entrySet()) {
      assertArrayEquals(file.getValue(), fetch.of(file.getKey()), file.getKey());
    }
  }

  private static byte[] fetch(URI url) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(30)).build();
      var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, response.statusCode(), url.toString());
      return response.body();
    }
  }

  private static byte[] curl(String... args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-sSf"));
    command.addAll(List.of(args));
    return Programs.run(command).assertOk().out();
  }

  private static boolean hasCurl() {
    return Programs.find("curl") != null;
  }

  /** Asks for the huge file, and reads no more of the answer than its first line. */
  private static Socket beginDownload(URI url) throws IOException {
    var socket = new Socket(url.getHost(), url.getPort());
    socket.setSoTimeout(30_000);
    String request = "GET /huge.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    assertEquals("HTTP/1.1 200 OK", line(socket.getInputStream()));
    return socket;
  }

  /** Reads the other header lines, and counts what comes after them until the end. */
  private static long countBody(InputStream in) throws IOException {
    while (!line(in).isEmpty()) {}
    long count = 0;
    var buffer = new byte[64 << 10];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      count += n;
    }
    return count;
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      assertNotEquals(-1, c, "the answer ends within its header");
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }

  private static void assumeBackend(String name) {
    for (var backend : Backends.all()) {
      if (backend.name().equals(name)) {
        assumeTrue(backend.unavailable() == null, name + ": " + backend.unavailable());
        return;
      }
    }
    assumeTrue(false, "there is no " + name + " backend");
  }

  private static boolean hasIpv6Loopback() {
    try (var socket = new java.net.ServerSocket()) {
      InetAddress loopback =
          Inet6Address.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
      socket.bind(new java.net.InetSocketAddress(loopback, 0));
      return true;
    } catch (IOException absent) {
      return false;
    }
  }
}
