package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Backends;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.Listener;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.HttpServer;
import edgewise.http.Response;
import edgewise.spi.Backend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link HttpServer#drain} over several loops, its own and somebody else's. */
@Timeout(60)
class ServerDrainTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  private static Reactor reactor(String backend) throws IOException {
    assumeTrue(Backends.choose(backend).unavailable() == null);
    return Reactor.open(3, LoopOptions.builder().backend(backend).build());
  }

  private static HttpServer.Builder server() {
    return HttpServer.builder().get("/", request -> Response.text("x"));
  }

  private static int port(HttpServer server) {
    return ((Endpoint.Inet) server.endpoints().getFirst()).port();
  }

  private static List<Socket> connect(int port, int count) throws IOException {
    var clients = new ArrayList<Socket>();
    for (int i = 0; i < count; i++) {
      var client = new Socket(InetAddress.getLoopbackAddress(), port);
      client.setSoTimeout(20_000);
      clients.add(client);
    }
    return clients;
  }

  /** The response of a connection that says it is the last, and the connection's end. */
  private static String ask(Socket client) throws IOException {
    try (client) {
      String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
      client.getOutputStream().write(get.getBytes(StandardCharsets.US_ASCII));
      var response = new StringBuilder();
      try {
        for (int o = client.getInputStream().read(); o >= 0; o = client.getInputStream().read()) {
          response.append((char) o);
        }
      } catch (SocketTimeoutException e) {
        throw new IOException("no end after '" + response + "'", e);
      }
      return response.toString();
    }
  }

  private static void assertLast(String response) {
    assertTrue(response.startsWith("HTTP/1.1 200 "), response);
    assertTrue(response.contains("\r\nConnection: close\r\n"), response);
    assertTrue(response.endsWith("\r\n\r\nx"), response);
  }

  private static void awaitConnections(Reactor reactor, int count) throws InterruptedException {
    while (reactor.loops().stream().mapToInt(loop -> loop.connections()).sum() < count) {
      Thread.sleep(1); // the kernel accepts before the loop does, and tells nobody
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "select"})
  void connectionsOfAllLoopsAreServedOnceMoreAndThenTheServerHasStopped(String backend)
      throws Exception {
    try (Reactor reactor = reactor(backend)) {
      HttpServer server = server().reactor(reactor).listen("127.0.0.1:0").start();
      List<Socket> clients = connect(port(server), 30);
      awaitConnections(reactor, 30);
      server.drain(LONG);
      for (Socket client : clients) {
        assertLast(ask(client));
      }
      long begin = System.nanoTime();
      server.awaitStop();
      assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20), "not at the deadline");
      assertTrue(!reactor.loops().getFirst().isClosed(), "the loops are somebody else's");
    }
  }

  @Test
  void aServerEndsItsOwnLoopsWhenItHasDrained() throws Exception {
    HttpServer server = server().listen("127.0.0.1:0").start();
    List<Socket> clients = connect(port(server), 10);
    awaitConnections(server.reactor(), 10);
    server.drain(LONG);
    for (Socket client : clients) {
      assertLast(ask(client));
    }
    server.awaitStop();
    assertTrue(server.reactor().loops().stream().allMatch(loop -> loop.isClosed()));
  }

  @Test
  void atTheDeadlineIdleClientsSeeTheEnd() throws Exception {
    HttpServer server = server().listen("127.0.0.1:0").start();
    List<Socket> clients = connect(port(server), 10);
    awaitConnections(server.reactor(), 10);
    server.drain(Duration.ofMillis(200));
    for (Socket client : clients) {
      try (client) {
        assertEquals(-1, client.getInputStream().read(), "an end, and no reset");
      }
    }
    server.awaitStop();
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "select"})
  void aStopThatFollowsEndsIdleConnectionsAtOnce(String backend) throws Exception {
    try (Reactor reactor = reactor(backend)) {
      HttpServer server = server().reactor(reactor).listen("127.0.0.1:0").start();
      List<Socket> clients = connect(port(server), 10);
      awaitConnections(reactor, 10);
      server.drain(LONG);
      server.drain(LONG);
      server.stop(LONG);
      for (Socket client : clients) {
        try (client) {
          assertEquals(-1, client.getInputStream().read());
        }
      }
      server.awaitStop();
    }
  }

  /** Connections that are anywhere: in the kernel's queue, on their way to a loop, on a loop. */
  @Test
  void ofManyThatConnectJustThenEachIsServedByTheOldServerOrByTheNew() throws Exception {
    assumeTrue(Backends.choose(null).has(Backend.Feature.DESCRIPTORS));
    for (int round = 0; round < 10; round++) {
      HttpServer old = server().listen("127.0.0.1:0").start();
      Descriptor socket = duplicate(old.listenings().getFirst().listeners().getFirst());
      List<Socket> clients = connect(port(old), 100);
      old.drain(LONG);
      HttpServer successor =
          HttpServer.builder()
              .get("/", request -> Response.text("x").closing())
              .listen(socket)
              .start();
      for (Socket client : clients) {
        assertLast(ask(client));
      }
      old.awaitStop();
      successor.close();
    }
  }

  private static Descriptor duplicate(Listener listener) {
    var duplicate = new CompletableFuture<Descriptor>();
    listener
        .loop()
        .execute(() -> {
          try {
            duplicate.complete(listener.duplicate());
          } catch (IOException e) {
            duplicate.completeExceptionally(e);
          }
        });
    return duplicate.join();
  }

  @Test
  void onALoopItFailsAndFromElsewhereItBeginsAfterAll() throws Exception {
    try (var server = server().listen(Endpoint.loopback(0)).start()) {
      var failure = new CompletableFuture<Throwable>();
      server
          .reactor()
          .loops()
          .getFirst()
          .execute(() ->
              failure.complete(
                  assertThrows(IllegalStateException.class, () -> server.drain(LONG))));
      assertTrue(String.valueOf(failure.get(20, TimeUnit.SECONDS)).contains("own thread"));
      server.drain(LONG);
      server.awaitStop();
    }
  }
}
