package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Answers and ends that come in an unusual order. */
class OrderOfEventsTest extends OneServer {
  @Test
  void aBodyThatEndsAfterTheClientHasCaughtUpLeavesAnIdleConnection() {
    HttpRig server =
        serveAndNext(
            q -> Response.stream("text/plain", 1_000_000, new OnePieceThenTheEnd(1_000_000)));
    MemorySocket client = server.connect();
    client.window = 1000;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + NEXT);
    server.run();
    client.window = Integer.MAX_VALUE;
    server.run();
    assertEquals(List.of(200, 200), Answers.read(client.received(), false).statuses());
  }

  /** Writes all at once, and ends when it is asked again. */
  private static final class OnePieceThenTheEnd implements BodySource {
    private final int length;
    private boolean written;

    OnePieceThenTheEnd(int length) {
      this.length = length;
    }

    @Override
    public void produce(BodyWriter out) {
      if (written) {
        out.end();
      } else {
        written = true;
        out.write(new byte[length]);
      }
    }
  }

  @Test
  void aFilterThatFailsOnALateResponseIsAnErrorAndTheResponseIsLetGo() {
    var closed = new ArrayList<@Nullable Throwable>();
    HttpFilter bad = (q, next) -> next.handle(q).map(r -> r.header("X", "a\r\nb"));
    BodySource source =
        new BodySource() {
          @Override
          public void produce(BodyWriter out) {}

          @Override
          public void close(@Nullable Throwable cause) {
            closed.add(cause);
          }
        };
    var answer = new CompletableFuture<Response>();
    HttpRig server = serveAndNext(bad.around(HttpHandler.async(q -> answer)));
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + NEXT);
    server.run();
    answer.complete(Response.stream("text/plain", source));
    server.run();
    assertEquals(List.of(500, 200), Answers.read(client.received(), false).statuses());
    assertEquals(1, closed.size());
  }

  @Test
  void aReceiverThatFailsIsToldSoAndOneThatFailsThenToo() {
    var told = new ArrayList<String>();
    HttpHandler failing =
        HttpHandler.streaming(q ->
            Response.receiving(
                new BodyReceiver() {
                  @Override
                  public void receive(ByteBuffer part) {
                    throw new IllegalStateException("on purpose");
                  }

                  @Override
                  public void end(List<Response.Field> trailers) {
                    told.add("end");
                  }

                  @Override
                  public void fail(IOException cause) {
                    told.add("fail");
                    throw new IllegalStateException("again");
                  }
                },
                new CompletableFuture<>()));
    HttpRig server = serveAndNext(failing);
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    assertEquals(List.of("fail"), told);
    assertEquals(500, Answers.read(client.received(), false).only().status());
    client.end();
    server.run();
    assertTrue(client.closed);
    assertEquals(0, server.poller.openSockets());
  }

  @Test
  void aStreamThatBeginsWhileTheServerStopsIsToldToEnd() {
    HttpRig server = serveAndNext(q -> Response.events(stream -> {}));
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.1\r\nHo");
    server.run();
    server.loop.stop(Duration.ofMinutes(1));
    server.run();
    client.send("st: a\r\n\r\n");
    server.run();
    assertTrue(Answers.read(client.received(), false).only().complete());
    assertTrue(client.isEnded());
  }

  @Test
  void anUpgradeIsAnAnswer() {
    var gone = new ArrayList<String>();
    HttpRig server =
        serveAndNext(q -> {
          q.whenGone(() -> gone.add("gone"));
          return Response.upgrade("echo", connection -> (c, in) -> c.write(in));
        });
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    server.run();
    assertTrue(client.received().startsWith("HTTP/1.1 101 "));
    assertEquals(List.of(), gone);
  }

  @Test
  void aRefusedHeadHasNoContent() {
    HttpRig server = serveAndNext(q -> Response.text(q.bodyText()));
    String received =
        server.exchange("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n");
    assertTrue(received.startsWith("HTTP/1.1 413 "), received);
    assertTrue(received.endsWith("\r\n\r\n"), received);
  }

  @Test
  void aClientThatTakesItsTimeGetsTheLastResponseWhole() {
    HttpRig server = serveAndNext(q -> Response.bytes(new byte[100_000], "text/plain").closing());
    MemorySocket client = server.connect();
    client.window = 1000;
    client.send("GET / HTTP/1.0\r\n\r\n");
    server.run();
    for (int i = 0; i < 60 && !client.isEnded(); i++) {
      server.pass(Duration.ofSeconds(1));
      client.window += 4000; // a second, which is more than it needs to be
      server.run();
    }
    assertTrue(Answers.read(client.received(), false).only().complete());
  }

  @Test
  void aResponseFromAnotherThreadIsWholeAlthoughTheBodyIsNotThereYet() throws Exception {
    byte[] text = new byte[500_000]; // more than a buffer, also when it is compressed
    var random = new Random(1);
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) ('a' + random.nextInt(26));
    }
    HttpRig server =
        serveAndNext(
            Compression.gzip()
                .around(HttpHandler.streaming(q -> Response.bytes(text, "text/plain"))));
    MemorySocket client = server.connect();
    client.send(POST + "Accept-Encoding: gzip\r\nContent-Length: 10\r\n\r\nhello");
    server.await("some of the response", () -> client.receivedBytes() > 300);
    client.send("world" + NEXT);
    List<Answers.Answer> answers = server.answers(client, 2).all();
    byte[] packed = answers.getFirst().body().getBytes(StandardCharsets.ISO_8859_1);
    var unpacked = new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    assertArrayEquals(text, unpacked);
    assertEquals("next", answers.get(1).body());
  }

  @Test
  void aPauseThatComesTooLateStopsNothing() {
    var flows = new ArrayList<BodyFlow>();
    var answer = new CompletableFuture<Response>();
    HttpHandler early =
        HttpHandler.streaming(q ->
            Response.receiving(
                new BodyReceiver() {
                  @Override
                  public void begin(BodyFlow flow) {
                    flows.add(flow);
                  }

                  @Override
                  public void receive(ByteBuffer part) {}

                  @Override
                  public void end(List<Response.Field> trailers) {}
                },
                answer));
    HttpRig server = serveAndNext(early);
    MemorySocket client = server.connect();
    client.send(POST + "Content-Length: 10\r\n\r\nhello");
    server.run();
    answer.complete(Response.text("enough"));
    server.run();
    flows.getFirst().pause();
    client.send("world" + NEXT);
    server.run();
    assertEquals(List.of(200, 200), Answers.read(client.received(), false).statuses());
  }

  @Test
  void aClientThatReadsSteadilyIsNotCutOffWhenTheSourceEnds() {
    BodySource source =
        new BodySource() {
          private int pieces;

          @Override
          public void produce(BodyWriter out) {
            boolean more = true;
            while (more && pieces < 60) {
              pieces++;
              more = out.write(new byte[100_000]);
            }
            if (pieces == 60) {
              out.write(new byte[500_000]);
              out.end();
            }
          }
        };
    HttpRig server = serveAndNext(q -> Response.stream("text/plain", source));
    MemorySocket client = server.connect();
    client.window = 5_000_000;
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    server.run();
    server.pass(Duration.ofSeconds(15)); // the window begins in the middle of the stream
    client.window = 6_050_000;
    server.run();
    for (int i = 0; i < 200; i++) {
      client.window += 4000;
      server.pass(Duration.ofSeconds(1));
    }
    assertTrue(Answers.read(client.received(), false).only().complete());
  }

  @Test
  void whatAFilterHasBegunIsLetGoWithTheClient() {
    var closed = new ArrayList<@Nullable Throwable>();
    var outer = new CompletableFuture<Response>();
    var inner = new CompletableFuture<Response>();
    HttpRig server = serveAndNext(HttpHandler.async(q -> outer));
    MemorySocket client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    server.run();
    server.abortAll();
    outer.complete(Response.async(inner));
    BodySource source =
        new BodySource() {
          @Override
          public void produce(BodyWriter out) {}

          @Override
          public void close(@Nullable Throwable cause) {
            closed.add(cause);
          }
        };
    inner.complete(Response.stream("text/plain", source));
    assertEquals(1, closed.size());
  }
}
