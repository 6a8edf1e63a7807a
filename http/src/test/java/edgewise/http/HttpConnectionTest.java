package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a connection does between requests, at their ends, and when a client is rude. */
class HttpConnectionTest extends EveryAnswer {
  // --- one request after the other

  @Test
  void requestsThatCameTogetherAreAnsweredInOrderWithOneSend() {
    MemorySocket client = rig().connect();
    client.send((GET + "GET /204 HTTP/1.1\r\nHost: a\r\n\r\n").repeat(8));
    rig().run();
    var statuses = Answers.read(client.received(), false).statuses();
    assertEquals(16, statuses.size());
    assertEquals(List.of(200, 204, 200), statuses.subList(0, 3));
    assertEquals(1, client.sends);
  }

  @Test
  void theConnectionIsKeptAndOnlyAnHttp10ClientIsToldSo() {
    var first = answers(GET).only();
    assertFalse(first.fields().containsKey("connection"));
    var old = answers("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").only();
    assertEquals("keep-alive", old.fields().get("connection"));
    MemorySocket client = rig().connect();
    client.send("GET / HTTP/1.0\r\n\r\n" + GET);
    rig().run();
    var answer = Answers.read(client.received(), false).only();
    assertEquals("close", answer.fields().get("connection"));
    assertTrue(client.isEnded());
  }

  @Test
  void aHandlerCanCloseTheConnection() {
    MemorySocket client = rig().connect();
    client.send("GET /closing HTTP/1.1\r\nHost: a\r\n\r\n" + GET);
    rig().run();
    assertEquals("close", Answers.read(client.received(), false).only().fields().get("connection"));
    assertTrue(client.isEnded());
  }

  @Test
  void theLastRequestOfAConnectionIsToldSo() {
    start(HttpLimits.builder().maxRequestsPerConnection(2).build());
    MemorySocket client = rig().connect();
    client.send(GET.repeat(3));
    rig().run();
    var answers = Answers.read(client.received(), false);
    assertEquals(List.of(200, 200), answers.statuses());
    assertEquals("close", answers.all().getLast().fields().get("connection"));
    assertTrue(client.isEnded());
  }

  // --- bodies

  @Test
  void headHasTheLengthAndNoBody() {
    var answer = answers("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").only();
    assertEquals("1", answer.fields().get("content-length"));
    assertEquals("", answer.body());
  }

  @Test
  void someStatusesHaveNeitherBodyNorLength() {
    for (String path : List.of("/204", "/304")) {
      var answer = answers("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").only();
      assertFalse(answer.fields().containsKey("content-length"), path);
    }
  }

  @Test
  void aBodyThatComesInPiecesIsHandedOverWhole() {
    MemorySocket client = rig().connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nX-Y: z\r\nContent-Length: 10\r\n\r\n01234");
    rig().run();
    assertEquals("", client.received());
    client.send("56789" + GET);
    rig().run();
    var answers = Answers.read(client.received(), false);
    assertEquals(List.of(200, 200), answers.statuses());
    assertEquals("0123456789", answers.all().getFirst().body());
  }

  @Test
  void aLargeBodyInManyPiecesAndManyChunksArrivesUnchanged() {
    String body = "0123456789abcdef".repeat(40_000);
    MemorySocket client = rig().connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < body.length(); i += 1600) {
      client.send("640;x=y\r\n" + body.substring(i, i + 1600) + "\r\n");
      if (i % 48_000 == 0) {
        rig().run();
      }
    }
    client.send("0\r\nX: y\r\n\r\n" + GET);
    rig().run();
    var answers = Answers.read(client.received(), false);
    assertEquals(List.of(200, 200), answers.statuses());
    assertEquals(body, answers.all().getFirst().body());
  }

  @Test
  void aBodyAboveTheLimitIsRefusedBeforeItComes() {
    start(HttpLimits.builder().maxBodyBytes(10).build());
    String head = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    assertEquals(200, answers(head + "Content-Length: 10\r\n\r\n0123456789").only().status());
    assertEquals(413, answers(head + "Content-Length: 11\r\n\r\n").only().status());
    assertEquals(413, answers(head + "Transfer-Encoding: chunked\r\n\r\nB\r\n").only().status());
    assertEquals(
        413, answers(head + "Expect: 100-continue\r\nContent-Length: 11\r\n\r\n").only().status());
    assertEquals(1, handled.size());
  }

  @Test
  void aClientThatWaitsIsToldToContinue() {
    MemorySocket client = rig().connect();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    rig().run();
    assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.received());
    client.send("h");
    rig().run();
    client.send("i");
    rig().run();
    var answers = Answers.read(client.received(), false);
    assertEquals(List.of(100, 200), answers.all().stream().map(Answers.Answer::status).toList());
    assertEquals("hi", answers.all().getLast().body());
  }

  // --- errors

  @Test
  void afterARefusalNothingIsInterpretedAndTheAnswerIsDelivered() {
    MemorySocket client = rig().connect();
    client.send(GET + "BAD\r\n\r\n" + GET);
    rig().run();
    assertEquals(List.of(200, 400), Answers.read(client.received(), false).statuses());
    assertTrue(client.isEnded());
    assertFalse(client.closed, "lingers, so that no reset destroys the answer");
    client.send(GET.repeat(100));
    rig().run();
    assertEquals(0, client.unread(), "what comes is thrown away");
    assertEquals(1, handled.size());
    client.end();
    rig().run();
    assertTrue(client.closed);
  }

  /** RFC 9112 section 9.6: who says close sends no more requests. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      })
  void aClientThatSendsNothingMoreIsNotWaitedFor(String last) {
    MemorySocket client = rig().connect();
    client.send(GET + last);
    rig().run();
    assertEquals(List.of(200, 200), Answers.read(client.received(), false).statuses());
    assertTrue(client.closed);
    assertFalse(client.aborted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + "GET /",
        "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
      })
  void aClientThatSendsOrMaySendMoreIsWaitedFor(String last) {
    MemorySocket client = rig().connect();
    client.send(last);
    rig().run();
    assertTrue(client.isEnded(), client.received());
    assertFalse(client.closed, "lingers, so that no reset destroys the answer");
    client.send("\r\n");
    client.end();
    rig().run();
    assertTrue(client.closed);
    assertEquals(0, client.unread());
  }

  /** While it waits nobody looks at what it sends. */
  @Test
  void aClientThatSaidCloseAndHadToWaitForItsAnswerIsWaitedFor() {
    MemorySocket client = rig().connect();
    client.window = 1000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    rig().run();
    client.send("\r\n");
    client.window = Integer.MAX_VALUE;
    rig().run();
    assertTrue(Answers.read(client.received(), false).only().complete());
    assertTrue(client.isEnded());
    assertFalse(client.closed, "one that had not taken it");

    var answer = new CompletableFuture<Response>();
    try (var server = new HttpRig(HttpHandler.async(request -> answer))) {
      MemorySocket other = server.connect();
      other.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      server.run();
      other.send("\r\n");
      answer.complete(Response.text("a"));
      server.run();
      assertEquals(200, Answers.read(other.received(), false).only().status());
      assertTrue(other.isEnded());
      assertFalse(other.closed, "one whose answer came later");
    }
  }

  @Test
  void lingeringHasAnEnd() {
    MemorySocket client = rig().connect();
    client.send("BAD\r\n\r\n");
    rig().run();
    rig().pass(Duration.ofSeconds(6));
    assertTrue(client.closed);
  }

  @Test
  void aHandlerThatFailsTellsTheClientNothing() {
    var answers = answers("GET /fails HTTP/1.1\r\nHost: a\r\n\r\n" + GET);
    assertEquals(List.of(500, 200), answers.statuses());
    assertFalse(answers.toString().contains("secret"));
    assertEquals(500, answers("GET /null HTTP/1.1\r\nHost: a\r\n\r\n").only().status());
  }

  @Test
  void aHandlerCanAnswerByAnException() {
    var answer = answers("GET /teapot HTTP/1.1\r\nHost: a\r\n\r\n").only();
    assertEquals(422, answer.status());
    assertEquals("no tea\n", answer.body());
  }

  // --- the end

  @Test
  void aClientThatEndsItsSideStillGetsItsAnswers() {
    MemorySocket client = rig().connect();
    client.window = 50_000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2));
    client.end();
    rig().run();
    assertFalse(client.closed);
    rig().pass(Duration.ofSeconds(5));
    client.window = Integer.MAX_VALUE;
    rig().run();
    assertEquals(List.of(200, 200), Answers.read(client.received(), false).statuses());
    assertTrue(client.closed);
  }

  @Test
  void aRequestThatEndsInTheMiddleIsRefused() {
    MemorySocket client = rig().connect();
    client.send("GET / HTTP/1.1\r\nHos");
    client.end();
    rig().run();
    assertEquals(400, Answers.read(client.received(), false).only().status());
    MemorySocket quiet = rig().connect();
    quiet.send("\r\n");
    quiet.end();
    rig().run();
    assertEquals("", quiet.received(), "no request has begun");
    assertTrue(client.closed && quiet.closed);
  }

  @Test
  void stoppingEndsIdleConnectionsAndFinishesTheRest() {
    MemorySocket idle = rig().connect();
    MemorySocket busy = rig().connect();
    busy.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    rig().run();
    rig().loop.stop(Duration.ofSeconds(30));
    rig().run();
    assertTrue(idle.closed);
    assertFalse(busy.closed);
    busy.send("lo");
    rig().run();
    var answer = Answers.read(busy.received(), false).only();
    assertEquals("hello", answer.body());
    assertEquals("close", answer.fields().get("connection"));
    assertTrue(busy.isEnded());
    busy.end();
    rig().run();
    assertTrue(busy.closed);
    assertTrue(rig().loop.isClosed());
  }

  @Test
  void aStopWhileResponsesWaitStillDeliversThem() {
    MemorySocket client = rig().connect();
    client.window = 1000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4));
    rig().run();
    int answered = handled.size();
    rig().loop.stop(Duration.ofSeconds(30));
    rig().run();
    client.window = Integer.MAX_VALUE;
    rig().run();
    assertEquals(answered, Answers.read(client.received(), false).statuses().size());
    assertTrue(client.isEnded(), "the end is said");
    assertFalse(client.closed, "a close with octets unread would be a reset");
    client.end();
    rig().run();
    assertTrue(client.closed);
    assertFalse(client.aborted);
  }
}
