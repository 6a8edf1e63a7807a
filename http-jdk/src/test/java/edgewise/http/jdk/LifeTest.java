package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From create to stop: the laws that both servers keep. */
final class LifeTest {
  private static void say(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, text.length());
    exchange.getResponseBody().write(text.getBytes(ISO_8859_1));
    exchange.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS), "it does not come");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static InetSocketAddress free() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAskedBeforeTheStartIsAnsweredAfterIt(Providers provider) throws IOException {
    HttpServer server = provider.server();
    int port = server.getAddress().getPort();
    assertTrue(port > 0);
    server.createContext("/", x -> say(x, "started"));
    try (Wire early = new Wire(port)) {
      early.send(get("/"));
      assertEquals(Wire.Answer.SILENCE, early.patience(300).answer("GET"));
      server.start();
      assertEquals("started", early.patience(10_000).answer("GET").body());
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerIsBoundOnceAndStartedOnce(Providers provider) throws IOException {
    HttpServer server = provider.unbound();
    assertNull(server.getAddress());
    assertThrows(IllegalStateException.class, server::start);
    assertThrows(NullPointerException.class, () -> server.bind(null, 0));
    server.bind(free(), 5);
    assertNotNull(server.getAddress());
    assertThrows(BindException.class, () -> server.bind(free(), 0));
    assertNull(server.getExecutor());
    server.setExecutor(null);
    server.start();
    assertNotNull(server.getExecutor());
    assertThrows(IllegalStateException.class, server::start);
    assertThrows(IllegalStateException.class, () -> server.setExecutor(Runnable::run));
    assertThrows(IllegalArgumentException.class, () -> server.stop(-1));
    server.stop(0);
    server.stop(0);
    assertThrows(IllegalStateException.class, server::start);
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatWasNeverBoundCanBeStopped(Providers provider) throws IOException {
    provider.unbound().stop(0);
  }

  @ParameterizedTest
  @EnumSource
  void aTakenOrUnknownAddressIsAnException(Providers provider) throws IOException {
    HttpServer server = provider.server();
    assertThrows(BindException.class, () -> provider.unbound().bind(server.getAddress(), 0));
    server.stop(0);
    var unknown = InetSocketAddress.createUnresolved("no.such.host.invalid", 0);
    assertThrows(SocketException.class, () -> provider.unbound().bind(unknown, 0));
  }

  @ParameterizedTest
  @EnumSource
  void thePortIsFreeAfterTheStop(Providers provider) throws IOException {
    HttpServer server = provider.server();
    InetSocketAddress address = server.getAddress();
    server.createContext("/", x -> say(x, "first"));
    server.start();
    try (Wire wire = new Wire(address.getPort())) {
      assertEquals("first", wire.send(get("/")).answer("GET").body());
      server.stop(0);
      assertTrue(wire.ends());
    }
    assertThrows(ConnectException.class, () -> new Wire(address.getPort()).close());
    HttpServer second = provider.unbound();
    second.bind(address, 0);
    second.stop(0);
  }

  @ParameterizedTest
  @EnumSource
  void theWildcardIsBothFamilies(Providers provider) throws IOException {
    HttpServer server = provider.unbound();
    server.bind(new InetSocketAddress(0), 0);
    server.createContext("/", x -> say(x, x.getRemoteAddress().getAddress().getHostAddress()));
    server.start();
    assertTrue(server.getAddress().getAddress().isAnyLocalAddress());
    for (String host : new String[] {"127.0.0.1", "::1"}) {
      InetAddress address = InetAddress.getByName(host);
      try (Wire wire = new Wire(address, server.getAddress().getPort())) {
        assertEquals(address.getHostAddress(), wire.send(get("/")).answer("GET").body());
      }
    }
    server.stop(0);
  }

  @ParameterizedTest
  @EnumSource
  void contextsHaveAPathOfTheirOwnAndOneHandler(Providers provider) throws IOException {
    HttpServer server = provider.unbound();
    HttpContext context = server.createContext("/a");
    assertNull(context.getHandler());
    assertEquals("/a", context.getPath());
    assertEquals(server, context.getServer());
    assertNull(context.getAuthenticator());
    assertThrows(NullPointerException.class, () -> context.setHandler(null));
    context.setHandler(x -> say(x, ""));
    assertThrows(IllegalArgumentException.class, () -> context.setHandler(x -> say(x, "")));
    assertThrows(IllegalArgumentException.class, () -> server.createContext("/a"));
    assertThrows(IllegalArgumentException.class, () -> server.createContext("a"));
    assertThrows(IllegalArgumentException.class, () -> server.createContext(""));
    assertThrows(NullPointerException.class, () -> server.createContext(null));
    assertThrows(NullPointerException.class, () -> server.createContext("/b", null));
    assertThrows(IllegalArgumentException.class, () -> server.removeContext("/b"));
    assertThrows(NullPointerException.class, () -> server.removeContext((String) null));
    server.removeContext("/a");
    assertThrows(IllegalArgumentException.class, () -> server.removeContext(context));
  }

  // --- stop

  @ParameterizedTest
  @EnumSource
  void stopReturnsWhenTheLastExchangeHasEnded(Providers provider) throws IOException {
    HttpServer server = provider.server();
    var running = new CountDownLatch(1);
    server.createContext(
        "/",
        exchange -> {
          running.countDown();
          sleep(300);
          say(exchange, "finished");
        });
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      wire.send(get("/"));
      await(running);
      long start = System.nanoTime();
      server.stop(30);
      assertTrue(millisSince(start) < 15_000, "stop waits for nobody");
      assertEquals("finished", wire.answer("GET").body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void stopCutsOffWhatTakesTooLong(Providers provider) throws IOException {
    HttpServer server = provider.server();
    var running = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("begun".getBytes(ISO_8859_1));
          exchange.getResponseBody().flush();
          running.countDown();
          await(end);
        });
    server.setExecutor(task -> Thread.ofVirtual().start(task));
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      wire.send(get("/"));
      await(running);
      long start = System.nanoTime();
      server.stop(1);
      long took = millisSince(start);
      assertTrue(took >= 900 && took < 8_000, "stop(1) took " + took + " ms");
      assertEquals(Wire.Answer.CUT, wire.answer("GET"));
    } finally {
      end.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerThatStopsTheServerStillAnswers(Providers provider) throws Exception {
    for (int round = 0; round < 20; round++) {
      HttpServer server = provider.server();
      var stopped = new CountDownLatch(1);
      server.createContext(
          "/",
          exchange -> {
            say(exchange, "bye".repeat(1000));
            Thread.ofPlatform()
                .start(() -> {
                  server.stop(0);
                  stopped.countDown();
                });
          });
      server.start();
      try (Wire wire = new Wire(server.getAddress().getPort())) {
        assertEquals(3000, wire.send(get("/")).answer("GET").body().length());
      }
      await(stopped);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerMayStopItsServerItself(Providers provider) throws Exception {
    HttpServer server = provider.server();
    var stopped = new CountDownLatch(1);
    server.createContext(
        "/",
        exchange -> {
          say(exchange, "bye");
          server.stop(0);
          stopped.countDown();
        });
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      assertEquals("bye", wire.send(get("/")).answer("GET").body());
      await(stopped);
      assertTrue(wire.ends());
    }
  }

  @ParameterizedTest
  @EnumSource
  void stopWaitsForTheHandlerThatRunsInTurn(Providers provider) throws IOException {
    HttpServer server = provider.server();
    var running = new CountDownLatch(1);
    var returned = new CountDownLatch(1);
    server.createContext(
        "/",
        exchange -> {
          running.countDown();
          sleep(300);
          returned.countDown();
          exchange.close();
        });
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      wire.send(get("/"));
      await(running);
      server.stop(0);
      assertEquals(0, returned.getCount(), "the handler still runs");
      assertFalse(wire.answer("GET").status() == 200);
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // --- executors

  @ParameterizedTest
  @EnumSource
  void withoutAnExecutorHandlersRunInTurnOnOneThread(Providers provider) throws Exception {
    HttpServer server = provider.server();
    var state =
        new Object() {
          int calls; // no lock: only one thread
          int inside;
          int most;
          Thread thread = Thread.currentThread();
        };
    server.createContext(
        "/",
        exchange -> {
          state.inside++;
          state.most = Math.max(state.most, state.inside);
          sleep(20);
          state.calls++;
          state.thread = Thread.currentThread();
          state.inside--;
          say(exchange, Objects.requireNonNull(Thread.currentThread().getName()));
        });
    server.start();
    int port = server.getAddress().getPort();
    var wires = new Wire[8];
    for (int i = 0; i < wires.length; i++) {
      wires[i] = new Wire(port).send(get("/"));
    }
    String name = wires[0].answer("GET").body();
    for (int i = 1; i < wires.length; i++) {
      assertEquals(name, wires[i].answer("GET").body());
    }
    for (Wire wire : wires) {
      wire.close();
    }
    server.stop(1);
    assertEquals(8, state.calls);
    assertEquals(1, state.most);
    assertFalse(state.thread.isAlive(), "its thread outlives the server");
  }

  @ParameterizedTest
  @EnumSource
  void anExecutorRunsTheHandlersAtTheSameTime(Providers provider) throws Exception {
    HttpServer server = provider.server();
    var both = new CountDownLatch(2);
    server.createContext(
        "/",
        exchange -> {
          both.countDown();
          await(both);
          say(exchange, Thread.currentThread().getName());
        });
    server.setExecutor(task -> Thread.ofPlatform().name("mine").start(task));
    server.start();
    int port = server.getAddress().getPort();
    try (Wire one = new Wire(port);
        Wire two = new Wire(port)) {
      one.send(get("/"));
      two.send(get("/"));
      assertEquals("mine", one.answer("GET").body());
      assertEquals("mine", two.answer("GET").body());
    }
    server.stop(0);
  }
}
