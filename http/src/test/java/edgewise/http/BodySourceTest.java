package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bodies of responses that are made piece by piece on the loop. */
class BodySourceTest extends OneServer {
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
    String received = serveAndNext(q -> Response.stream("text/plain", source)).exchange(GET + NEXT);
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
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", new Count(3, 10)));
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
        serveAndNext(q -> Response.stream("text/plain", 30, new Count(3, 10))).exchange(GET + NEXT);
    Answers.Answer answer = Answers.read(received, false).all().getFirst();
    assertEquals("30", answer.fields().get("content-length"));
    assertEquals("x".repeat(30), answer.body());
  }

  @Test
  void aBodyShorterThanItsLengthIsCutOff() {
    var source = new Count(3, 10);
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", 31, source));
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
        serveAndNext(q ->
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
        serveAndNext(q -> Response.stream("text/plain", source))
            .exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertTrue(received.endsWith("\r\n\r\n"), received);
    assertEquals(0, source.calls);
    assertEquals(1, source.closed.size());
  }

  @Test
  void aSourceWaitsForAClientThatDoesNotTake() {
    var source = new Count(1000, 10_000);
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", source));
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
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", source));
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
        serveAndNext(q ->
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
        serveAndNext(q ->
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
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", later::add));
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
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", source));
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
        serveAndNext(
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
