package edgewise.http.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.HttpHandler;
import edgewise.http.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server with programs in a directory, mounted at /cgi-bin. Closing it asserts that no program
 * runs or is a zombie, and that as many descriptors are open as before.
 */
final class CgiRig {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Where the programs are. */
  final Path directory;

  /** Where they may write. */
  final Path scratch;

  private final Mode mode;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final long childrenBefore = children();
  private final Instant begun = Instant.now();
  private final long descriptorsBefore;
  private @Nullable HttpServer server;

  CgiRig(Mode mode, Path temporary) throws IOException {
    this.mode = mode;
    directory = Files.createDirectory(temporary.resolve("cgi-bin"));
    scratch = Files.createDirectory(temporary.resolve("scratch"));
    warmUp();
    descriptorsBefore = descriptors();
  }

  /** What the JDK opens once and keeps: for the first socket, also of a virtual thread. */
  private static void warmUp() throws IOException {
    try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var socket = new Socket(listening.getInetAddress(), listening.getLocalPort());
        var accepted = listening.accept()) {
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  accepted.getInputStream().read();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      await("it to be parked", () -> reader.getState() == Thread.State.WAITING);
      socket.getOutputStream().write('x');
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Puts an executable shell script into the directory. */
  Path sh(String name, String text) throws IOException {
    return script(name, "#!/bin/sh\n" + text);
  }

  Path script(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Serves the directory with these limits. */
  CgiRig start(CgiLimits.Builder limits) throws IOException {
    return start(builder().limits(limits.build()).directory(directory));
  }

  CgiRig start() throws IOException {
    return start(CgiLimits.builder());
  }

  /** As the directory is mounted; programs see the scratch directory as SCRATCH. */
  Cgi.Builder builder() {
    return Cgi.builder().at("/cgi-bin").variable("SCRATCH", scratch.toString());
  }

  CgiRig start(HttpHandler handler) throws IOException {
    var options = LoopOptions.builder().backend(mode.backend).trigger(mode.trigger).build();
    var reactor = Reactor.open(2, options);
    open.add(reactor);
    server =
        HttpServer.builder()
            .any("/cgi-bin/{path...}", handler)
            .reactor(reactor)
            .listen("127.0.0.1:0")
            .start();
    open.addFirst(server);
    return this;
  }

  /** Stops the server and its loops, whatever they still do. */
  void stop(Duration atMost) throws IOException, InterruptedException {
    if (server != null) {
      server.stop(atMost);
      server.awaitStop();
    }
  }

  Socket connect() throws IOException {
    if (server != null && server.endpoints().getFirst() instanceof Endpoint.Inet at) {
      var socket = new Socket(at.address(), at.port());
      socket.setSoTimeout((int) PATIENCE.toMillis());
      return socket;
    }
    throw new IllegalStateException("not started");
  }

  int port() {
    return server == null ? 0 : ((Endpoint.Inet) server.endpoints().getFirst()).port();
  }

  /** Sends a request and reads until the connection ends. */
  Answer ask(String request) throws IOException {
    return ask(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  Answer ask(byte[] request) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(request);
      return Answer.parse(read(socket));
    }
  }

  /** All that comes; a reset, which is how a server cuts a response off, is an end. */
  static byte[] read(Socket socket) throws IOException {
    var came = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 14];
    try {
      var in = socket.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        came.write(buffer, 0, count);
      }
    } catch (SocketException reset) {
      assertEquals("Connection reset", reset.getMessage());
    }
    return came.toByteArray();
  }

  /** GET of a path below /cgi-bin. */
  Answer get(String path, String... fields) throws IOException {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return ask(
        "GET /cgi-bin/"
            + path
            + " HTTP/1.1\r\nHost: a.test:81\r\nConnection: close\r\n"
            + more
            + "\r\n");
  }

  /** Waits until a program has written its number to that file of the scratch directory. */
  long pid(String name) {
    Path file = scratch.resolve(name);
    await("a process number in " + name, () -> text(file).endsWith("\n"));
    return Long.parseLong(text(file).strip());
  }

  static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Neither running nor a zombie. */
  static void awaitGone(long pid) {
    await("the end of " + pid, () -> !Files.exists(Path.of("/proc/" + pid)));
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited in vain for " + what);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Zombies included. */
  static long children() {
    return ProcessHandle.current().children().count();
  }

  static long descriptors() {
    try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      long count = 0;
      for (Path each : all) {
        count += isOurs(each) ? 1 : 0;
      }
      return count;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOurs(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.matches("(pipe|socket|anon_inode):.*");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  void close() throws Exception {
    try {
      for (AutoCloseable each : open) {
        each.close();
      }
      open.clear();
      await("the end of all programs", () -> children() <= childrenBefore);
      await("closed descriptors", () -> descriptors() <= descriptorsBefore);
      assertEquals(descriptorsBefore, descriptors());
    } finally { // what a failed test has left does not outlive it
      ProcessHandle.current()
          .descendants()
          .filter(each -> startedHere(each))
          .forEach(ProcessHandle::destroyForcibly);
    }
  }

  private boolean startedHere(ProcessHandle process) {
    Instant started = process.info().startInstant().orElse(Instant.MIN);
    return started.isAfter(begun);
  }
}
