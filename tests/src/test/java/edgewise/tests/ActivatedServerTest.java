package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Backends;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code edgewise serve} as a service manager starts and watches it. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
class ActivatedServerTest {
  @TempDir static Path files;
  @TempDir Path scratch;

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(Backends.all().getFirst().unavailable() == null, "epoll cannot be used here");
    SampleFiles.in(files);
  }

  // Socket activation

  private static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /** Listens on a port and a socket file, and starts the command when somebody connects. */
  private ServeProcess activated(int port, List<String> options, List<String> command)
      throws Exception {
    var all = new ArrayList<>(List.of("systemd-socket-activate"));
    all.addAll(List.of("-l", "127.0.0.1:" + port, "-l", socket().toString()));
    all.addAll(options);
    all.addAll(command);
    var serve = ServeProcess.start(all);
    for (int i = 0; i < 2; i++) {
      assertTrue(serve.errorLine().startsWith("Listening on "));
    }
    return serve;
  }

  private Path socket() {
    return scratch.resolve("app.sock");
  }

  private static String[] serve(String... more) {
    var args = new ArrayList<>(List.of("serve", files.toString()));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private static byte[] curl(String... args) throws Exception {
    var command = new ArrayList<>(List.of("curl", "-sf"));
    command.addAll(List.of(args));
    return Programs.run(command).assertOk().out();
  }

  private void assertServesBoth(int port) throws Exception {
    byte[] index = SampleFiles.of("index.html");
    assertArrayEquals(index, curl("http://127.0.0.1:" + port + "/"));
    assertArrayEquals(index, curl("--unix-socket", socket().toString(), "http://localhost/"));
  }

  @Test
  @Needs({"systemd-socket-activate", "curl"})
  void allThatSystemdPassesIsServedWhereNothingIsAskedFor() throws Exception {
    int port = freePort();
    try (var serve = activated(port, List.of(), ServeProcess.command(serve()))) {
      assertServesBoth(port);
      serve.awaitStart();
      assertEquals("http://127.0.0.1:" + port + "/", serve.addresses().getFirst());
      assertEquals(0, serve.terminate().exitCode());
      assertTrue(Files.exists(socket()), "the file is systemd's, which made it");
    }
  }

  @Test
  @Needs({"systemd-socket-activate", "curl"})
  void socketsAreFoundByNameAndByNumberBesideOrdinaryOnes() throws Exception {
    int port = freePort();
    List<String> command =
        ServeProcess.command(serve("--listen", "fd:web", "--listen", "0", "--listen", "fd:4"));
    try (var serve = activated(port, List.of("--fdname=web:local"), command)) {
      assertServesBoth(port);
      serve.awaitStart();
      List<String> printed = serve.addresses();
      assertEquals(3, printed.size(), printed::toString);
      assertEquals("http://127.0.0.1:" + port + "/", printed.getFirst());
      assertArrayEquals(SampleFiles.of("index.html"), curl(printed.get(1)));
      assertTrue(printed.get(2).startsWith("unix:" + socket()));
      assertEquals(0, serve.terminate().exitCode());
    }
  }

  @Test
  @Needs("systemd-socket-activate")
  void aNameThatNobodyPassedIsOneLineThatSaysWhichThereAre() throws Exception {
    int port = freePort();
    List<String> command = ServeProcess.command(serve("--listen", "fd:wbe"));
    try (var serve = activated(port, List.of("--fdname=web:local"), command);
        var _ = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      var ended = serve.awaitEnd();
      assertEquals(2, ended.exitCode());
      assertEquals(
          "edgewise: no socket called 'wbe' was passed to this process; there are: web (fd:3),"
              + " local (fd:4)",
          ended.err().getLast());
    }
  }

  @Test
  @Needs("systemd-socket-activate")
  void aSocketThatDoesNotListenIsOneLine() throws Exception {
    int port = freePort();
    List<String> command = ServeProcess.command(serve());
    try (var serve = activated(port, List.of("--datagram"), command);
        var knock = new java.net.DatagramSocket()) {
      knock.send(
          new java.net.DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), port));
      var ended = serve.awaitEnd();
      assertEquals(2, ended.exitCode());
      assertTrue(
          ended.err().getLast().startsWith("edgewise: cannot use the sockets passed: descriptor 3"),
          ended::toString);
    }
  }

  /** The launcher is a shell script, which must not touch descriptors that are none of its own. */
  @Test
  @Needs({"systemd-socket-activate", "curl"})
  void theLauncherHandsTheSocketsOn() throws Exception {
    int port = freePort();
    Path launcher = Path.of(System.getProperty("basedir", ".")).resolve("../edgewise");
    var command = new ArrayList<>(List.of(launcher.toRealPath().toString()));
    command.addAll(List.of(serve("--listen", "fd:3", "--listen", "fd:unknown")));
    List<String> options =
        List.of("-E", "HOME", "-E", "JAVA_HOME", "-E", "MAVEN_ARGS", "-E", "MAVEN_OPTS");
    try (var serve = activated(port, options, command)) {
      assertServesBoth(port);
      assertEquals(0, serve.terminate().exitCode());
    }
  }

  // Notification

  /** What systemd is at the other end of NOTIFY_SOCKET, in Python. */
  private static final class Manager implements AutoCloseable {
    private static final String RECEIVER =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1].replace("@", "\\0", 1))
        print("bound", flush=True)
        while True:
            print(s.recv(4096).decode().replace("\\n", "|"), flush=True)
        """;

    private final Process process;
    private final BufferedReader lines;

    Manager(String name) throws IOException {
      process = new ProcessBuilder("python3", "-c", RECEIVER, name).start();
      lines = process.inputReader();
      assertEquals("bound", lines.readLine());
    }

    String next() throws IOException {
      return Objects.requireNonNull(lines.readLine());
    }

    boolean isQuiet() throws IOException {
      return !lines.ready();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  private static String abstractName() {
    return "@edgewise-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  @Test
  @Needs("python3")
  void theServiceManagerIsToldOfTheStartAndOfTheEnd() throws Exception {
    for (String name : List.of(scratch.resolve("notify").toString(), abstractName())) {
      try (var manager = new Manager(name);
          var serve =
              ServeProcess.start(
                  Map.of("NOTIFY_SOCKET", name), ServeProcess.command(serve("--listen", "0")))) {
        serve.awaitStart();
        URI url = serve.url();
        assertEquals(
            "READY=1|MAINPID=%d|STATUS=serving on [127.0.0.1:%d]"
                .formatted(serve.handle().pid(), url.getPort()),
            manager.next());
        var ended = serve.terminate();
        assertEquals(0, ended.exitCode(), ended::toString);
        assertEquals("STOPPING=1", manager.next());
      }
    }
  }

  @Test
  @Needs("python3")
  void theHeartbeatEndsWhenTheServerIsStuck() throws Exception {
    String name = abstractName();
    var environment = Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "400000");
    try (var manager = new Manager(name);
        var serve = ServeProcess.start(environment, ServeProcess.command(serve("--listen", "0")))) {
      serve.awaitStart();
      assertTrue(manager.next().startsWith("READY=1"));
      for (int i = 0; i < 5; i++) {
        assertEquals("WATCHDOG=1", manager.next());
      }
      serve.signal("STOP");
      Thread.sleep(1000); // five beats, and what was under way
      while (!manager.isQuiet()) {
        assertEquals("WATCHDOG=1", manager.next());
      }
      Thread.sleep(1000);
      assertTrue(manager.isQuiet(), "a stopped process has sent something");
      serve.signal("CONT");
      assertEquals("WATCHDOG=1", manager.next());
      assertEquals(0, serve.terminate().exitCode());
    }
  }

  @Test
  @Needs("python3")
  void aSuccessorBecomesTheMainProcess() throws Exception {
    String name = abstractName();
    String control = "unix:" + scratch.resolve("control");
    var environment = Map.of("NOTIFY_SOCKET", name);
    try (var manager = new Manager(name);
        var old =
            ServeProcess.start(
                environment, ServeProcess.command(serve("--listen", "0", "--control", control)))) {
      old.awaitStart();
      assertTrue(manager.next().startsWith("READY=1"));
      try (var successor =
          ServeProcess.start(environment, ServeProcess.command(serve("--take-over", control)))) {
        successor.awaitStart();
        assertEquals(old.url(), successor.url(), "without --listen it takes what there is");
        assertEquals("MAINPID=" + successor.handle().pid(), manager.next(), "the old one says so");
        assertTrue(manager.next().startsWith("READY=1|MAINPID=" + successor.handle().pid()));
        assertEquals(0, old.awaitEnd().exitCode());
        assertEquals(0, successor.terminate().exitCode());
        assertEquals("STOPPING=1", manager.next(), "of the successor alone");
      }
    }
  }
}
