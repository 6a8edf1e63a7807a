package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * All kinds of handlers answer the same to the same requests: pipelined at random, with bodies of
 * both framings, cut at random places, and taken by a client at a random pace.
 */
class KindsTest {
  private static final int ROUNDS = 300;
  private static final List<String> PATHS =
      List.of(
          "/inline",
          "/streaming",
          "/paced",
          "/async",
          "/blocking",
          "/output",
          "/bothways",
          "/source");

  private static Router router() {
    return new Router()
        .any("/inline", q -> echo(q.bodyBytes()))
        .any("/streaming", HttpHandler.streaming(q -> receive(false)))
        .any("/paced", HttpHandler.streaming(q -> receive(true)))
        .any("/async", HttpHandler.async(q -> later(q.bodyBytes())))
        .any("/blocking", HttpHandler.blocking(q -> echo(q.bodyStream().readAllBytes())))
        .any(
            "/output",
            HttpHandler.blocking(q -> {
              byte[] body = q.bodyBytes();
              return Response.output("text/plain", out -> out.write(body));
            }))
        .any(
            "/bothways",
            HttpHandler.blocking(
                q -> Response.output("text/plain", out -> q.bodyStream().transferTo(out))))
        .any(
            "/source",
            q -> {
              byte[] body = q.bodyBytes();
              return Response.stream("text/plain", new Trickle(body));
            });
  }

  private static Response echo(byte[] body) {
    return Response.bytes(body, "text/plain");
  }

  private static CompletableFuture<Response> later(byte[] body) {
    return CompletableFuture.supplyAsync(() -> echo(body), ForkJoinPool.commonPool());
  }

  /** Paced: the client waits after each part until another thread has looked at it. */
  private static Response receive(boolean paced) {
    var answer = new CompletableFuture<Response>();
    var body = new StringBuilder();
    return Response.receiving(
        new BodyReceiver() {
          private @Nullable BodyFlow flow;

          @Override
          public void begin(BodyFlow from) {
            flow = from;
          }

          @Override
          public void receive(ByteBuffer part) {
            body.append(StandardCharsets.ISO_8859_1.decode(part));
            BodyFlow from = flow;
            if (paced && from != null) {
              from.pause();
              ForkJoinPool.commonPool().execute(() -> from.loop().execute(from::resume));
            }
          }

          @Override
          public void end(List<Response.Field> trailers) {
            answer.complete(echo(body.toString().getBytes(StandardCharsets.ISO_8859_1)));
          }

          @Override
          public void fail(IOException cause) {
            answer.completeExceptionally(cause);
          }
        },
        answer);
  }

  private static final class Trickle implements BodySource {
    private final byte[] body;
    private int at;

    Trickle(byte[] body) {
      this.body = body;
    }

    @Override
    public void produce(BodyWriter out) {
      boolean more = true;
      while (more && at < body.length) {
        int some = Math.min(97, body.length - at);
        more = out.write(body, at, some);
        at += some;
      }
      if (at == body.length) {
        out.end();
      }
    }
  }

  private record Conversation(String octets, List<String> bodies) {}

  private static Conversation conversation(Random random) {
    var octets = new StringBuilder();
    var bodies = new ArrayList<String>();
    int requests = 1 + random.nextInt(8);
    for (int i = 0; i < requests; i++) {
      String path = PATHS.get(random.nextInt(PATHS.size()));
      int length = random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(300);
      String body = "abcdefghij".repeat(length / 10 + 1).substring(0, length);
      octets.append("POST ").append(path).append(" HTTP/1.1\r\nHost: a\r\n");
      if (random.nextBoolean()) {
        octets.append("Content-Length: ").append(length).append("\r\n\r\n").append(body);
      } else {
        octets.append("Transfer-Encoding: chunked\r\n\r\n");
        int at = 0;
        while (at < length) {
          int chunk = Math.min(length - at, 1 + random.nextInt(length));
          octets.append(Integer.toHexString(chunk)).append("\r\n");
          octets.append(body, at, at + chunk).append("\r\n");
          at += chunk;
        }
        octets.append("0\r\n\r\n");
      }
      bodies.add(body);
    }
    return new Conversation(octets.toString(), bodies);
  }

  @Test
  void everyKindAnswersAlikeForAnyCutAndAnyPace() {
    long first = Long.getLong("edgewise.seed", 1);
    try (var rig = new HttpRig(router())) {
      for (long seed = first; seed < first + ROUNDS; seed++) {
        play(rig, seed);
      }
      assertEquals(0, rig.poller.openSockets());
    }
  }

  private static void play(HttpRig rig, long seed) {
    var random = new Random(seed);
    Conversation told = conversation(random);
    byte[] octets = told.octets.getBytes(StandardCharsets.ISO_8859_1);
    MemorySocket client = rig.connect();
    client.window = random.nextBoolean() ? Integer.MAX_VALUE : 1000;
    int sent = 0;
    while (sent < octets.length) {
      int some = Math.min(octets.length - sent, 1 + random.nextInt(1 + octets.length / 3));
      client.send(octets, sent, sent + some);
      sent += some;
      rig.run();
      widen(client, random);
    }
    String heads =
        told.octets
            .lines()
            .filter(l -> l.startsWith("POST") || l.startsWith("Cont"))
            .toList()
            .toString();
    System.out.println(seed + " " + heads + " window " + client.window);
    rig.await(
        "all answers; -Dedgewise.seed=" + seed,
        () -> {
          widen(client, random);
          List<Answers.Answer> finals = Answers.read(client.received(), false).finals();
          System.out.println(
              finals.size()
                  + " of "
                  + told.bodies.size()
                  + " received "
                  + client.receivedBytes()
                  + " unread "
                  + client.unread()
                  + " window "
                  + client.window
                  + " complete "
                  + (finals.isEmpty() ? "" : finals.getLast().complete() + " " + client.closed));
          return finals.size() == told.bodies.size() && finals.getLast().complete();
        });
    Answers answers = Answers.read(client.received(), false);
    assertEquals(told.bodies, answers.all().stream().map(Answers.Answer::body).toList());
    assertTrue(answers.statuses().stream().allMatch(status -> status == 200));
    client.end();
    rig.run();
    assertTrue(client.closed, () -> "seed " + seed);
  }

  private static void widen(MemorySocket client, Random random) {
    if (client.window < Integer.MAX_VALUE - 1_000_000) {
      client.window += random.nextInt(50_000);
    }
  }
}
