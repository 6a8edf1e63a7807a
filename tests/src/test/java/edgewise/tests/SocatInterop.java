package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.SocketType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * AF_UNIX with socat at the other end: as a client that sends a file, ends, and keeps what comes
 * back, and as a server that sends back what comes.
 */
@Needs("socat")
class SocatInterop {
  /**
   * socat reads and sends so much at once, so it is the length of its messages too. PIPE_BUF,
   * pipe(7): with more, socat waits for room in its own PIPE, which only it could make.
   */
  private static final int BLOCK = 4096;

  private static final int MUCH = 1_000_000;

  private static ConnectionOptions options(SocketType type) {
    return ConnectionOptions.builder().type(type).build();
  }

  /** A client of socat's gets all it has sent back from us. */
  private static void isEchoedTo(Rig rig, Endpoint endpoint, SocketType type, String address)
      throws Exception {
    byte[] sent = Bytes.random(70, MUCH);
    Path from = Files.write(rig.name(), sent);
    Path to = rig.name();
    var echo = new StreamInterop.Echo();
    var listener =
        rig.loop()
            .listen(endpoint, ListenOptions.DEFAULT.withConnections(options(type)), peer -> echo);
    var socat =
        rig.aside(() ->
            Programs.run(
                "socat",
                "-t10",
                "-b" + BLOCK,
                "OPEN:" + from + ",rdonly!!OPEN:" + to + ",creat,wronly",
                address));
    rig.until("socat is done", Duration.ofSeconds(30), socat::isDone);
    assertEquals("", rig.await(socat).assertOk().err());
    rig.until("closed", () -> echo.has("close"));
    assertNull(echo.cause);
    assertEquals(1, echo.count("end"));
    assertArrayEquals(sent, Files.readAllBytes(to));
    listener.close();
  }

  /** Our client gets all it has sent back from socat; connects again until socat listens. */
  private static void echoes(Rig rig, Endpoint endpoint, SocketType type, String address)
      throws Exception {
    var socat = rig.aside(() -> Programs.run("socat", "-t10", "-b" + BLOCK, address, "PIPE"));
    byte[] sent = Bytes.random(71, MUCH);
    StreamInterop.Source ours;
    do {
      ours = new StreamInterop.Source(sent, BLOCK);
      rig.loop().connect(endpoint, options(type), ours);
      Recorder attempt = ours;
      rig.until("connected or refused", () -> attempt.has("open") || attempt.has("close"));
    } while (!ours.has("open") && !socat.isDone());
    Recorder last = ours;
    rig.until("socat is done", Duration.ofSeconds(30), socat::isDone);
    assertEquals("", rig.await(socat).assertOk().err());
    rig.until("closed", () -> last.has("close"));
    assertNull(last.cause);
    assertEquals(1, last.count("end"));
    assertArrayEquals(sent, last.bytes());
  }

  @Contract(families = Family.UNIX)
  void aStreamClientOfSocatIsEchoedTo(Rig rig) throws Exception {
    Path path = rig.name();
    isEchoedTo(rig, Endpoint.unix(path), SocketType.STREAM, "UNIX-CONNECT:" + path);
  }

  @Contract(families = Family.UNIX)
  void aStreamServerOfSocatEchoes(Rig rig) throws Exception {
    Path path = rig.name();
    echoes(rig, Endpoint.unix(path), SocketType.STREAM, "UNIX-LISTEN:" + path);
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void aSeqpacketClientOfSocatIsEchoedTo(Rig rig) throws Exception {
    Path path = rig.name();
    isEchoedTo(rig, Endpoint.unix(path), SocketType.SEQPACKET, "UNIX-CONNECT:" + path + ",type=5");
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void aSeqpacketServerOfSocatEchoes(Rig rig) throws Exception {
    Path path = rig.name();
    echoes(rig, Endpoint.unix(path), SocketType.SEQPACKET, "UNIX-LISTEN:" + path + ",type=5");
  }

  @Contract(
      modes = {Mode.EPOLL_LEVEL, Mode.EPOLL_EDGE, Mode.EPOLL_ONESHOT},
      families = Family.UNIX)
  void abstractNamesAreFoundFromBothSides(Rig rig) throws Exception {
    String name = "edgewise-socat-" + ProcessHandle.current().pid();
    Endpoint endpoint = Endpoint.abstractName(name);
    isEchoedTo(rig, endpoint, SocketType.STREAM, "ABSTRACT-CONNECT:" + name);
    echoes(rig, endpoint, SocketType.STREAM, "ABSTRACT-LISTEN:" + name);
  }
}
