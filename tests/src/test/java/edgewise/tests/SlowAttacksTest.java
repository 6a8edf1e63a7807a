package edgewise.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.HttpLimits;
import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The attacks of slowhttptest(1), by a thousand connections each: meanwhile others are served, and
 * the attackers are cut off when their time is up. The deadlines are shorter than the defaults.
 */
@Tag("slow")
@Needs("slowhttptest")
class SlowAttacksTest {
  private static final int ATTACKERS = 1000;

  /** So many of them have to have been there at once, or it was no attack. */
  private static final int MANY = ATTACKERS * 9 / 10;

  /**
   * An answer takes a millisecond, and half a second while a thousand attackers come at once and
   * the kernel takes two megabytes for each; the rest is for a machine that is busy with others.
   */
  private static final int PATIENCE_MILLIS = 5000;

  private static final Duration DEADLINE = Duration.ofSeconds(4);

  /**
   * When the last must be gone, in seconds: they connect at 500 a second, or slower on a busy
   * machine; what moves is looked at once a window, so it takes up to two; and after a refusal the
   * connection lingers.
   */
  private static final int ALL_GONE = 25;

  private static final HttpLimits LIMITS =
      HttpLimits.builder()
          .headerTimeout(DEADLINE)
          .minRate(256, DEADLINE)
          .sendTimeout(DEADLINE)
          .lingerTimeout(Duration.ofSeconds(1))
          .build();

  private static final String REQUEST = "GET /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  @ParameterizedTest
  @EnumSource(names = {"EPOLL_EDGE", "EPOLL_LEVEL", "SELECT"})
  void headersThatDoNotEnd(Mode mode, @TempDir Path directory) throws Exception {
    attackUntilCutOff(mode, directory, MANY, "up", "-H", "-i", "1");
  }

  @Test
  void bodiesThatDoNotEnd(@TempDir Path directory) throws Exception {
    attackUntilCutOff(
        Mode.EPOLL_EDGE, directory, MANY, "form", "-B", "-i", "1", "-s", "100000", "-x", "10");
  }

  @Test
  void responsesThatAreNotTaken(@TempDir Path directory) throws Exception {
    attackUntilCutOff(
        Mode.EPOLL_EDGE,
        directory,
        MANY,
        "large.bin",
        "-X",
        "-w",
        "512",
        "-y",
        "1024",
        "-n",
        "1",
        "-z",
        "4");
  }

  /** CVE-2011-3192: three thousand ranges that overlap; HEAD has no ranges, RFC 9110 14.2. */
  @Test
  void rangesThatOverlap(@TempDir Path directory) throws Exception {
    attackUntilCutOff(Mode.EPOLL_EDGE, directory, 0, "large.bin", "-R", "-a", "1", "-b", "3000");
  }

  private static void attackUntilCutOff(
      Mode mode, Path directory, int atOnce, String path, String... how) throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    // More than a kernel queues for a client that takes nothing.
    Files.write(files.resolve("large.bin"), new byte[12 << 20]);
    var options = LoopOptions.builder().backend(mode.backendName).trigger(mode.trigger).build();
    try (Reactor reactor = Reactor.open(2, options);
        HttpServer server =
            HttpServer.builder()
                .reactor(reactor)
                .limits(LIMITS)
                .get("/up", request -> Response.text("up"))
                .post("/form", request -> Response.text("" + request.bodyBytes().length))
                .files("/", files)
                .listen("127.0.0.1:0")
                .start()) {
      var endpoint = (Endpoint.Inet) server.endpoints().getFirst();
      var address = new InetSocketAddress(endpoint.address(), endpoint.port());
      ask(address);
      int before = descriptors();
      Process attack = start(directory.resolve("log"), endpoint.port(), path, how);
      try {
        int most = serveOthers(address, before, attack);
        assertTrue(most - before >= atOnce, () -> "at most " + most + ", before " + before);
      } finally {
        Programs.end(attack);
      }
    }
  }

  /** Until all attackers have gone; how many descriptors the server has had at most. */
  private static int serveOthers(InetSocketAddress address, int before, Process attack)
      throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ALL_GONE);
    int most = 0;
    int now = before;
    while (attack.isAlive() && (now > before || most < before + MANY)) {
      long millis = ask(address);
      assertTrue(millis < PATIENCE_MILLIS, () -> "somebody else has waited for " + millis + " ms");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      now = descriptors();
      most = Math.max(most, now);
      String state = now + " descriptors, at most " + most + ", before " + before;
      assertTrue(System.nanoTime() < deadline, () -> state + ": " + Descriptors.open());
    }
    while (descriptors() > before) {
      assertTrue(System.nanoTime() < deadline, () -> "still open: " + Descriptors.open());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return most;
  }

  private static Process start(Path log, int port, String path, String... how) throws IOException {
    var command = new ArrayList<>(List.of("slowhttptest", "-c", "" + ATTACKERS, "-r", "500"));
    command.addAll(List.of("-l", "" + 2 * ALL_GONE));
    command.addAll(List.of("-u", "http://127.0.0.1:" + port + "/" + path));
    command.addAll(List.of(how));
    return Programs.start(command, log);
  }

  /** How long an answer to somebody else takes, in milliseconds. */
  private static long ask(InetSocketAddress server) throws IOException {
    long start = System.nanoTime();
    try (Peer peer = Peer.dial(server)) {
      peer.write(REQUEST);
      String answer = new String(peer.readAll(), ISO_8859_1);
      assertTrue(answer.endsWith("\r\n\r\nup"), answer);
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  /** Sockets and files; not the pipes, which belong to the process of the attack. */
  private static int descriptors() {
    return (int) Descriptors.open().values().stream().filter(w -> !w.startsWith("pipe:")).count();
  }
}
