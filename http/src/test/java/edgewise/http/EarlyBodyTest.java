package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Bodies that come before it is known who wants them, or whether anybody does. */
class EarlyBodyTest extends OneServer {
  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
  private final CompletableFuture<Boolean> permission = new CompletableFuture<>();

  /** Asks somebody else, who answers later, before the handler behind it is called. */
  private HttpHandler permitted(HttpHandler handler) {
    HttpFilter filter =
        (q, next) ->
            Response.async(
                permission.thenApply(yes -> {
                  try {
                    return yes ? next.handle(q) : Response.error(401);
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                }));
    return filter.around(handler);
  }

  private static HttpHandler echo() {
    return q -> Response.text(q.bodyText());
  }

  @Test
  void aBodyWaitsForAFilterThatAnswersLater() {
    HttpRig server = serveAndNext(permitted(echo()));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    permission.complete(true);
    server.run();
    client.send("world" + NEXT);
    server.run();
    List<Answers.Answer> answers = Answers.read(client.received(), false).all();
    assertEquals(
        List.of("helloworld", "next"), answers.stream().map(Answers.Answer::body).toList());
  }

  @Test
  void aBodyInChunksThatWasThereFirstWaitsToo() {
    HttpRig server = serveAndNext(permitted(echo()));
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + NEXT);
    server.run();
    permission.complete(true);
    server.run();
    List<Answers.Answer> answers = Answers.read(client.received(), false).all();
    assertEquals(List.of("hello", "next"), answers.stream().map(Answers.Answer::body).toList());
  }

  @Test
  void aLongBodyBehindSuchAFilterIsStreamedWhole() {
    HttpHandler count =
        HttpHandler.blocking(q -> Response.text("" + q.bodyStream().readAllBytes().length));
    HttpRig server = serveAndNext(permitted(count));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 2000000\r\n\r\n" + "x".repeat(1_000_000));
    server.run();
    permission.complete(true);
    server.run();
    client.send("x".repeat(1_000_000));
    assertEquals("2000000", server.answers(client, 1).only().body());
  }

  @Test
  void nobodyIsToldToContinueBeforeTheBodyIsWanted() {
    HttpRig server = serveAndNext(permitted(echo()));
    MemorySocket client = server.connect();
    client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    assertEquals("", client.received());
    permission.complete(true);
    server.run();
    assertEquals(CONTINUE, client.received());
    client.send("hello");
    server.run();
    assertEquals("hello", Answers.read(client.received(), false).finals().getFirst().body());
  }

  @Test
  void whoIsRefusedLaterGetsNo100() {
    HttpRig server = serveAndNext(permitted(echo()));
    MemorySocket client = server.connect();
    client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    permission.complete(false);
    server.run();
    assertEquals(401, Answers.read(client.received(), false).only().status());
    assertTrue(client.isEnded());
  }

  @Test
  void aLongBodyThatNobodyWantsDoesNotReplaceTheAnswer() {
    HttpRig server = serveAndNext(permitted(echo()));
    permission.complete(false);
    String chunk = "186a0\r\n" + "x".repeat(100_000) + "\r\n";
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(25) + "0\r\n\r\n");
    server.run();
    Answers.Answer answer = Answers.read(client.received(), false).only();
    assertEquals(401, answer.status());
    assertEquals("close", answer.fields().get("connection"));
  }

  @Test
  void aStreamGoesOnWhenTooMuchOfTheBodyWouldHaveToBeThrownAway() {
    var writers = new ArrayList<BodyWriter>();
    HttpHandler streams =
        HttpHandler.streaming(q ->
            Response.async(
                CompletableFuture.completedFuture(
                    Response.stream(
                        "text/plain",
                        out -> {
                          out.write(new byte[] {'a'});
                          writers.add(out);
                        }))));
    HttpRig server = serveAndNext(streams);
    String chunk = "186a0\r\n" + "x".repeat(100_000) + "\r\n";
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk);
    server.run();
    client.send(chunk.repeat(25));
    server.run();
    assertFalse(client.aborted);
    writers.getFirst().write(new byte[] {'b'});
    writers.getFirst().end();
    server.run();
    Answers.Answer answer = Answers.read(client.received(), false).only();
    assertEquals("ab", answer.body());
    assertTrue(answer.complete());
  }

  @Test
  void aStreamForAClientThatRightlySendsNoBodyIsNotCutOff() {
    var writers = new ArrayList<BodyWriter>();
    HttpRig server =
        serveAndNext(HttpHandler.streaming(q -> Response.stream("text/plain", writers::add)));
    MemorySocket client = server.connect();
    client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    client.end();
    server.pass(Duration.ofMinutes(2));
    assertFalse(client.aborted);
    writers.getFirst().write(new byte[] {'a'});
    writers.getFirst().end();
    server.run();
    assertEquals("a", Answers.read(client.received(), false).only().body());
  }
}
