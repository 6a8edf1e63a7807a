package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies that come and go piece by piece on the loop. */
class StreamingTest {
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

  private @Nullable HttpRig rig;

  private HttpRig serve(HttpHandler handler) {
    return serve(handler, HttpLimits.DEFAULT);
  }

  private HttpRig serve(HttpHandler handler, HttpLimits limits) {
    var router = new Router().any("/", handler).get("/next", q -> Response.text("next"));
    rig = new HttpRig(router, limits);
    return rig;
  }

  @AfterEach
  void close() {
    Objects.requireNonNull(rig).close();
  }

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

  // --- requests

  @Test
  void aBodyIsReceivedPieceByPieceAsItComes() {
    var upload = new Upload();
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
    String received = server.exchange(POST + "Content-Length: 5\r\n\r\nhello" + NEXT);
    assertEquals("hello", upload.body.toString());
    assertEquals(List.of(200, 200), Answers.read(received, false).statuses());
  }

  @Test
  void aBodyThatIsReceivedIsNotShownAsWell() {
    HttpRig server =
        serve(
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
    Answers.Answer answer = Answers.read(serve(receiving(upload)).exchange(GET), false).only();
    assertEquals(List.of("begin", "end"), upload.events);
    assertEquals("got 0", answer.body());
  }

  @Test
  void trailersComeWithTheEndButForThoseAboutTheFraming() {
    var upload = new Upload();
    serve(receiving(upload))
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
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
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
    HttpRig server = serve(receiving(upload));
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
        serve(
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
    HttpRig server = serve(HttpHandler.streaming(fresh), limits);
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
    HttpRig server = serve(HttpHandler.streaming(q -> Response.receiving(paused, upload.answer)));
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
    HttpRig server = serve(HttpHandler.streaming(q -> Response.status(401)));
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
    HttpRig server = serve(HttpHandler.streaming(q -> Response.status(401)));
    String small = server.exchange(POST + "Content-Length: 5\r\n\r\nhello" + NEXT);
    assertEquals(List.of(401, 200), Answers.read(small, false).statuses());
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 100000000\r\n\r\n");
    server.run();
    assertEquals(401, Answers.read(client.received(), false).only().status());
    assertTrue(client.isEnded());
  }

  // --- responses

  /** Writes so many numbered pieces, as long as there is room. */
  private static final class Count implements BodySource {
    final int pieces;
    final byte[] piece;
    int written;
    int calls;
    final List<@Nullable Throwable> closed = new ArrayList<>();

    Count(int pieces, int length) {
      this.pieces = pieces;
      piece = new byte[length];
      java.util.Arrays.fill(piece, (byte) 'x');
    }

    @Override
    public void produce(BodyWriter out) {
      calls++;
      boolean more = true;
      while (more && written < pieces) {
        written++;
        more = out.write(piece);
      }
      if (written == pieces) {
        out.end(List.of(new Response.Field("X-Pieces", "" + pieces)));
      }
    }

    @Override
    public void close(@Nullable Throwable cause) {
      closed.add(cause);
    }
  }

  @Test
  void aBodyOfUnknownLengthGoesInChunksWithTrailers() {
    var source = new Count(3, 10);
    String received = serve(q -> Response.stream("text/plain", source)).exchange(GET + NEXT);
    List<Answers.Answer> answers = Answers.read(received, false).all();
    assertEquals("x".repeat(30), answers.getFirst().body());
    assertEquals("chunked", answers.getFirst().fields().get("transfer-encoding"));
    assertEquals("3", answers.getFirst().fields().get("x-pieces"));
    assertEquals("next", answers.get(1).body());
    assertEquals(1, source.closed.size());
    assertEquals(null, source.closed.getFirst());
  }

  @Test
  void aBodyOfUnknownLengthEndsWithTheConnectionForAnHttp10Client() {
    HttpRig server = serve(q -> Response.stream("text/plain", new Count(3, 10)));
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    server.run();
    Answers.Answer answer = Answers.read(client.received(), false).only();
    assertEquals("x".repeat(30), answer.body());
    assertEquals(null, answer.fields().get("transfer-encoding"));
    assertEquals("close", answer.fields().get("connection"));
    assertTrue(client.isEnded());
  }

  @Test
  void aBodyOfKnownLengthHasThatLength() {
    String received =
        serve(q -> Response.stream("text/plain", 30, new Count(3, 10))).exchange(GET + NEXT);
    Answers.Answer answer = Answers.read(received, false).all().getFirst();
    assertEquals("30", answer.fields().get("content-length"));
    assertEquals("x".repeat(30), answer.body());
  }

  @Test
  void aBodyShorterThanItsLengthIsCutOff() {
    var source = new Count(3, 10);
    HttpRig server = serve(q -> Response.stream("text/plain", 31, source));
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    server.run();
    assertTrue(client.aborted);
    assertTrue(source.closed.getFirst() instanceof IllegalStateException);
    assertEquals(1, source.closed.size());
  }

  @Test
  void moreThanTheLengthIsRefused() {
    HttpRig server =
        serve(q ->
            Response.stream(
                "text/plain",
                5,
                out -> {
                  assertThrows(IllegalStateException.class, () -> out.write(new byte[6]));
                  out.write(new byte[5]);
                  out.end();
                }));
    assertTrue(Answers.read(server.exchange(GET), false).only().complete());
  }

  @Test
  void headGetsTheSameHeadAndTheSourceIsClosedUnused() {
    var source = new Count(3, 10);
    String received =
        serve(q -> Response.stream("text/plain", source))
            .exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertTrue(received.endsWith("\r\n\r\n"), received);
    assertEquals(0, source.calls);
    assertEquals(1, source.closed.size());
  }

  @Test
  void aSourceWaitsForAClientThatDoesNotTake() {
    var source = new Count(1000, 10_000);
    HttpRig server = serve(q -> Response.stream("text/plain", source));
    MemorySocket client = server.connect();
    client.window = 100_000;
    client.send(GET + NEXT);
    server.run();
    assertTrue(source.written < 100, () -> "bounded, but " + source.written);
    while (client.window < 11_000_000) {
      client.window += 100_000;
      server.run();
    }
    Answers answers = Answers.read(client.received(), false);
    assertEquals(10_000_000, answers.all().getFirst().body().length());
    assertEquals(List.of(200, 200), answers.statuses());
    assertTrue(source.calls > 10, "it was asked again and again");
  }

  @Test
  void aClientThatTakesNothingOfAStreamIsCutOffAndTheSourceLearnsIt() {
    var source = new Count(1000, 10_000);
    HttpRig server = serve(q -> Response.stream("text/plain", source));
    MemorySocket client = server.connect();
    client.window = 1000;
    client.send(GET);
    server.run();
    server.pass(Duration.ofSeconds(75));
    assertTrue(client.aborted);
    assertEquals(1, source.closed.size());
    assertTrue(source.closed.getFirst() != null);
  }

  @Test
  void aSlowSourceIsNotTheClientsFault() {
    var later = new ArrayList<BodyWriter>();
    HttpRig server =
        serve(q ->
            Response.stream(
                "text/plain",
                out -> {
                  out.write(new byte[] {'a'});
                  later.add(out);
                }));
    MemorySocket client = server.connect();
    client.send(GET + NEXT);
    server.run();
    server.pass(Duration.ofMinutes(10));
    assertFalse(client.isEnded());
    later.getFirst().write(new byte[] {'b'});
    later.getFirst().end();
    server.run();
    Answers answers = Answers.read(client.received(), false);
    assertEquals("ab", answers.all().getFirst().body());
    assertEquals(List.of(200, 200), answers.statuses());
  }

  @Test
  void aSourceThatFailsCutsTheClientOff() {
    HttpRig server =
        serve(q ->
            Response.stream(
                "text/plain",
                out -> {
                  out.write(new byte[] {'a'});
                  throw new IllegalStateException("no more");
                }));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    assertTrue(client.aborted, "or it would take what it has for the whole");
  }

  @Test
  void aWriterBelongsToItsLoop() throws Exception {
    var later = new ArrayList<BodyWriter>();
    HttpRig server = serve(q -> Response.stream("text/plain", later::add));
    server.connect().send(GET);
    server.run();
    var failure = new CompletableFuture<Throwable>();
    Thread.ofPlatform()
        .start(() ->
            failure.complete(
                assertThrows(
                    WrongThreadException.class, () -> later.getFirst().write(new byte[1]))))
        .join();
    assertTrue(failure.isDone() && !failure.isCompletedExceptionally());
  }

  @Test
  void stoppingTellsTheSourceSoThatEndlessStreamsEnd() {
    var source =
        new BodySource() {
          @Override
          public void produce(BodyWriter out) {
            out.write(new byte[] {'a'});
          }

          @Override
          public void stop(BodyWriter out) {
            out.end();
          }
        };
    HttpRig server = serve(q -> Response.stream("text/plain", source));
    MemorySocket client = server.connect();
    client.send(GET);
    server.run();
    server.loop.stop(Duration.ofSeconds(30));
    server.run();
    assertTrue(Answers.read(client.received(), false).only().complete());
    assertTrue(client.isEnded());
  }

  @Test
  void bodiesGoBothWaysAtOnce() {
    HttpRig server =
        serve(
            HttpHandler.streaming(q -> {
              var echo = new Echo();
              return Response.receiving(
                  echo, CompletableFuture.completedFuture(Response.stream("text/plain", echo)));
            }));
    MemorySocket client = server.connect();
    client.send(POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    server.run();
    assertTrue(client.received().endsWith("5\r\nhello\r\n"), client.received());
    client.send("5\r\nworld\r\n0\r\n\r\n" + NEXT);
    server.run();
    List<Answers.Answer> answers = Answers.read(client.received(), false).all();
    assertEquals("helloworld", answers.getFirst().body());
    assertEquals("next", answers.get(1).body());
  }

  private static final class Echo implements BodyReceiver, BodySource {
    private @Nullable BodyWriter out;
    private boolean ended;
    private final StringBuilder early = new StringBuilder();

    @Override
    public void receive(ByteBuffer part) {
      if (out == null) {
        early.append(StandardCharsets.ISO_8859_1.decode(part));
      } else {
        out.write(part);
      }
    }

    @Override
    public void end(List<Response.Field> trailers) {
      ended = true;
      if (out != null) {
        out.end();
      }
    }

    @Override
    public void produce(BodyWriter to) {
      out = to;
      to.write(early.toString().getBytes(StandardCharsets.ISO_8859_1));
      if (ended) {
        to.end();
      }
    }
  }
}
