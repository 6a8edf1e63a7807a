package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Bodies of responses that are written to streams, by threads that wait for the client. */
class BlockingOutputTest extends OneServer {
  @Test
  void aShortOutputIsSentWithItsLength() {
    HttpRig server =
        serveBlocking(q ->
            Response.output(
                "text/plain", out -> out.write("short".getBytes(StandardCharsets.UTF_8))));
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    Answers.Answer answer = server.answers(client, 2).all().getFirst();
    assertEquals("5", answer.fields().get("content-length"));
    assertEquals("short", answer.body());
  }

  @Test
  void aLongOutputIsSentInChunksAndArrivesUnchanged() {
    byte[] body = new byte[1_000_000];
    new Random(7).nextBytes(body);
    HttpRig server =
        serveBlocking(q ->
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
    Answers.Answer answer = server.answers(client, 2).all().getFirst();
    assertEquals("chunked", answer.fields().get("transfer-encoding"));
    assertEquals(new String(body, StandardCharsets.ISO_8859_1), answer.body());
  }

  @Test
  void aWriterWaitsForAClientThatDoesNotTake() {
    var written = new java.util.concurrent.atomic.AtomicLong();
    HttpRig server =
        serveBlocking(q ->
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
    assertEquals(10_000_000, server.answers(client, 1).only().body().length());
  }

  @Test
  void aWriterLearnsThatTheClientIsGone() {
    var failure = new CompletableFuture<Throwable>();
    HttpRig server =
        serveBlocking(q ->
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
        serveBlocking(q -> {
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
        serveBlocking(q ->
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
    assertEquals(422, server.answers(early, 1).only().status());
    MemorySocket late = server.connect();
    late.send("GET /?late HTTP/1.1\r\nHost: a\r\n\r\n");
    server.await("the end", () -> late.aborted);
  }

  @Test
  void headNeedsNoWriter() {
    var called = new AtomicBoolean();
    HttpRig server =
        serveBlocking(q ->
            Response.output(
                "text/plain",
                out -> {
                  called.set(true);
                }));
    MemorySocket client = server.connect();
    client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    server.await("the head", () -> client.received().endsWith("\r\n\r\n"));
    assertTrue(client.received().startsWith("HTTP/1.1 200 OK\r\n"));
    assertFalse(called.get(), "nobody reads it");
  }

  @Test
  void aHandlerMayBeginItsResponseAndWriteAsItGoes() {
    HttpRig server =
        serveBlocking(q -> {
          OutputStream out = q.respond(Response.status(201).header("X-A", "b"), 10);
          out.write("hello".getBytes(StandardCharsets.UTF_8));
          out.flush();
          out.write("world".getBytes(StandardCharsets.UTF_8));
          return Response.begun();
        });
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    Answers.Answer answer = server.answers(client, 2).all().getFirst();
    assertEquals(201, answer.status());
    assertEquals("10", answer.fields().get("content-length"));
    assertEquals("helloworld", answer.body());
  }

  @Test
  void aBodyShorterThanPromisedIsCutOff() {
    HttpRig server =
        serveBlocking(q -> {
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
        serveBlocking(q ->
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
    assertEquals("helloworld", server.answers(client, 2).all().getFirst().body());
  }

  @Test
  void aLongBodyInChunksIsEchoedWhileItComes() {
    int chunks = 50; // far above maxBodyBytes, which is for bodies that are kept or thrown away
    HttpRig server =
        serveBlocking(q -> Response.output("text/plain", out -> q.bodyStream().transferTo(out)));
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
    Answers answers = server.answers(client, 2);
    assertEquals(chunks * chunk.length(), answers.all().getFirst().body().length());
    assertEquals(List.of(200, 200), answers.statuses());
  }
}
