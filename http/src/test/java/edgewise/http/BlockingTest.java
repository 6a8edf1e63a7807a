package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Handlers that block, on threads of their own, with streams for bodies. */
class BlockingTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

  private @Nullable HttpRig rig;

  private HttpRig serve(HttpHandler handler) {
    return serve(handler, HttpLimits.DEFAULT);
  }

  private HttpRig serve(HttpHandler handler, HttpLimits limits) {
    var router =
        new Router()
            .any("/", HttpHandler.blocking(handler))
            .get("/next", q -> Response.text("next"));
    rig = new HttpRig(router, limits);
    return rig;
  }

  @AfterEach
  void close() {
    Objects.requireNonNull(rig).close();
  }

  private static Answers answers(HttpRig server, MemorySocket client, int count) {
    server.await(
        count + " answers",
        () -> {
          List<Answers.Answer> finals = Answers.read(client.received(), false).finals();
          return finals.size() == count && finals.getLast().complete();
        });
    return Answers.read(client.received(), false);
  }

  @Test
  void itRunsOnAVirtualThreadAndTheLoopGoesOn() throws Exception {
    var release = new CountDownLatch(1);
    HttpRig server =
        serve(q -> {
          assertTrue(release.await(20, TimeUnit.SECONDS));
          return Response.text("" + Thread.currentThread().isVirtual());
        });
    MemorySocket slow = server.connect();
    slow.send(GET + NEXT);
    server.run();
    assertEquals("next", Answers.read(server.exchange(NEXT), false).only().body());
    assertEquals("", slow.received());
    release.countDown();
    assertEquals("true", answers(server, slow, 2).all().getFirst().body());
  }

  @Test
  void theBodyIsReadAsItComes() {
    HttpRig server =
        serve(q -> {
          var in = q.bodyStream();
          var text = new StringBuilder();
          for (int c = in.read(); c >= 0; c = in.read()) {
            text.append((char) c);
          }
          return Response.text(text + " " + q.trailers());
        });
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    server.run();
    client.send("5\r\nworld\r\n0\r\nX-A: b\r\n\r\n" + NEXT);
    Answers.Answer answer = answers(server, client, 2).all().getFirst();
    assertEquals("helloworld [Field[name=X-A, value=b]]", answer.body());
  }

  @Test
  void theWholeBodyCanBeAskedForAndHasItsLimit() {
    var limits = HttpLimits.builder().maxBodyBytes(10).build();
    HttpRig server = serve(q -> Response.text(q.bodyText() + q.bodyLength()), limits);
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\n12345");
    server.run();
    client.send("67890");
    assertEquals("123456789010", answers(server, client, 1).only().body());
    client.forgetReceived();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n");
    assertEquals(413, answers(server, client, 1).only().status());
  }

  @Test
  void aClientThatWaitsIsToldToContinueByTheFirstRead() throws Exception {
    var read = new CountDownLatch(1);
    HttpRig server =
        serve(q -> {
          assertTrue(read.await(20, TimeUnit.SECONDS));
          return Response.text(q.bodyText());
        });
    MemorySocket client = server.connect();
    client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    assertEquals("", client.received());
    read.countDown();
    server.await("100", () -> client.received().startsWith("HTTP/1.1 100 Continue\r\n\r\n"));
    client.send("hello");
    assertEquals("hello", answers(server, client, 1).finals().getFirst().body());
  }

  @Test
  void aBodyThatIsNotReadIsThrownAway() {
    HttpRig server = serve(q -> Response.text("no"));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\n12345");
    answers(server, client, 1);
    client.send("67890" + NEXT);
    assertEquals(List.of(200, 200), answers(server, client, 2).statuses());
  }

  @Test
  void aSlowReaderMakesTheClientWait() throws Exception {
    var read = new CountDownLatch(1);
    int size = 20_000_000;
    HttpRig server =
        serve(
            q -> {
              assertTrue(read.await(20, TimeUnit.SECONDS));
              long sum = 0;
              byte[] some = new byte[10_000];
              for (int n = q.bodyStream().read(some); n >= 0; n = q.bodyStream().read(some)) {
                sum += n;
              }
              return Response.text("" + sum);
            },
            HttpLimits.builder().maxStreamedBodyBytes(size).build());
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: " + size + "\r\n\r\n" + "x".repeat(size));
    server.run();
    assertTrue(client.unread() > size - 1_000_000, "the rest stays with the kernel");
    read.countDown();
    assertEquals("" + size, answers(server, client, 1).only().body());
  }

  @Test
  void aReaderLearnsThatTheClientIsGone() {
    var failure = new CompletableFuture<Throwable>();
    HttpRig server =
        serve(q -> {
          failure.complete(assertThrows(IOException.class, () -> q.bodyStream().readAllBytes()));
          return Response.text("x");
        });
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\n12345");
    server.run();
    client.end();
    server.await("the failure", failure::isDone);
    assertEquals("the connection ended within the request", failure.join().getMessage());
  }

  // --- output

  @Test
  void aShortOutputIsSentWithItsLength() {
    HttpRig server =
        serve(q ->
            Response.output(
                "text/plain", out -> out.write("short".getBytes(StandardCharsets.UTF_8))));
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    Answers.Answer answer = answers(server, client, 2).all().getFirst();
    assertEquals("5", answer.fields().get("content-length"));
    assertEquals("short", answer.body());
  }

  @Test
  void aLongOutputIsSentInChunksAndArrivesUnchanged() {
    byte[] body = new byte[1_000_000];
    new Random(7).nextBytes(body);
    HttpRig server =
        serve(q ->
            Response.output(
                "application/octet-stream",
                out -> {
                  var random = new Random(8);
                  int at = 0;
                  while (at < body.length) {
                    int some = Math.min(body.length - at, 1 + random.nextInt(50_000));
                    out.write(body, at, some);
                    at += some;
                  }
                }));
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    Answers.Answer answer = answers(server, client, 2).all().getFirst();
    assertEquals("chunked", answer.fields().get("transfer-encoding"));
    assertEquals(new String(body, StandardCharsets.ISO_8859_1), answer.body());
  }

  @Test
  void aWriterWaitsForAClientThatDoesNotTake() {
    var written = new java.util.concurrent.atomic.AtomicLong();
    HttpRig server =
        serve(q ->
            Response.output(
                "text/plain",
                out -> {
                  byte[] some = new byte[10_000];
                  for (int i = 0; i < 1000; i++) {
                    out.write(some);
                    written.addAndGet(some.length);
                  }
                }));
    MemorySocket client = server.connect();
    client.window = 100_000;
    client.send(GET);
    server.await("some octets", () -> written.get() > 100_000);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
    while (System.nanoTime() < end) { // the writer would need only some turns of the loop
      server.loop.turn(Duration.ZERO);
    }
    assertTrue(written.get() < 1_000_000, () -> "bounded, but " + written.get());
    client.window = Integer.MAX_VALUE;
    assertEquals(10_000_000, answers(server, client, 1).only().body().length());
  }

  @Test
  void aWriterLearnsThatTheClientIsGone() {
    var failure = new CompletableFuture<Throwable>();
    HttpRig server =
        serve(q ->
            Response.output(
                "text/plain",
                out -> {
                  try {
                    byte[] some = new byte[10_000];
                    while (true) {
                      out.write(some);
                    }
                  } catch (IOException e) {
                    failure.complete(e);
                    throw e;
                  }
                }));
    MemorySocket client = server.connect();
    client.window = 100_000;
    client.send(GET);
    server.await("some octets", () -> client.receivedBytes() == client.window);
    server.pass(Duration.ofSeconds(150));
    assertTrue(client.aborted);
    server.await("the failure", failure::isDone);
    assertInstanceOf(IOException.class, failure.join());
  }

  @Test
  void aWriterWhoseClientWasGoneBeforeItBeganLearnsThatToo() throws Exception {
    var gone = new CountDownLatch(1);
    var failure = new CompletableFuture<Throwable>();
    HttpRig server =
        serve(q -> {
          assertTrue(gone.await(20, TimeUnit.SECONDS));
          OutputStream out = q.respond(Response.status(200), -1);
          byte[] some = new byte[100_000];
          try {
            for (int i = 0; i < 1_000_000; i++) {
              out.write(some);
            }
          } catch (IOException e) {
            failure.complete(e);
          }
          return Response.begun();
        });
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    server.abortAll();
    assertTrue(client.aborted);
    gone.countDown();
    server.await("the failure", failure::isDone);
    assertEquals("the client is gone", failure.join().getMessage());
  }

  @Test
  void aFailureBeforeTheFirstOctetsIsAnErrorAndLaterTheEnd() {
    HttpRig server =
        serve(q ->
            Response.output(
                "text/plain",
                out -> {
                  out.write('x');
                  if (Objects.requireNonNull(q.query()).equals("late")) {
                    out.flush();
                  }
                  throw new StatusException(422, "no");
                }));
    MemorySocket early = server.connect();
    early.send("GET /?early HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals(422, answers(server, early, 1).only().status());
    MemorySocket late = server.connect();
    late.send("GET /?late HTTP/1.1\r\nHost: a\r\n\r\n");
    server.await("the end", () -> late.aborted);
  }

  @Test
  void headNeedsNoWriter() {
    HttpRig server =
        serve(q ->
            Response.output(
                "text/plain",
                out -> {
                  throw new AssertionError("nobody reads this");
                }));
    MemorySocket client = server.connect();
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    server.await("the head", () -> client.received().endsWith("\r\n\r\n"));
    assertTrue(client.received().startsWith("HTTP/1.1 200 OK\r\n"));
  }

  @Test
  void aHandlerMayBeginItsResponseAndWriteAsItGoes() {
    HttpRig server =
        serve(q -> {
          OutputStream out = q.respond(Response.status(201).header("X-A", "b"), 10);
          out.write("hello".getBytes(StandardCharsets.UTF_8));
          out.flush();
          out.write("world".getBytes(StandardCharsets.UTF_8));
          return Response.begun();
        });
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    Answers.Answer answer = answers(server, client, 2).all().getFirst();
    assertEquals(201, answer.status());
    assertEquals("10", answer.fields().get("content-length"));
    assertEquals("helloworld", answer.body());
  }

  @Test
  void aBodyShorterThanPromisedIsCutOff() {
    HttpRig server =
        serve(q -> {
          q.respond(Response.status(200), 10).write(new byte[5]);
          return Response.begun();
        });
    MemorySocket client = server.connect();
    client.send(GET);
    server.await("the end", () -> client.aborted);
  }

  @Test
  void bodiesGoBothWaysAtOnce() {
    HttpRig server =
        serve(q ->
            Response.output(
                "text/plain",
                out -> {
                  var in = q.bodyStream();
                  byte[] some = new byte[100];
                  for (int n = in.read(some); n >= 0; n = in.read(some)) {
                    out.write(some, 0, n);
                    out.flush();
                  }
                }));
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    server.await("an echo", () -> client.received().endsWith("5\r\nhello\r\n"));
    client.send("5\r\nworld\r\n0\r\n\r\n" + NEXT);
    assertEquals("helloworld", answers(server, client, 2).all().getFirst().body());
  }

  @Test
  void aLongBodyInChunksIsEchoedWhileItComes() {
    int chunks = 50; // far above maxBodyBytes, which is for bodies that are kept or thrown away
    HttpRig server =
        serve(q -> Response.output("text/plain", out -> q.bodyStream().transferTo(out)));
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
    String chunk = "x".repeat(100_000);
    for (int i = 0; i < chunks; i++) {
      client.send("186a0\r\n" + chunk + "\r\n");
      server.run();
      int sent = (i - 3) * chunk.length();
      server.await("most of it", () -> client.receivedBytes() > sent);
    }
    client.send("0\r\n\r\n" + NEXT);
    Answers answers = answers(server, client, 2);
    assertEquals(chunks * chunk.length(), answers.all().getFirst().body().length());
    assertEquals(List.of(200, 200), answers.statuses());
  }

  @Test
  void anExecutorThatRejectsMeansBusy() {
    rig =
        new HttpRig(
            HttpHandler.blocking(
                q -> Response.text("x"),
                task -> {
                  throw new RejectedExecutionException("full");
                }));
    assertEquals(503, Answers.read(rig.exchange(GET), false).only().status());
  }

  @Test
  void onlyAThreadThatMayBlockCanWaitForTheBody() {
    var failure = new CompletableFuture<Throwable>();
    rig =
        new HttpRig(
            HttpHandler.streaming(q -> {
              failure.complete(assertThrows(IllegalStateException.class, q::bodyText));
              assertThrows(IllegalStateException.class, q::bodyStream);
              assertThrows(IllegalStateException.class, () -> q.respond(Response.status(200), 1));
              return Response.text("x");
            }));
    rig.exchange(POST + "Content-Length: 5\r\n\r\n");
    assertTrue(failure.isDone());
    assertFalse(failure.isCompletedExceptionally());
  }
}
