package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bodies of requests that are received piece by piece on the loop. */
class BodyReceiverTest extends OneServer {
  /** Notes what it is given. */
  private static final class Upload implements BodyReceiver {
    final CompletableFuture<Response> answer = new CompletableFuture<>();
    final StringBuilder body = new StringBuilder();
    final List<String> events = new ArrayList<>();
    int pauseAfter = Integer.MAX_VALUE;
    @Nullable BodyFlow flow;

    @Override
    public void begin(BodyFlow from) {
      events.add("begin");
      flow = from;
    }

    @Override
    public void receive(ByteBuffer part) {
      assertTrue(part.hasRemaining(), "no empty parts");
      body.append(StandardCharsets.ISO_8859_1.decode(part));
      if (body.length() >= pauseAfter) {
        Objects.requireNonNull(flow).pause();
      }
    }

    @Override
    public void end(List<Response.Field> trailers) {
      events.add("end" + (trailers.isEmpty() ? "" : " " + trailers));
      answer.complete(Response.text("got " + body.length()));
    }

    @Override
    public void fail(IOException cause) {
      events.add("fail: " + cause.getMessage());
    }

    BodyFlow flow() {
      return Objects.requireNonNull(flow);
    }
  }

  private static HttpHandler receiving(Upload upload) {
    return HttpHandler.streaming(q -> Response.receiving(upload, upload.answer));
  }

  @Test
  void aBodyIsReceivedPieceByPieceAsItComes() {
    var upload = new Upload();
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    assertEquals("hello", upload.body.toString());
    assertEquals("", client.received());
    client.send("world" + NEXT);
    server.run();
    assertEquals(List.of("begin", "end"), upload.events);
    Answers answers = Answers.read(client.received(), false);
    assertEquals(
        List.of("got 10", "next"), answers.all().stream().map(Answers.Answer::body).toList());
  }

  @Test
  void aBodyThatHasComeAlreadyIsReceivedToo() {
    var upload = new Upload();
    HttpRig server = serveAndNext(receiving(upload));
    String received = server.exchange(POST + "Content-Length: 5\r\n\r\nhello" + NEXT);
    assertEquals("hello", upload.body.toString());
    assertEquals(List.of(200, 200), Answers.read(received, false).statuses());
  }

  @Test
  void aBodyThatIsReceivedIsNotShownAsWell() {
    HttpRig server =
        serveAndNext(
            HttpHandler.streaming(q -> {
              var upload = new Upload();
              return Response.receiving(upload, upload.answer)
                  .map(r -> Response.text("" + q.hasWholeBody()));
            }));
    String received = server.exchange(POST + "Content-Length: 5\r\n\r\nhello");
    assertEquals("false", Answers.read(received, false).only().body());
  }

  @Test
  void anEmptyBodyHasABeginAndAnEnd() {
    var upload = new Upload();
    Answers.Answer answer =
        Answers.read(serveAndNext(receiving(upload)).exchange(GET), false).only();
    assertEquals(List.of("begin", "end"), upload.events);
    assertEquals("got 0", answer.body());
  }

  @Test
  void trailersComeWithTheEndButForThoseAboutTheFraming() {
    var upload = new Upload();
    serveAndNext(receiving(upload))
        .exchange(
            POST
                + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n"
                + "Content-Length: 7\r\nX-Other: é\r\n\r\n");
    assertEquals("abc", upload.body.toString());
    assertEquals(
        "end [Field[name=X-Sum, value=9], Field[name=X-Other, value=é]]", upload.events.getLast());
  }

  @Test
  void aPausedReceiverMakesTheClientWait() {
    var upload = new Upload();
    upload.pauseAfter = 1;
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    int size = 10_000_000;
    client.send(POST + "Content-Length: " + size + "\r\n\r\n" + "x".repeat(size));
    server.run();
    int first = upload.body.length();
    assertTrue(first < 1_000_000, () -> "bounded, but " + first + " came");
    assertTrue(client.unread() > 8_000_000, "the rest stays with the kernel");
    upload.pauseAfter = Integer.MAX_VALUE;
    upload.flow().resume();
    server.run();
    assertEquals(size, upload.body.length());
    assertEquals("got " + size, Answers.read(client.received(), false).only().body());
  }

  @Test
  void aPausedReceiverIsNotTheClientsFault() {
    var upload = new Upload();
    upload.pauseAfter = 1;
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    server.pass(Duration.ofMinutes(3));
    assertEquals("", client.received());
    assertFalse(client.isEnded());
    upload.pauseAfter = Integer.MAX_VALUE;
    upload.flow().resume();
    client.send("world");
    server.run();
    assertEquals("got 10", Answers.read(client.received(), false).only().body());
  }

  @Test
  void aClientThatWasMadeToWaitGetsAWholeWindowAfterwards() {
    var upload = new Upload();
    upload.pauseAfter = 1;
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    server.pass(Duration.ofSeconds(15)); // in the second window
    upload.flow().resume();
    server.run();
    server.pass(Duration.ofSeconds(10));
    assertEquals("", client.received(), "it had half a window only");
    server.pass(Duration.ofSeconds(10));
    assertEquals(408, Answers.read(client.received(), false).only().status());
  }

  @Test
  void aReceiverLearnsThatTheClientIsTooSlow() {
    var upload = new Upload();
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    server.pass(Duration.ofSeconds(25));
    assertEquals(408, Answers.read(client.received(), false).only().status());
    assertEquals(List.of("begin", "fail: the body comes too slowly"), upload.events);
  }

  @Test
  void aReceiverLearnsThatTheClientIsGone() {
    var upload = new Upload();
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello");
    client.end();
    server.run();
    assertEquals(List.of("begin", "fail: the connection ended within the request"), upload.events);
    assertEquals(400, Answers.read(client.received(), false).only().status());
  }

  @Test
  void anAnswerBeforeTheEndOfTheBodyIsSentAndTheRestThrownAway() {
    var upload = new Upload();
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    upload.answer.complete(Response.text("enough"));
    server.run();
    assertEquals("enough", Answers.read(client.received(), false).only().body());
    assertEquals("fail: the response has ended before the request's body", upload.events.getLast());
    client.send("world" + NEXT);
    server.run();
    assertEquals(List.of(200, 200), Answers.read(client.received(), false).statuses());
    assertEquals("hello", upload.body.toString());
  }

  @Test
  void anAnswerWhileTheReceiverIsPausedLetsTheRestGo() {
    var upload = new Upload();
    upload.pauseAfter = 1;
    HttpRig server = serveAndNext(receiving(upload));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    client.send("world" + NEXT);
    server.run();
    upload.answer.complete(Response.text("enough"));
    server.run();
    assertEquals(List.of(200, 200), Answers.read(client.received(), false).statuses());
    assertEquals("hello", upload.body.toString());
  }

  @Test
  void aReceiverThatFailsIsAnErrorAndTheEndOfTheConnection() {
    HttpRig server =
        serveAndNext(
            HttpHandler.streaming(q ->
                Response.receiving(
                    new BodyReceiver() {
                      @Override
                      public void receive(ByteBuffer part) {
                        throw new StatusException(422, "not that");
                      }

                      @Override
                      public void end(List<Response.Field> trailers) {}
                    },
                    new CompletableFuture<>())));
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    Answers.Answer answer = Answers.read(client.received(), false).only();
    assertEquals(422, answer.status());
    assertEquals("close", answer.fields().get("connection"));
    assertTrue(client.isEnded());
  }

  @Test
  void aStreamedBodyHasALimitOfItsOwn() {
    var limits = HttpLimits.builder().maxBodyBytes(10).maxStreamedBodyBytes(100).build();
    HttpHandler fresh =
        q -> {
          var upload = new Upload();
          return Response.receiving(upload, upload.answer);
        };
    HttpRig server = serveAndNext(HttpHandler.streaming(fresh), limits);
    String much = server.exchange(POST + "Content-Length: 100\r\n\r\n" + "x".repeat(100));
    assertEquals("got 100", Answers.read(much, false).only().body());
    String tooMuch = server.exchange(POST + "Content-Length: 101\r\n\r\n");
    assertEquals(413, Answers.read(tooMuch, false).only().status());
    String chunk = "32\r\n" + "x".repeat(50) + "\r\n";
    String chunks = server.exchange(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(3));
    assertEquals(413, Answers.read(chunks, false).only().status());
  }

  @Test
  void aClientThatWaitsIsToldToContinueWhenTheReceiverWantsTheBody() {
    var upload = new Upload();
    var paused =
        new BodyReceiver() {
          @Nullable BodyFlow flow;

          @Override
          public void begin(BodyFlow from) {
            flow = from;
            from.pause();
          }

          @Override
          public void receive(ByteBuffer part) {
            upload.receive(part);
          }

          @Override
          public void end(List<Response.Field> trailers) {
            upload.end(trailers);
          }
        };
    HttpRig server =
        serveAndNext(HttpHandler.streaming(q -> Response.receiving(paused, upload.answer)));
    MemorySocket client = server.connect();
    client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    assertEquals("", client.received());
    Objects.requireNonNull(paused.flow).resume();
    server.run();
    assertEquals("HTTP/1.1 100 Continue\r\n\r\n", client.received());
    client.send("hello");
    server.run();
    assertEquals(List.of(200), Answers.read(client.received(), false).statuses());
  }

  @Test
  void aHandlerCanAnswerWithoutTheBodyThatAClientOffers() {
    HttpRig server = serveAndNext(HttpHandler.streaming(q -> Response.status(401)));
    MemorySocket client = server.connect();
    client.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    server.run();
    Answers.Answer answer = Answers.read(client.received(), false).only();
    assertEquals(401, answer.status());
    assertEquals("close", answer.fields().get("connection"));
    assertTrue(client.isEnded(), "it cannot be known whether the body comes");
  }

  @Test
  void aBodyThatNobodyWantsIsThrownAwayUpToTheLimit() {
    HttpRig server = serveAndNext(HttpHandler.streaming(q -> Response.status(401)));
    String small = server.exchange(POST + "Content-Length: 5\r\n\r\nhello" + NEXT);
    assertEquals(List.of(401, 200), Answers.read(small, false).statuses());
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 100000000\r\n\r\n");
    server.run();
    assertEquals(401, Answers.read(client.received(), false).only().status());
    assertTrue(client.isEnded());
  }
}
