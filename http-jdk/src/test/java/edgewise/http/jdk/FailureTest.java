package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import edgewise.http.HttpLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handlers and clients that do not do what they should. */
final class FailureTest {
  private HttpServer server;

  @BeforeEach
  void create() throws IOException {
    server = Providers.EDGEWISE.server();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private Wire serve(HttpHandler handler) throws IOException {
    server.createContext("/", handler);
    server.start();
    return new Wire(server.getAddress().getPort());
  }

  private static void say(HttpExchange exchange, String text) throws IOException {
    exchange.sendResponseHeaders(200, text.length());
    exchange.getResponseBody().write(text.getBytes(ISO_8859_1));
    exchange.close();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(20, TimeUnit.SECONDS), "it does not come");
  }

  @Test
  void anExchangeThatNobodyCanEndAnyMoreIsA500() throws IOException {
    try (Wire wire = serve(exchange -> {}).patience(100)) {
      wire.send(get("/"));
      Wire.Answer answer = wire.answer("GET");
      for (int i = 0; i < 100 && answer.equals(Wire.Answer.SILENCE); i++) {
        System.gc();
        answer = wire.answer("GET");
      }
      assertEquals(500, answer.status());
    }
  }

  @Test
  void anExchangeThatSomebodyKeepsByItsStreamIsNotLost() throws Exception {
    var kept = new AtomicReference<OutputStream>();
    var handled = new CountDownLatch(1);
    HttpHandler handler =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          kept.set(exchange.getResponseBody());
          handled.countDown();
        };
    try (Wire wire = serve(handler)) {
      wire.send(get("/"));
      await(handled);
      for (int i = 0; i < 10; i++) {
        Thread.sleep(30); // in which what watches for lost exchanges may look
        System.gc();
      }
      kept.get().write("still here".getBytes(ISO_8859_1));
      kept.get().close();
      assertEquals("still here", wire.answer("GET").body());
    }
  }

  @Test
  void aClientThatIsGoneIsAnIoExceptionForWhoeverWrites() throws Exception {
    var failed = new CountDownLatch(1);
    HttpHandler endless =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try {
            while (true) {
              exchange.getResponseBody().write(new byte[10_000]);
            }
          } catch (IOException e) {
            failed.countDown();
          }
        };
    try (Wire wire = serve(endless)) {
      wire.send(get("/"));
    }
    await(failed);
  }

  @Test
  void aClientThatIsGoneIsAnIoExceptionForWhoeverReads() throws Exception {
    var failed = new CountDownLatch(1);
    HttpHandler reader =
        exchange -> {
          try {
            exchange.getRequestBody().readAllBytes();
          } catch (IOException e) {
            failed.countDown();
            throw e;
          }
        };
    try (Wire wire = serve(reader)) {
      wire.send(head("POST / HTTP/1.1", "Host: h", "Content-Length: 1000") + "some");
    }
    await(failed);
  }

  @Test
  void aLongBodyThatNobodyReadsDoesNotKeepTheAnswerBack() throws IOException {
    try (Wire wire = serve(exchange -> say(exchange, "no, thanks"))) {
      wire.send(head("POST / HTTP/1.1", "Host: h", "Content-Length: 100000000"));
      wire.send("x".repeat(200_000));
      assertEquals("no, thanks", wire.answer("POST").body());
      assertTrue(wire.ends());
    }
  }

  @Test
  void aHandlerThatInterruptsItselfDoesNotDisturbTheNext() throws IOException {
    HttpHandler handler =
        exchange -> {
          say(exchange, "interrupted " + Thread.interrupted());
          Thread.currentThread().interrupt();
        };
    try (Wire wire = serve(handler)) {
      assertEquals("interrupted false", wire.send(get("/")).answer("GET").body());
      assertEquals("interrupted false", wire.send(get("/")).answer("GET").body());
    }
  }

  @Test
  void anExecutorThatFailsAfterItsWorkHasNotRefused() throws IOException {
    var calls = new AtomicInteger();
    server.setExecutor(task -> {
      task.run();
      throw new RejectedExecutionException("too late");
    });
    HttpHandler handler = exchange -> say(exchange, "call " + calls.incrementAndGet());
    try (Wire wire = serve(handler)) {
      assertEquals("call 1", wire.send(get("/")).answer("GET").body());
      assertEquals("call 2", wire.send(get("/")).answer("GET").body());
    }
  }

  @Test
  void anAuthenticatorWithoutAVerdictLetsNobodyIn() throws IOException {
    try (Wire wire = serve(exchange -> say(exchange, "in"))) {
      server.removeContext("/");
      server
          .createContext("/", exchange -> say(exchange, "in"))
          .setAuthenticator(
              new com.sun.net.httpserver.Authenticator() {
                @Override
                @SuppressWarnings("NullAway")
                public Result authenticate(HttpExchange exchange) {
                  return null;
                }
              });
      assertEquals(500, wire.send(get("/")).answer("GET").status());
    }
  }

  @Test
  void theLimitsAreTheProgramsToSet() throws IOException {
    var limits = HttpLimits.builder().maxBodyBytes(10).maxStreamedBodyBytes(10).build();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server.stop(0);
    server = new EdgewiseHttpServerProvider(limits).createHttpServer(address, 0);
    try (Wire wire = serve(exchange -> say(exchange, "x"))) {
      String request = head("POST / HTTP/1.1", "Host: h", "Content-Length: 11");
      assertEquals(413, wire.send(request).answer("POST").status());
    }
  }

  @Test
  void httpsIsRefusedByName() {
    var failure =
        assertThrows(
            UnsupportedOperationException.class,
            () -> new EdgewiseHttpServerProvider().createHttpsServer(null, 0));
    assertTrue(failure.toString().contains("TLS"), failure::toString);
  }

  @Test
  void nothingIsLeftOfAServerThatHasStopped() throws Exception {
    oneLife();
    long threads = ours();
    long descriptors = descriptors();
    for (int i = 0; i < 5; i++) {
      oneLife();
    }
    // Threads end a moment after a server has stopped, the one before the count as well.
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while ((ours() > threads || descriptors() > descriptors) && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
    assertTrue(ours() <= threads, ours() + " threads, before " + threads);
    assertTrue(descriptors() <= descriptors, descriptors() + " open, before " + descriptors);
  }

  /** With one exchange that ends, and one that never would. */
  private static void oneLife() throws IOException {
    HttpServer server = Providers.EDGEWISE.server();
    server.createContext("/", exchange -> say(exchange, "x"));
    server.createContext(
        "/never", exchange -> exchange.getHttpContext().getAttributes().put("x", exchange));
    server.start();
    try (Wire wire = new Wire(server.getAddress().getPort())) {
      assertEquals("x", wire.send(get("/")).answer("GET").body());
      wire.send(get("/never"));
      server.stop(0);
    }
  }

  private static long ours() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("edgewise"))
        .count();
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
