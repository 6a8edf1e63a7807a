package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Handlers that block, on threads of their own, and read bodies from streams. */
class BlockingTest extends OneServer {
  @Test
  void itRunsOnAVirtualThreadAndTheLoopGoesOn() throws Exception {
    var release = new CountDownLatch(1);
    HttpRig server =
        serveBlocking(q -> {
          assertTrue(release.await(20, TimeUnit.SECONDS));
          return Response.text("" + Thread.currentThread().isVirtual());
        });
    MemorySocket slow = server.connect();
    slow.send(GET + NEXT);
    server.run();
    assertEquals("next", Answers.read(server.exchange(NEXT), false).only().body());
    assertEquals("", slow.received());
    release.countDown();
    assertEquals("true", server.answers(slow, 2).all().getFirst().body());
  }

  @Test
  void theBodyIsReadAsItComes() {
    HttpRig server =
        serveBlocking(q -> {
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
    Answers.Answer answer = server.answers(client, 2).all().getFirst();
    assertEquals("helloworld [Field[name=X-A, value=b]]", answer.body());
  }

  @Test
  void theWholeBodyCanBeAskedForAndHasItsLimit() {
    var limits = HttpLimits.builder().maxBodyBytes(10).build();
    HttpRig server = serveBlocking(q -> Response.text(q.bodyText() + q.bodyLength()), limits);
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\n12345");
    server.run();
    client.send("67890");
    assertEquals("123456789010", server.answers(client, 1).only().body());
    client.forgetReceived();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n");
    assertEquals(413, server.answers(client, 1).only().status());
  }

  @Test
  void aClientThatWaitsIsToldToContinueByTheFirstRead() throws Exception {
    var read = new CountDownLatch(1);
    HttpRig server =
        serveBlocking(q -> {
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
    assertEquals("hello", server.answers(client, 1).finals().getFirst().body());
  }

  @Test
  void aBodyThatIsNotReadIsThrownAway() {
    HttpRig server = serveBlocking(q -> Response.text("no"));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\n12345");
    server.answers(client, 1);
    client.send("67890" + NEXT);
    assertEquals(List.of(200, 200), server.answers(client, 2).statuses());
  }

  @Test
  void aSlowReaderMakesTheClientWait() throws Exception {
    var read = new CountDownLatch(1);
    int size = 20_000_000;
    HttpRig server =
        serveBlocking(
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
    assertEquals("" + size, server.answers(client, 1).only().body());
  }

  @Test
  void aReaderLearnsThatTheClientIsGone() {
    var failure = new CompletableFuture<Throwable>();
    HttpRig server =
        serveBlocking(q -> {
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

  @Test
  void anExecutorThatRejectsMeansBusy() {
    serve(
        HttpHandler.blocking(
            q -> Response.text("x"),
            task -> {
              throw new RejectedExecutionException("full");
            }));
    assertEquals(503, Answers.read(rig().exchange(GET), false).only().status());
  }

  @Test
  void onlyAThreadThatMayBlockCanWaitForTheBody() {
    var refusals = new ArrayList<Throwable>();
    serve(
        HttpHandler.streaming(q -> {
          refusals.add(assertThrows(IllegalStateException.class, q::bodyText));
          refusals.add(assertThrows(IllegalStateException.class, q::bodyStream));
          refusals.add(
              assertThrows(IllegalStateException.class, () -> q.respond(Response.status(200), 1)));
          return Response.text("x");
        }));
    rig().exchange(POST + "Content-Length: 5\r\n\r\n");
    assertEquals(3, refusals.size(), refusals::toString);
  }
}
