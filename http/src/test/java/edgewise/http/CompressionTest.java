package edgewise.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which responses are compressed, what their fields say, and that their content stays the same. */
class CompressionTest {
  private static final String GZIP = "Accept-Encoding: gzip";
  private static final String TEXT = "The quick brown fox jumps over the lazy dog.\n".repeat(100);

  @TempDir Path directory;
  private int openBefore;
  private @Nullable HttpRig rig;

  @BeforeEach
  void count() {
    openBefore = JdkFileRoot.open;
  }

  @AfterEach
  void close() {
    if (rig != null) {
      rig.close();
    }
    assertEquals(openBefore, JdkFileRoot.open, "every file is closed again");
  }

  private HttpRig serve(HttpHandler handler) {
    return serve(Compression.gzip(), handler);
  }

  private HttpRig serve(Compression compression, HttpHandler handler) {
    if (rig != null) {
      rig.close();
    }
    rig = new HttpRig(compression.around(handler));
    return rig;
  }

  private HttpRig serveFiles(Compression compression) throws IOException {
    return serve(compression, new FileHandler(new JdkFileRoot(directory)));
  }

  /** What comes back on a connection that ends with it. */
  private Answers.Answer get(String path, String... fields) {
    return request("GET", path, fields);
  }

  private Answers.Answer request(String method, String path, String... fields) {
    HttpRig server = Objects.requireNonNull(rig);
    MemorySocket client = server.connect();
    client.send(head(method, path, fields));
    server.await("the end of the answer", () -> client.isEnded() || client.closed);
    return Answers.read(client.received(), method.equals("HEAD")).only();
  }

  private static String head(String method, String path, String... fields) {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + more + "\r\n";
  }

  private static byte[] unpacked(Answers.Answer answer) throws IOException {
    assertTrue(answer.complete(), answer.toString());
    assertEquals("gzip", answer.fields().get("content-encoding"));
    byte[] octets = answer.body().getBytes(ISO_8859_1);
    try (var in = new GZIPInputStream(new ByteArrayInputStream(octets))) {
      return in.readAllBytes();
    }
  }

  private static void assertPlain(Answers.Answer answer) {
    assertNull(answer.fields().get("content-encoding"), answer.toString());
  }

  private static String unpackedText(Answers.Answer answer) throws IOException {
    return new String(unpacked(answer), ISO_8859_1);
  }

  // --- which clients

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip                       | true",
        "GZip                       | true",
        "x-gzip                     | true",
        "br, gzip;q=0.1             | true",
        "*                          | true",
        "*;q=0.5, identity;q=0      | true",
        "gzip;q=1.0, identity;q=0.5 | true",
        "gzip;q=0.5, identity;q=0.9 | false",
        "gzip;q=0                   | false",
        "gzip;q=0, *                | false",
        "*;q=0, identity            | false",
        "identity                   | false",
        "br, deflate                | false",
        "''                         | false",
        "gzip;level=9               | false",
      })
  void aClientGetsWhatItAccepts(String accepted, boolean compressed) throws IOException {
    serve(request -> Response.text(TEXT));
    var answer = get("/", "Accept-Encoding: " + accepted);
    assertEquals(compressed ? "gzip" : null, answer.fields().get("content-encoding"));
    assertEquals("Accept-Encoding", answer.fields().get("vary"), "in either case");
    assertEquals(TEXT, compressed ? unpackedText(answer) : answer.body());
  }

  @Test
  void aClientThatSaysNothingGetsNothingCompressed() {
    serve(request -> Response.text(TEXT));
    assertPlain(get("/"));
    assertEquals("Accept-Encoding", get("/").fields().get("vary"));
  }

  @Test
  void whatIsTooShortIsLeftAloneUnlessTheClientForbidsThat() throws IOException {
    serve(request -> Response.text("x".repeat(255)));
    assertPlain(get("/", GZIP));
    assertEquals("Accept-Encoding", get("/", GZIP).fields().get("vary"));
    assertEquals("x".repeat(255), unpackedText(get("/", GZIP + ", identity;q=0")));
    serve(request -> Response.text("x".repeat(256)));
    assertEquals("x".repeat(256), unpackedText(get("/", GZIP)));
    serve(request -> Response.text(""));
    assertPlain(get("/", GZIP + ", identity;q=0"));
  }

  @Test
  void whatWouldNotBecomeShorterIsLeftAlone() {
    byte[] noise = new byte[4000];
    new Random(1).nextBytes(noise);
    serve(request -> Response.bytes(noise, "text/plain"));
    var answer = get("/", GZIP);
    assertPlain(answer);
    assertArrayEquals(noise, answer.body().getBytes(ISO_8859_1));
    assertEquals("Accept-Encoding", answer.fields().get("vary"));
  }

  // --- which responses

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | text/html; charset=utf-8 | X                | 1             | true  | true",
        "200 | application/json         | X                | 1             | true  | true",
        "200 | image/svg+xml            | X                | 1             | true  | true",
        "404 | text/plain               | X                | 1             | true  | true",
        "500 | text/plain               | X                | 1             | true  | true",
        "200 | image/png                | X                | 1             | false | false",
        "200 | application/octet-stream | X                | 1             | false | false",
        "200 | text/plain               | Content-Encoding | br            | false | false",
        "200 | text/plain               | Content-Encoding | identity      | false | false",
        "200 | text/plain               | Cache-Control    | a, No-Transform | false | false",
        "200 | text/plain               | Cache-Control    | no-store      | true  | true",
        "200 | text/plain               | Content-Digest   | sha-256=:AA=: | false | false",
        "200 | text/plain               | Repr-Digest      | sha-256=:AA=: | false | false",
        "416 | text/plain               | Content-Range    | bytes */9     | false | false",
        "206 | text/plain               | Content-Range    | bytes 0-8/9   | false | true",
        "206 | image/png                | Content-Range    | bytes 0-8/9   | false | false",
        "206 | multipart/byteranges; a=b | X               | 1             | false | true",
        "204 | text/plain               | X                | 1             | false | false",
        "205 | text/plain               | X                | 1             | false | false",
        "304 | text/plain               | X                | 1             | false | true",
      })
  void onlySomeAreCompressed(
      int status, String type, String name, String value, boolean compressed, boolean varies) {
    serve(request ->
        Response.bytes(TEXT.getBytes(ISO_8859_1), type).withStatus(status).header(name, value));
    var answer = get("/", GZIP);
    boolean own = name.equals("Content-Encoding");
    assertEquals(compressed, !own && answer.fields().get("content-encoding") != null);
    assertEquals(varies ? "Accept-Encoding" : null, answer.fields().get("vary"));
    assertEquals(status, answer.status());
    assertEquals(value, answer.fields().get(name.toLowerCase(java.util.Locale.ROOT)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Origin                  | Origin, Accept-Encoding",
        "origin, accept-ENCODING | origin, accept-ENCODING",
        "*                       | *",
        "''                      | Accept-Encoding",
      })
  void varyIsMerged(String given, String sent) {
    serve(request -> Response.text(TEXT).header("Vary", given));
    assertEquals(sent, get("/", GZIP).fields().get("vary"));
    assertEquals(sent, get("/").fields().get("vary"));
  }

  @Test
  void whatIsMadeOnTheLoopPieceByPieceIsLeftAlone() {
    BodySource source =
        out -> {
          out.write(TEXT.getBytes(ISO_8859_1));
          out.end();
        };
    serve(request -> Response.stream("text/plain", source));
    var answer = get("/", GZIP);
    assertPlain(answer);
    assertEquals(TEXT, answer.body());
  }

  @Test
  void anUpgradeIsLeftAlone() {
    serve(request -> Response.upgrade("x", connection -> (c, in) -> c.write(in)));
    MemorySocket client = Objects.requireNonNull(rig).connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n");
    client.send(GZIP + "\r\n\r\nhello");
    rig.run();
    assertTrue(client.received().startsWith("HTTP/1.1 101 "), client.received());
    assertTrue(client.received().endsWith("\r\n\r\nhello"), client.received());
  }

  @Test
  void aResponseThatComesLaterIsCompressedThen() throws IOException {
    serve(HttpHandler.blocking(request -> Response.text(TEXT)));
    assertEquals(TEXT, unpackedText(get("/", GZIP)));
    serve(request -> Response.text(new String(request.bodyBytes(), ISO_8859_1).repeat(300)));
    HttpRig server = Objects.requireNonNull(rig);
    MemorySocket client = server.connect();
    client.send(head("POST", "/", GZIP, "Content-Length: 3") + "a");
    server.run();
    client.send("bc");
    server.run();
    assertEquals("abc".repeat(300), unpackedText(Answers.read(client.received(), false).only()));
  }

  // --- fields

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
    assertEquals(openBefore, JdkFileRoot.open);
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

  // --- content

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
      var files = new FileHandler(new JdkFileRoot(directory));
      serve(
          Compression.gzip().withLevel(level).withLeastBytes(0),
          new Router()
              .get("/bytes", request -> Response.bytes(octets, "text/plain"))
              .get("/output", request -> Response.output("text/plain", writer))
              .any("/{path...}", files));
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
    HttpRig server = Objects.requireNonNull(rig);
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

  // --- failures and limits

  private byte[] noise(int length) {
    byte[] octets = new byte[length];
    new Random(2).nextBytes(octets);
    return octets;
  }

  @Test
  void aFileThatShrinksWhileItIsReadCutsTheConnectionOff() throws IOException {
    Path file = Files.write(directory.resolve("a.txt"), noise(3_000_000));
    serveFiles(Compression.gzip());
    HttpRig server = Objects.requireNonNull(rig);
    MemorySocket client = server.connect();
    client.window = 1000;
    client.send("GET /a.txt HTTP/1.1\r\nHost: a\r\n" + GZIP + "\r\n\r\n");
    client.send("GET /a.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    server.await("the beginning", () -> client.receivedBytes() > 0);
    try (var shorter = new RandomAccessFile(file.toFile(), "rw")) {
      shorter.setLength(1_000_000);
    }
    client.window = Integer.MAX_VALUE;
    server.await("the end", () -> client.closed);
    var answers = Answers.read(client.received(), false);
    assertEquals(1, answers.all().size(), "nothing follows that could be taken for the rest");
    assertFalse(answers.all().getFirst().complete());
    server.await("the file's end", () -> JdkFileRoot.open == openBefore);
  }

  @Test
  void aClientThatLeavesEndsTheWork() throws IOException {
    Files.write(directory.resolve("a.txt"), noise(3_000_000));
    serveFiles(Compression.gzip().withMostAtOnce(1));
    HttpRig server = Objects.requireNonNull(rig);
    for (int i = 0; i < 3; i++) {
      MemorySocket client = server.connect();
      client.window = 1000;
      client.send(head("GET", "/a.txt", GZIP));
      server.await("the beginning", () -> client.receivedBytes() > 0);
      var next = get("/a.txt", GZIP);
      assertPlain(next);
      assertEquals(3_000_000, next.body().length(), "one too many is sent as it is");
      server.pass(Duration.ofMinutes(2)); // it takes nothing
      assertTrue(client.closed);
      server.await("the file's end", () -> JdkFileRoot.open == openBefore);
    }
    assertEquals(3_000_000, unpacked(get("/a.txt", GZIP)).length);
  }

  @Test
  void whoSeesTheEndFindsTheFileClosedAndThePlaceFree() throws IOException {
    Files.write(directory.resolve("a.txt"), noise(100_000));
    serveFiles(Compression.gzip().withMostAtOnce(1));
    for (int i = 0; i < 500; i++) {
      assertEquals(100_000, unpacked(get("/a.txt", GZIP)).length);
      assertEquals(openBefore, JdkFileRoot.open);
    }
  }

  @Test
  void aWriterMayCloseItsStreamAndWritesNothingAfterThat() throws IOException {
    serve(request ->
        Response.output(
            "text/plain",
            out -> {
              out.write(TEXT.getBytes(ISO_8859_1));
              out.close();
              out.close();
              assertThrows(
                  IOException.class,
                  () -> {
                    out.write('x');
                    out.flush();
                  });
            }));
    assertEquals(TEXT, unpackedText(get("/", GZIP)));
  }

  @Test
  void aWriterThatFailsIsAnErrorAndGivesItsPlaceBack() throws IOException {
    var fails = new Semaphore(3);
    serve(
        Compression.gzip().withMostAtOnce(1),
        request ->
            Response.output(
                "text/plain",
                out -> {
                  out.write(TEXT.getBytes(ISO_8859_1));
                  if (fails.tryAcquire()) {
                    throw new StatusException(503, "not now");
                  }
                }));
    for (int i = 0; i < 3; i++) {
      var answer = get("/", GZIP);
      assertEquals(503, answer.status());
      assertPlain(answer);
    }
    assertEquals(TEXT, unpackedText(get("/", GZIP)));
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    var gzip = Compression.gzip();
    for (int level : new int[] {-1, 0, 10}) {
      assertThrows(IllegalArgumentException.class, () -> gzip.withLevel(level));
    }
    assertThrows(IllegalArgumentException.class, () -> gzip.withLeastBytes(-1));
    assertThrows(IllegalArgumentException.class, () -> gzip.withMostBytesOnLoop(-1));
    assertThrows(IllegalArgumentException.class, () -> gzip.withMostAtOnce(-1));
  }

  @Test
  void whatIsLongIsNotCompressedOnTheLoop() throws IOException {
    serve(Compression.gzip().withMostAtOnce(0), request -> Response.text(request.path()));
    String fits = "/" + "x".repeat(1000);
    assertEquals(fits, unpackedText(get(fits, GZIP)));
    serve(
        Compression.gzip().withMostAtOnce(0).withMostBytesOnLoop(1000),
        request -> Response.text(request.path()));
    assertPlain(get(fits, GZIP));
  }
}
