package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Handlers that answer later. */
class LaterTest extends OneServer {
  private final List<CompletableFuture<Response>> answers = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();

  private HttpRig serveLater() {
    return serve(
        new Router()
            .any(
                "/",
                HttpHandler.async(q -> {
                  requests.add(q);
                  answers.add(new CompletableFuture<>());
                  return answers.getLast();
                }))
            .get("/next", q -> Response.text("next")));
  }

  @Test
  void anAnswerMayComeFromAnyThreadAndTheNextRequestWaitsForIt() throws Exception {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    server.run();
    assertEquals("", client.received());
    Thread.ofPlatform().start(() -> answers.getFirst().complete(Response.text("later"))).join();
    server.run();
    List<Answers.Answer> all = Answers.read(client.received(), false).all();
    assertEquals(List.of("later", "next"), all.stream().map(Answers.Answer::body).toList());
  }

  @Test
  void theRequestStaysAsItIsUntilTheAnswerHasCome() {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send("POST /?q=1 HTTP/1.1\r\nHost: a\r\nX-A: b\r\nContent-Length: 4\r\n\r\nbody");
    server.run();
    // Another request goes through the same receive buffer meanwhile.
    server.exchange("GET /next HTTP/1.1\r\nHost: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\r\n\r\n");
    Request request = requests.getFirst();
    assertEquals("/?q=1", request.target());
    assertEquals("b", request.header("x-a"));
    assertEquals("body", request.bodyText());
    answers.getFirst().complete(Response.text("done"));
    server.run();
    assertEquals("done", Answers.read(client.received(), false).only().body());
  }

  @Test
  void aFailureOfAnAnswerIsHandledLikeAnException() {
    HttpRig server = serveLater();
    MemorySocket told = server.connect();
    MemorySocket secret = server.connect();
    MemorySocket wrapped = server.connect();
    told.send(GET);
    server.run();
    secret.send(GET);
    server.run();
    wrapped.send(GET);
    server.run();
    answers.get(0).completeExceptionally(new StatusException(409, "taken"));
    answers.get(1).completeExceptionally(new IllegalStateException("secret"));
    answers.get(2).completeExceptionally(new CompletionException(new StatusException(410, "gone")));
    server.run();
    assertEquals("taken\n", Answers.read(told.received(), false).only().body());
    assertEquals(500, Answers.read(secret.received(), false).only().status());
    assertFalse(secret.received().contains("secret"));
    assertEquals(410, Answers.read(wrapped.received(), false).only().status());
  }

  @Test
  void anAnswerForAClientThatIsGoneIsLetGo() {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    server.loop.stop(Duration.ZERO); // closes all connections
    server.run();
    var closed = new ArrayList<@Nullable Throwable>();
    answers.getFirst().complete(Response.stream("text/plain", closing(closed)));
    assertEquals(1, closed.size(), "the source is closed although it never began");
  }

  @Test
  void whoeverWorksOnAnAnswerLearnsThatNobodyWaitsForIt() {
    var gone = new ArrayList<String>();
    HttpRig server =
        serve(q -> {
          q.whenGone(() -> gone.add(q.path()));
          answers.add(new CompletableFuture<>());
          return Response.async(answers.getLast());
        });
    MemorySocket answered = server.connect();
    answered.send("GET /answered HTTP/1.1\r\nHost: a\r\n\r\n");
    server.run();
    answers.getFirst().complete(Response.text("x"));
    server.run();
    answered.end();
    server.run();
    assertTrue(answered.closed);
    MemorySocket waiting = server.connect();
    waiting.send("GET /waiting HTTP/1.1\r\nHost: a\r\n\r\n");
    server.run();
    server.loop.stop(Duration.ZERO); // cuts off who is still there
    server.run();
    assertEquals(List.of("/waiting"), gone);
  }

  private static BodySource closing(List<@Nullable Throwable> closed) {
    return new BodySource() {
      @Override
      public void produce(BodyWriter out) {
        out.end();
      }

      @Override
      public void close(@Nullable Throwable cause) {
        closed.add(cause);
      }
    };
  }

  @Test
  void aHalfClosedClientStillGetsAnAnswerThatComesLater() {
    HttpRig server = serveLater();
    MemorySocket client = server.connect();
    client.send(GET);
    client.end();
    server.run();
    server.pass(Duration.ofMinutes(2));
    assertFalse(client.isEnded());
    answers.getFirst().complete(Response.text("late"));
    server.run();
    assertEquals("late", Answers.read(client.received(), false).only().body());
    assertTrue(client.closed);
  }

  @Test
  void aLateAnswerNeverReachesAnotherRequest() {
    // What the first request held is free for the second, but not the answer to the first.
    HttpRig server =
        serve(
            HttpHandler.streaming(q -> {
              answers.add(new CompletableFuture<>());
              return q.method().equals("POST")
                  ? Response.receiving(new Ignoring(), answers.getLast())
                  : Response.async(answers.getLast());
            }));
    MemorySocket refused = server.connect();
    refused.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz");
    server.run();
    assertEquals(400, Answers.read(refused.received(), false).only().status());
    MemorySocket other = server.connect();
    other.send(GET);
    server.run();
    answers.get(0).complete(Response.text("for the first"));
    server.run();
    assertEquals("", other.received());
    answers.get(1).complete(Response.text("for the second"));
    server.run();
    assertEquals("for the second", Answers.read(other.received(), false).only().body());
    assertEquals(400, Answers.read(refused.received(), false).only().status());
  }

  private static final class Ignoring implements BodyReceiver {
    @Override
    public void receive(ByteBuffer part) {}

    @Override
    public void end(List<Response.Field> trailers) {}
  }

  @Test
  void stagesMayFollowOnStages() {
    var second = new CompletableFuture<Response>();
    HttpRig server =
        serve(q -> Response.async(CompletableFuture.completedFuture(Response.async(second))));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    second.complete(Response.async(CompletableFuture.completedFuture(Response.text("third"))));
    server.run();
    assertEquals("third", Answers.read(client.received(), false).only().body());
  }

  @Test
  void aResponseThatIsNotKnownTellsNothing() {
    serve(q -> Response.text("x"));
    Response later = Response.async(new CompletableFuture<>());
    assertThrows(IllegalStateException.class, later::status);
    assertThrows(IllegalStateException.class, later::fields);
    assertThrows(IllegalStateException.class, () -> later.header("Date"));
  }
}
