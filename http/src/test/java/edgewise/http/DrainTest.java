package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.Handler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A server that drains closes on nobody: each client is told by its next response, RFC 9112 section
 * 9.6, and who asks nothing more stays until the deadline.
 */
class DrainTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

  private @Nullable HttpRig rig;
  private boolean drained;

  private HttpRig serve(HttpHandler handler) {
    rig = new HttpRig(handler);
    return rig;
  }

  @AfterEach
  void close() {
    Objects.requireNonNull(rig).close();
  }

  private void drain(HttpRig server) {
    server.protocol.loops().forEach(loop -> loop.drain(() -> drained = true));
    server.run();
  }

  private void endDrain(HttpRig server) {
    server.protocol.loops().forEach(HttpLoop::endDrain);
    server.run();
  }

  private static List<Answers.Answer> answers(MemorySocket client) {
    return Answers.read(client.received(), false).finals();
  }

  private static @Nullable String connectionField(Answers.Answer answer) {
    return answer.fields().get("connection");
  }

  /** The last answer says that it is the last, and the end of the connection follows. */
  private void assertToldAndEnded(HttpRig server, MemorySocket client) {
    assertEquals("close", connectionField(answers(client).getLast()));
    assertTrue(client.isEnded());
    assertFalse(client.closed, "a close before the client's own end could be a reset");
    client.end();
    server.run();
    assertTrue(client.closed);
    assertFalse(client.aborted);
    assertTrue(drained);
  }

  @Test
  void anIdleConnectionStaysOpenAndItsNextResponseIsToldToBeTheLast() {
    HttpRig server = serve(request -> Response.text("x"));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    drain(server);
    assertFalse(client.isEnded() || drained);
    client.send(GET);
    server.run();
    assertEquals(2, answers(client).size());
    assertToldAndEnded(server, client);
  }

  @Test
  void aConnectionThatHasAskedNothingYetIsServed() {
    HttpRig server = serve(request -> Response.text("x"));
    MemorySocket client = server.connect();
    drain(server);
    assertFalse(client.isEnded());
    client.send(GET);
    server.run();
    assertToldAndEnded(server, client);
  }

  @Test
  void aServerWithoutConnectionsIsDrainedAtOnce() {
    HttpRig server = serve(request -> Response.text("x"));
    MemorySocket client = server.connect();
    client.end();
    server.run();
    drain(server);
    assertTrue(drained);
  }

  @Test
  void theRestOfAHeadIsWaitedFor() {
    for (int cut = 1; cut < GET.length(); cut++) {
      drained = false;
      HttpRig server = serve(request -> Response.text("x"));
      MemorySocket client = server.connect();
      client.send(GET.substring(0, cut));
      server.run();
      drain(server);
      assertFalse(client.isEnded());
      client.send(GET.substring(cut));
      server.run();
      assertEquals(1, answers(client).size());
      assertToldAndEnded(server, client);
      server.close();
    }
  }

  @Test
  void theRestOfABodyIsWaitedFor() {
    HttpRig server = serve(request -> Response.bytes(request.bodyBytes(), "text/plain"));
    MemorySocket client = server.connect();
    client.send(POST + "he");
    server.run();
    drain(server);
    client.send("llo");
    server.run();
    assertEquals("hello", answers(client).getLast().body());
    assertToldAndEnded(server, client);
  }

  @Test
  void requestsThatCameTogetherAreAllAnswered() {
    HttpRig server = serve(request -> Response.text("x"));
    MemorySocket client = server.connect();
    drain(server);
    client.send(GET.repeat(3));
    server.run();
    List<Answers.Answer> answers = answers(client);
    assertEquals(3, answers.size());
    assertEquals(null, connectionField(answers.getFirst()));
    assertToldAndEnded(server, client);
  }

  @Test
  void requestsThatWaitBehindALateAnswerAreAllAnswered() {
    var first = new CompletableFuture<Response>();
    var handled = new java.util.concurrent.atomic.AtomicInteger();
    HttpRig server =
        serve(
            HttpHandler.async(request ->
                handled.incrementAndGet() == 1
                    ? first
                    : CompletableFuture.completedFuture(Response.text("x"))));
    MemorySocket client = server.connect();
    client.send(GET.repeat(3));
    server.run();
    drain(server);
    first.complete(Response.text("late"));
    server.run();
    List<Answers.Answer> answers = answers(client);
    assertEquals(List.of("late", "x", "x"), answers.stream().map(Answers.Answer::body).toList());
    assertEquals(null, connectionField(answers.get(1)));
    assertToldAndEnded(server, client);
  }

  @Test
  void aRequestInHandIsAnsweredAndToldToBeTheLast() {
    var late = new CompletableFuture<Response>();
    HttpRig server = serve(HttpHandler.async(request -> late));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    drain(server);
    assertEquals("", client.received());
    late.complete(Response.text("late"));
    server.run();
    assertEquals("late", answers(client).getLast().body());
    assertToldAndEnded(server, client);
  }

  @Test
  void aHandlerThatBlocksIsWaitedFor() {
    var release = new CountDownLatch(1);
    HttpRig server =
        serve(
            HttpHandler.blocking(request -> {
              assertTrue(release.await(20, TimeUnit.SECONDS));
              return Response.text("slow");
            }));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    drain(server);
    release.countDown();
    server.await("an answer", () -> client.receivedBytes() > 0);
    assertEquals("slow", answers(client).getLast().body());
    assertToldAndEnded(server, client);
  }

  /** Its head did not say that it is the last, so it is not. */
  @Test
  void aFiniteStreamIsSentWholeAndAnotherRequestMayFollow() {
    HttpRig server = serve(request -> Response.stream("text/plain", new Countdown()));
    MemorySocket client = server.connect();
    client.window = 300;
    client.send(GET);
    server.run();
    drain(server);
    assertFalse(answers(client).getFirst().complete());
    client.window = Integer.MAX_VALUE;
    server.run();
    assertTrue(answers(client).getFirst().complete());
    assertEquals(Countdown.PIECES * Countdown.SIZE, answers(client).getFirst().body().length());
    assertFalse(client.isEnded());
    client.send(GET);
    server.run();
    assertEquals(2, answers(client).size());
    assertToldAndEnded(server, client);
  }

  /** So many pieces that the first ones fill the client's window and the connection's queue. */
  private static final class Countdown implements BodySource {
    static final int PIECES = 200;
    static final int SIZE = 4096;
    private int left = PIECES;

    @Override
    public void produce(BodyWriter out) {
      boolean more = true;
      while (more && left > 0) {
        left--;
        more = out.write(new byte[SIZE]);
      }
      if (left == 0) {
        out.end();
      }
    }
  }

  @Test
  void anEndlessStreamIsAskedToEnd() {
    HttpRig server = serve(request -> Response.events(stream -> {}));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    drain(server);
    assertTrue(answers(client).getFirst().complete());
    assertFalse(client.isEnded(), "its head did not say that it is the last response");
    client.send(GET);
    server.run();
    assertTrue(answers(client).getLast().complete(), "one that begins meanwhile ends as well");
    assertToldAndEnded(server, client);
  }

  @Test
  void anUpgradedConnectionIsToldAndWaitedFor() {
    var told = new CountDownLatch(1);
    HttpRig server =
        serve(request ->
            Response.upgrade(
                "echo",
                connection ->
                    new Handler() {
                      @Override
                      public void onData(Connection c, ByteBuffer in) {
                        c.write(in);
                      }

                      @Override
                      public void onStop(Connection c) {
                        told.countDown();
                      }
                    }));
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    server.run();
    drain(server);
    assertEquals(0, told.getCount());
    client.send("still there");
    server.run();
    assertTrue(client.received().endsWith("still there"));
    assertFalse(client.isEnded() || drained);
    client.end();
    server.run();
    assertTrue(client.closed && drained);
  }

  @Test
  void anUpgradedConnectionThatDoesNotEndIsCutOffAtTheDeadline() {
    HttpRig server = serve(request -> Response.upgrade("echo", connection -> new Stubborn()));
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    server.run();
    drain(server);
    endDrain(server);
    assertTrue(client.aborted && drained);
  }

  private static final class Stubborn implements Handler {
    @Override
    public void onData(Connection connection, ByteBuffer in) {}

    @Override
    public void onStop(Connection connection) {}
  }

  @Test
  void anHttp10ConnectionIsNotToldToBeKept() {
    HttpRig server = serve(request -> Response.text("x"));
    MemorySocket client = server.connect();
    String get = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    client.send(get);
    server.run();
    assertEquals("keep-alive", connectionField(answers(client).getLast()));
    drain(server);
    client.send(get);
    server.run();
    assertToldAndEnded(server, client);
  }

  @Test
  void atTheDeadlineIdleClientsAreToldTheEndAndOthersAreCutOff() {
    HttpRig server = serve(HttpHandler.async(request -> new CompletableFuture<>()));
    MemorySocket idle = server.connect();
    MemorySocket busy = server.connect();
    busy.send(GET);
    MemorySocket halfHead = server.connect();
    halfHead.send("GET / HT");
    server.run();
    drain(server);
    assertFalse(idle.isEnded() || busy.isEnded() || halfHead.isEnded());
    endDrain(server);
    assertTrue(idle.isEnded());
    assertFalse(idle.closed, "a request that comes now must not make it a reset");
    assertTrue(busy.aborted && halfHead.aborted);
    server.pass(HttpLimits.DEFAULT.lingerTimeout().plus(Duration.ofSeconds(1)));
    assertTrue(idle.closed && !idle.aborted && drained);
  }

  @Test
  void toStopMayFollow() {
    HttpRig server = serve(request -> Response.text("x"));
    MemorySocket idle = server.connect();
    drain(server);
    server.protocol.loops().forEach(loop -> loop.stop(() -> drained = true));
    server.run();
    assertTrue(idle.closed && drained);
  }
}
