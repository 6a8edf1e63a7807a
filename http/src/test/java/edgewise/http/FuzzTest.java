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
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests made of good ones by accident: nothing throws, nothing hangs, and the octets mean the
 * same in one piece, one by one, and in pieces of any size. A failure names the seed that repeats
 * it.
 */
class FuzzTest {
  private static final List<String> SEEDS =
      RawCases.load().stream().map(RawCase::request).filter(text -> text.length() < 400).toList();

  private static final String[] PIECES = {
    "\r\n",
    "\r",
    "\n",
    "\r\n\r\n",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "=",
    "\"",
    "\\",
    "\0",
    "\u007f",
    "\u00ff",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    "FFFFFFFFFFFFFFFF",
    "8000000000000000",
    "-",
    "+",
    "%",
    "%00",
    "%2e",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 0\r\n",
    "Host: a\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n",
    "chunked",
    "HTTP/1.1",
    "HTTP/1.0",
    "http://h/",
    "*",
    "GET ",
    "POST ",
    "HEAD ",
    "OPTIONS ",
    "CONNECT ",
    "?",
    "#",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  };

  /** Small limits, so that accidents reach them. */
  private static final HttpLimits LIMITS =
      HttpLimits.builder()
          .maxRequestLineBytes(120)
          .maxHeaderBytes(240)
          .maxHeaderFields(8)
          .maxBodyBytes(64)
          .maxChunkExtensionBytes(24)
          .maxRequestsPerConnection(5)
          .build();

  static String mutated(Random random) {
    var text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(12));
      switch (random.nextInt(6)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 2 -> text.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
        case 3 -> text.insert(at, text.substring(at, end));
        case 4 -> text.insert(at, (char) random.nextInt(256));
        default -> text.append(SEEDS.get(random.nextInt(SEEDS.size())));
      }
    }
    return text.substring(0, Math.min(text.length(), 1200));
  }

  private static List<Integer> someCuts(Random random, int length) {
    var cuts = new ArrayList<Integer>();
    for (int at = 1 + random.nextInt(20); at < length; at += 1 + random.nextInt(40)) {
      cuts.add(at);
    }
    return cuts;
  }

  @Test
  void theParserSaysTheSameForAnyCut() {
    parse(1, 20_000);
  }

  /** {@code -Dtests.jvm=-Dedgewise.fuzz.inputs=10000000} makes it more. */
  @Test
  @Tag("slow")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void theParserSaysTheSameForAnyCutOfVeryManyInputs() {
    parse(1_000_000, Integer.getInteger("edgewise.fuzz.inputs", 2_000_000));
  }

  private static void parse(long firstSeed, int count) {
    for (long seed = firstSeed; seed < firstSeed + count; seed++) {
      var random = new Random(seed);
      byte[] octets = Cuts.octets(mutated(random));
      String whole = RequestParserTest.outcome(octets, List.of(), LIMITS);
      List<Integer> single = IntStream.range(1, octets.length).boxed().toList();
      assertEquals(whole, RequestParserTest.outcome(octets, single, LIMITS), "seed " + seed);
      List<Integer> some = someCuts(random, octets.length);
      assertEquals(whole, RequestParserTest.outcome(octets, some, LIMITS), "seed " + seed);
    }
  }

  @Test
  void theConnectionAnswersTheSameForAnyCut() {
    var seen = new StringBuilder();
    answersTheSame(new Router().any("/{path...}", q -> echo(q, seen)), seen);
  }

  @Test
  void aReceiverSeesTheSameForAnyCut() {
    var seen = new StringBuilder();
    HttpHandler receiving = HttpHandler.streaming(q -> receive(q, seen));
    answersTheSame(new Router().any("/{path...}", receiving), seen);
  }

  private static void answersTheSame(HttpHandler handler, StringBuilder seen) {
    try (var rig = new HttpRig(handler, LIMITS)) {
      for (long seed = 1; seed <= 2_000; seed++) {
        var random = new Random(seed);
        byte[] octets = Cuts.octets(mutated(random));
        String whole = play(rig, octets, List.of(), seen);
        List<Integer> single = IntStream.range(1, octets.length).boxed().toList();
        assertEquals(whole, play(rig, octets, single, seen), "seed " + seed);
        List<Integer> some = someCuts(random, octets.length);
        assertEquals(whole, play(rig, octets, some, seen), "seed " + seed);
      }
    }
  }

  private static Response echo(Request request, StringBuilder seen) {
    seen.append(request).append(request.host()).append(request.bodyText()).append('\n');
    request.eachHeader((name, value) -> seen.append(name).append('=').append(value).append('\n'));
    return Response.bytes(request.bodyBytes(), "application/octet-stream");
  }

  /** Where the body is cut differs; what it is, how it ends, and what the client gets does not. */
  private static Response receive(Request request, StringBuilder seen) {
    seen.append(request).append('\n');
    var answer = new CompletableFuture<Response>();
    return Response.receiving(
        new BodyReceiver() {
          @Override
          public void receive(ByteBuffer part) {
            seen.append(StandardCharsets.ISO_8859_1.decode(part));
          }

          @Override
          public void end(List<Response.Field> trailers) {
            seen.append("\nend ").append(trailers).append('\n');
            answer.complete(Response.text("" + seen.length()));
          }

          @Override
          public void fail(IOException cause) {
            seen.append("\nfail ").append(cause.getMessage()).append('\n');
          }
        },
        answer);
  }

  private static String play(HttpRig rig, byte[] octets, List<Integer> cuts, StringBuilder seen) {
    seen.setLength(0);
    MemorySocket client = rig.connect();
    int from = 0;
    for (int cut : cuts) {
      client.send(octets, from, cut);
      rig.loop.turn(java.time.Duration.ZERO);
      from = cut;
    }
    client.send(octets, from, octets.length);
    rig.run();
    boolean ended = client.isEnded();
    client.end();
    rig.run();
    assertTrue(client.closed);
    String received =
        client
            .received()
            .replaceAll("Date: [^\r]*", "")
            .replace("HTTP/1.1 100 Continue\r\n\r\n", "");
    return ended + received + seen;
  }
}
