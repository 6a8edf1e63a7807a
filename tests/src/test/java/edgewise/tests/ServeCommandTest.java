package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code edgewise serve}: the same bytes on every backend and mode, at every kind of address. */
class ServeCommandTest extends CommandProcess {
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

  private static byte[] curl(String... args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-sSf"));
    command.addAll(List.of(args));
    return Programs.run(command).assertOk().out();
  }

  private static boolean hasCurl() {
    return Programs.find("curl") != null;
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
