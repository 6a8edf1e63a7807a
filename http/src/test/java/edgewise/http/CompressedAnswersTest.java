package edgewise.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fields of a compressed response say, and that its content stays the same. */
class CompressedAnswersTest extends CompressingServer {
  @Test
  void headIsAnsweredAsGetIsAndNothingIsWritten() {
    var written = new AtomicInteger();
    OutputWriter writer =
        out -> {
          written.incrementAndGet();
          out.write(TEXT.repeat(100).getBytes(ISO_8859_1));
        };
    serve(
        new Router()
            .get("/bytes", request -> Response.text(TEXT).header("ETag", "\"a\""))
            .get(
                "/output", request -> Response.output("text/plain", writer).header("ETag", "\"a\""))
            .get("/long", request -> Response.text(TEXT.repeat(10)).header("ETag", "\"a\"")));
    for (String path : new String[] {"/bytes", "/output", "/long"}) {
      written.set(0);
      var head = request("HEAD", path, GZIP).fields();
      assertEquals(0, written.get());
      var whole = get(path, GZIP).fields();
      for (String name : new String[] {"content-encoding", "vary", "etag", "content-type"}) {
        assertEquals(whole.get(name), head.get(name), path + " " + name);
      }
      assertEquals("gzip", head.get("content-encoding"));
      if (path.equals("/bytes")) {
        assertEquals(whole.get("content-length"), head.get("content-length"));
      } else {
        assertNull(head.get("content-length"), "not that of what is not compressed");
      }
    }
  }

  @Test
  void aHeadOfAFileLetsGoOfIt() throws IOException {
    Files.writeString(directory.resolve("a.txt"), TEXT);
    serveFiles(Compression.gzip());
    var head = request("HEAD", "/a.txt", GZIP);
    assertEquals("gzip", head.fields().get("content-encoding"));
    assertNull(head.fields().get("accept-ranges"));
    assertEquals(0, files.count());
  }

  @Test
  void theTagOfACompressedFileIsWeakAndHoldsForNothingThatMustBeExact() throws IOException {
    Files.writeString(directory.resolve("a.txt"), TEXT);
    serveFiles(Compression.gzip());
    var plain = get("/a.txt");
    String strong = Objects.requireNonNull(plain.fields().get("etag"));
    assertTrue(strong.startsWith("\""), strong);
    assertEquals("bytes", plain.fields().get("accept-ranges"));
    var compressed = get("/a.txt", GZIP);
    assertEquals(TEXT, unpackedText(compressed));
    String weak = Objects.requireNonNull(compressed.fields().get("etag"));
    assertEquals("W/" + strong, weak);
    assertNull(compressed.fields().get("accept-ranges"));

    var known = get("/a.txt", GZIP, "If-None-Match: \"z\", " + weak);
    assertEquals(304, known.status());
    assertEquals(weak, known.fields().get("etag"), "the one that the client has");
    assertEquals("Accept-Encoding", known.fields().get("vary"));
    var knownPlain = get("/a.txt", GZIP, "If-None-Match: " + strong);
    assertEquals(304, knownPlain.status());
    assertEquals(strong, knownPlain.fields().get("etag"));
    assertEquals(304, get("/a.txt", "If-None-Match: " + weak).status());

    assertEquals(412, get("/a.txt", GZIP, "If-Match: " + weak).status());
    assertEquals(200, get("/a.txt", GZIP, "If-Match: " + strong).status());
    var whole = get("/a.txt", GZIP, "Range: bytes=5-9", "If-Range: " + weak);
    assertEquals(200, whole.status());
    assertEquals(TEXT, unpackedText(whole));
    var part = get("/a.txt", GZIP, "Range: bytes=4-8", "If-Range: " + strong);
    assertEquals(206, part.status());
    assertPlain(part);
    assertEquals("quick", part.body());
    assertEquals("Accept-Encoding", part.fields().get("vary"));
    assertEquals(strong, part.fields().get("etag"));
  }

  @Test
  void aWeakTagStaysAsItIs() {
    serve(request -> Response.text(TEXT).header("ETag", "W/\"a\"").closing());
    assertEquals("W/\"a\"", get("/", GZIP).fields().get("etag"));
  }

  private static byte[] random(Random random, int length) {
    byte[] octets = new byte[length];
    int letters = 1 << random.nextInt(9);
    for (int i = 0; i < length; i++) {
      octets[i] = (byte) random.nextInt(letters);
    }
    return octets;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 9})
  void whatIsUnpackedIsWhatWasPacked(int level) throws IOException {
    var random = new Random(level);
    for (int round = 0; round < 40; round++) {
      byte[] octets = random(random, random.nextInt(1 << random.nextInt(1, 18)));
      int pieces = 1 + random.nextInt(2000);
      OutputWriter writer =
          out -> {
            for (int at = 0; at < octets.length; ) {
              if (at % 3 == 0) {
                out.write(octets[at++]);
              } else {
                int some = Math.min(pieces, octets.length - at);
                out.write(octets, at, some);
                at += some;
              }
            }
          };
      Files.write(directory.resolve("a.txt"), octets);
      var handler = new FileHandler(files.root(directory));
      serve(
          Compression.gzip().withLevel(level).withLeastBytes(0),
          new Router()
              .get("/bytes", request -> Response.bytes(octets, "text/plain"))
              .get("/output", request -> Response.output("text/plain", writer))
              .any("/{path...}", handler));
      for (String path : new String[] {"/bytes", "/output", "/a.txt"}) {
        var answer = get(path, GZIP);
        boolean left = answer.fields().get("content-encoding") == null;
        assertFalse(left && path.equals("/output"));
        assertArrayEquals(octets, left ? answer.body().getBytes(ISO_8859_1) : unpacked(answer));
      }
    }
  }

  @Test
  void whatIsShortWhenItIsCompressedIsSentWithItsLength() throws IOException {
    Files.writeString(directory.resolve("a.txt"), TEXT.repeat(50));
    serveFiles(Compression.gzip());
    var answer = get("/a.txt", GZIP);
    assertEquals(TEXT.repeat(50), unpackedText(answer));
    assertEquals(answer.body().length() + "", answer.fields().get("content-length"));
  }

  @Test
  void whatIsFlushedReachesTheClientWhileTheRestIsAwaited() throws Exception {
    var received = new CountDownLatch(1);
    serve(request ->
        Response.output(
            "text/plain",
            out -> {
              out.write("first".getBytes(ISO_8859_1));
              out.flush();
              received.await();
              out.write(" last".getBytes(ISO_8859_1));
            }));
    HttpRig server = rig();
    MemorySocket client = server.connect();
    client.send(head("GET", "/", GZIP));
    server.await("the first piece", () -> begins(client.received(), "first"));
    received.countDown();
    server.await("the rest", () -> client.isEnded() || client.closed);
    assertEquals("first last", unpackedText(Answers.read(client.received(), false).only()));
  }

  private static boolean begins(String received, String text) {
    var answers = Answers.read(received, false).all();
    if (answers.isEmpty() || answers.getFirst().body().length() < 10) {
      return false;
    }
    byte[] body = answers.getFirst().body().getBytes(ISO_8859_1);
    try (var in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      return new String(in.readNBytes(text.length()), ISO_8859_1).equals(text);
    } catch (IOException e) {
      return false;
    }
  }
}
