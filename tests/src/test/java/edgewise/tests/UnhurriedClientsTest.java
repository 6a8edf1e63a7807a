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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Clients that read steadily, far above the least rate but far below what the kernel queues for
 * them. The kernel says that it takes more only when a third of its megabytes is free: for many
 * windows the server sees nothing happen, and it reset them.
 */
class UnhurriedClientsTest {
  private static final int OCTETS = 12 << 20;

  /** Slow for this long, then fast; several times the window and the timeouts. */
  private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  private static final Duration WINDOW = Duration.ofMillis(400);

  @Test
  void whoReadsAThousandTimesTheLeastRateIsNotCutOff() {
    assertTaken("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  /** The end of it is queued when the server has nothing more to do but to close. */
  @Test
  void theLastResponseIsNotCutOffEither() {
    assertTaken("GET / HTTP/1.0\r\n\r\n");
  }

  /** By all modes at once, since they mostly wait. */
  private static void assertTaken(String request) {
    var taken = new EnumMap<Mode, CompletableFuture<Integer>>(Mode.class);
    for (Mode mode : List.of(Mode.EPOLL_EDGE, Mode.EPOLL_LEVEL, Mode.SELECT)) {
      if (mode.backend().unavailable() == null) {
        taken.put(mode, CompletableFuture.supplyAsync(() -> bodyRead(mode, request), THREADS));
      }
    }
    taken.forEach((mode, count) -> assertEquals(OCTETS, count.join(), mode::toString));
  }

  private static int bodyRead(Mode mode, String request) {
    var limits =
        HttpLimits.builder().minRate(256, WINDOW).sendTimeout(WINDOW).lingerTimeout(WINDOW).build();
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
    } catch (IOException e) {
      throw new UncheckedIOException(mode + " after " + request, e);
    }
  }

  private static SocketAddress address(HttpServer server) {
    var endpoint = (Endpoint.Inet) server.endpoints().getFirst();
    return new InetSocketAddress(endpoint.address(), endpoint.port());
  }

  private static int read(Peer client) throws IOException {
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
