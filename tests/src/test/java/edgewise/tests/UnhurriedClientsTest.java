package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.BodySource;
import edgewise.http.BodyWriter;
import edgewise.http.HttpLimits;
import edgewise.http.HttpServer;
import edgewise.http.Response;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that read steadily, far above the least rate but far below what the kernel queues for
 * them. The kernel says that it takes more only when a third of its megabytes is free: for many
 * windows the server sees nothing happen. It cut off {@code curl --limit-rate 200k}.
 */
class UnhurriedClientsTest {
  private static final int OCTETS = 12 << 20;

  /** Slow for this long, then fast; several times the window and the timeouts. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

  private static final Duration WINDOW = Duration.ofMillis(600);

  @ParameterizedTest
  @EnumSource(names = {"EPOLL_EDGE", "EPOLL_LEVEL", "SELECT"})
  void whoReadsAThousandTimesTheLeastRateIsNotCutOff(Mode mode) throws Exception {
    assertEquals(OCTETS, bodyRead(mode, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  }

  /** The end of it is queued when the server has nothing more to do but to close. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL_EDGE", "EPOLL_LEVEL", "SELECT"})
  void theLastResponseIsNotCutOffEither(Mode mode) throws Exception {
    assertEquals(OCTETS, bodyRead(mode, "GET / HTTP/1.0\r\n\r\n"));
  }

  private static int bodyRead(Mode mode, String request) throws Exception {
    var limits = HttpLimits.builder().minRate(256, WINDOW).lingerTimeout(WINDOW).build();
    var options = LoopOptions.builder().backend(mode.backendName).trigger(mode.trigger).build();
    try (Reactor reactor = Reactor.open(1, options);
        HttpServer server =
            HttpServer.builder()
                .reactor(reactor)
                .limits(limits)
                .get("/", r -> Response.stream("x/y", OCTETS, new Zeros()))
                .listen("127.0.0.1:0")
                .start();
        Peer client = Peer.dial(address(server))) {
      client.write(request);
      return read(client);
    }
  }

  private static SocketAddress address(HttpServer server) {
    var endpoint = (Endpoint.Inet) server.endpoints().getFirst();
    return new InetSocketAddress(endpoint.address(), endpoint.port());
  }

  private static int read(Peer client) throws Exception {
    ByteBuffer head = ByteBuffer.wrap(new byte[1]);
    for (int end = 0; end != 0x0d0a0d0a; end = end << 8 | head.get(0)) {
      assertEquals(1, client.socket.read(head.clear()));
    }
    ByteBuffer into = ByteBuffer.allocate(64 << 10);
    long start = System.nanoTime();
    int count = 0;
    while (count < OCTETS && client.socket.read(into.clear()) >= 0) {
      count += into.position();
      if (System.nanoTime() - start < SLOW_NANOS) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200)); // some 300 KiB/s
      }
    }
    return count;
  }

  /** As fast as it is taken. */
  private static final class Zeros implements BodySource {
    private static final byte[] PIECE = new byte[64 << 10];

    @Override
    public void produce(BodyWriter out) {
      while (out.isOpen() && out.written() < OCTETS) {
        if (!out.write(PIECE)) {
          break;
        }
      }
      if (out.isOpen() && out.written() == OCTETS) {
        out.end();
      }
    }
  }
}
