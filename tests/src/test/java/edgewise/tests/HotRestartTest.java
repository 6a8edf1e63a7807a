package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Backends;
import edgewise.linux.Unistd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code edgewise serve} replaced by another while clients are at work. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
class HotRestartTest {
  @TempDir static Path files;
  @TempDir Path scratch;

  private String control = "";
  private Path socket = Path.of("app.sock");

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(Backends.all().getFirst().unavailable() == null, "epoll cannot be used here");
    SampleFiles.in(files);
    control = "unix:" + scratch.resolve("control");
    socket = scratch.resolve("app.sock");
  }

  private ServeProcess serve(String... more) throws Exception {
    var args = new ArrayList<>(List.of("serve", files.toString(), "--listen", "0"));
    args.addAll(List.of("--listen", "unix:" + socket, "--control", control));
    args.addAll(List.of(more));
    var serve = ServeProcess.edgewise(args.toArray(String[]::new));
    serve.awaitStart();
    return serve;
  }

  private static InetSocketAddress tcp(URI url) {
    return new InetSocketAddress(url.getHost(), url.getPort());
  }

  @Test
  @Needs("wrk")
  void nobodyNoticesThreeRestarts() throws Exception {
    restartUnderLoad(3, 16);
  }

  @Test
  @Needs("wrk")
  void nobodyNoticesThatAMasterAndItsWorkersAreReplaced() throws Exception {
    restartUnderLoad(2, 16, "--workers", "2");
  }

  @Test
  @Needs("wrk")
  @Tag("slow")
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void nobodyNoticesTenRestarts() throws Exception {
    restartUnderLoad(10, 64);
  }

  @Test
  @Needs("wrk")
  @Tag("slow")
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void nobodyNoticesTenRestartsOfAMasterAndItsWorkers() throws Exception {
    restartUnderLoad(10, 64, "--workers", "2");
  }

  private void restartUnderLoad(int restarts, int connections, String... more) throws Exception {
    byte[] index = SampleFiles.of("index.html");
    var successor = new ArrayList<>(List.of(more));
    successor.addAll(List.of("--take-over", control));
    ServeProcess serve = serve(more);
    try {
      URI url = serve.url();
      var unix = UnixDomainSocketAddress.of(socket);
      try (var kept = new Wrk(connections, url.resolve("index.html"));
          var anew = SteadyClient.connectingAnew(tcp(url), "/index.html", index);
          var local = SteadyClient.connectingAnew(unix, "/index.html", index);
          var keeping = SteadyClient.keeping(tcp(url), "/index.html", index)) {
        for (int i = 0; i < restarts; i++) {
          int before = anew.requests();
          awaitRequests(anew, before + 20);
          ServeProcess old = serve;
          serve = serve(successor.toArray(String[]::new));
          assertEquals(url, serve.url(), "the port is inherited");
          assertEnded(old);
        }
        awaitRequests(anew, anew.requests() + 20);
        kept.assertNoErrors();
        anew.assertAllAnswered();
        local.assertAllAnswered();
        keeping.assertAllAnswered();
      }
      assertTrue(Files.exists(socket), "the socket file is that of the last one");
      assertEnded(serve, serve.terminate());
      assertFalse(Files.exists(socket), "the last one removes the socket file");
      assertFalse(Files.exists(scratch.resolve("control")));
    } finally {
      serve.close();
    }
  }

  private static void awaitRequests(SteadyClient client, int count) throws InterruptedException {
    while (client.requests() < count) {
      Thread.sleep(5); // the client goes on by itself, and nobody is told
    }
  }

  private static void assertEnded(ServeProcess old) throws Exception {
    assertEnded(old, old.awaitEnd());
  }

  private static void assertEnded(ServeProcess which, ServeProcess.Ended ended) {
    which.close();
    assertEquals(0, ended.exitCode(), ended::toString);
    assertEquals(
        List.of(),
        ended.err().stream().filter(line -> !line.contains("edgewise: finishing ")).toList());
  }

  // A connection that was accepted before

  @Test
  void anIdleConnectionIsServedOnceMoreByTheOldOne() throws Exception {
    try (var old = serve();
        var client = new Kept(tcp(old.url()))) {
      String get = "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n";
      client.send(get);
      assertFalse(client.head().contains("\r\nConnection: "));
      try (var successor = serve("--take-over", control)) {
        client.send(get);
        String last = client.head();
        assertTrue(last.startsWith("HTTP/1.1 200 "), last);
        assertTrue(last.contains("\r\nConnection: close\r\n"), last);
        client.end();
        assertEnded(old);
        assertEnded(successor, successor.terminate());
      }
    }
  }

  @Test
  void anIdleConnectionThatAsksNothingEndsAtTheDeadline() throws Exception {
    try (var old = serve("--drain", "1");
        var client = new Kept(tcp(old.url()))) {
      client.send("GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n");
      assertTrue(client.head().startsWith("HTTP/1.1 200 "));
      try (var successor = serve("--take-over", control)) {
        assertEquals("", client.rest(), "its end and nothing else");
        client.end();
        assertEnded(old);
        assertEnded(successor, successor.terminate());
      }
    }
  }

  /** A connection that is kept, for responses that are one {@code index.html} each. */
  private static final class Kept implements AutoCloseable {
    private final java.net.Socket connection = new java.net.Socket();

    Kept(InetSocketAddress server) throws IOException {
      connection.connect(server);
      connection.setSoTimeout(20_000);
    }

    void send(String octets) throws IOException {
      connection.getOutputStream().write(octets.getBytes(StandardCharsets.US_ASCII));
    }

    /** The head of the next response, once its body is there, too. */
    String head() throws IOException {
      var head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        int octet = connection.getInputStream().read();
        assertTrue(octet >= 0, () -> "the end, after '" + head + "'");
        head.append((char) octet);
      }
      byte[] index = SampleFiles.of("index.html");
      assertArrayEquals(index, connection.getInputStream().readNBytes(index.length));
      return head.toString();
    }

    String rest() throws IOException {
      return new String(connection.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    void end() throws IOException {
      connection.close();
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  // Successors that fail

  /** Takes the sockets, says how many, and then waits to be killed. */
  private static final String TAKER =
      """
      import array, socket, sys
      s = socket.socket(socket.AF_UNIX)
      name = sys.argv[1][len("unix:"):]
      s.connect("\\0" + name[1:] if name.startswith("@") else name)
      s.sendall(b"take-over 1\\n")
      said, fds = b"", array.array("i")
      while not said.endswith(b"end\\n"):
          octets, beside, flags, address = s.recvmsg(4096, socket.CMSG_SPACE(253 * 4))
          for level, kind, content in beside:
              if kind == socket.SCM_RIGHTS:
                  fds.frombytes(content[:len(content) - len(content) % 4])
          said += octets
          if not octets: break
      print(len(fds), said.decode().replace("\\n", "|"), flush=True)
      sys.stdin.read()
      """;

  private Process taker() throws Exception {
    return new ProcessBuilder("python3", "-c", TAKER, control).start();
  }

  @Test
  @Needs("python3")
  void aSuccessorThatIsKilledBeforeItIsReadyIsNotNoticed() throws Exception {
    byte[] index = SampleFiles.of("index.html");
    try (var serve = serve();
        var anew = SteadyClient.connectingAnew(tcp(serve.url()), "/index.html", index)) {
      long descriptors = serve.openDescriptors();
      for (int i = 0; i < 5; i++) {
        Process taker = taker();
        assertEquals(
            "3 offer 2|listen 127.0.0.1%3A0 file|listen unix%3A"
                + java.net.URLEncoder.encode(socket.toString(), StandardCharsets.UTF_8)
                + " file|control|end|",
            taker.inputReader().readLine());
        awaitRequests(anew, anew.requests() + 5);
        taker.destroyForcibly().waitFor();
        String line = serve.errorLine();
        assertTrue(line.contains("has ended before it was ready"), line);
      }
      awaitRequests(anew, anew.requests() + 5);
      anew.assertAllAnswered();
      assertTrue(serve.openDescriptors() <= descriptors + 1, "no socket is left over");
      try (var successor = serve("--take-over", control)) {
        assertEnded(serve);
        assertEnded(successor, successor.terminate());
      }
    }
  }

  @Test
  @Needs("python3")
  void ofTwoSuccessorsAtOnceTheSecondIsToldSo() throws Exception {
    try (var serve = serve()) {
      Process taker = taker();
      taker.inputReader().readLine();
      try (var second = ServeProcess.edgewise("serve", files.toString(), "--take-over", control)) {
        var ended = second.awaitEnd();
        assertEquals(2, ended.exitCode());
        assertEquals(
            List.of(
                "edgewise: cannot take over: "
                    + control
                    + ": refused: another process is taking them over"),
            ended.err());
      } finally {
        taker.destroyForcibly().waitFor();
      }
      try (var client = new Kept(tcp(serve.url()))) {
        client.send("GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n");
        assertTrue(client.head().startsWith("HTTP/1.1 200 "));
      }
    }
  }

  /** The name is abstract, so that no permissions of a file protect it. */
  @Test
  @Needs({"socat", "setpriv"})
  void anotherUserGetsNothing() throws Exception {
    assumeTrue(Unistd.geteuid() == 0, "only root can be somebody else");
    String name = "edgewise-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    control = "unix:@" + name;
    try (var serve = serve()) {
      assertFalse(serve.addresses().isEmpty());
      var asking = List.of("socat", "-t", "5", "-", "ABSTRACT-CONNECT:" + name);
      String root = asked(asking);
      assertTrue(root.startsWith("offer 2\n") && root.endsWith("end\n"), root);
      serve.errorLine(); // root has left
      var asNobody = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--clear-groups"));
      asNobody.addAll(asking);
      assertEquals("", asked(asNobody));
    }
  }

  /** What a program gets that asks for the sockets. */
  private static String asked(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (var out = process.getOutputStream()) {
      out.write("take-over 1\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      var reader = process.inputReader();
      var said = new StringBuilder();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        said.append(line).append('\n');
        if (line.equals("end")) {
          break;
        }
      }
      return said.toString();
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void nobodyToTakeOverFromIsOneLine() throws Exception {
    try (var serve = ServeProcess.edgewise("serve", files.toString(), "--take-over", control)) {
      var ended = serve.awaitEnd();
      assertEquals(2, ended.exitCode());
      assertEquals(1, ended.err().size(), ended::toString);
      assertTrue(ended.err().getFirst().contains("ENOENT"), ended::toString);
    }
  }
}
