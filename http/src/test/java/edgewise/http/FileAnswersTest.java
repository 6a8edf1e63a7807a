package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files over HTTP: conditions, ranges, variants and caching. */
class FileAnswersTest {
  private static final String ALPHA = "abcdefghijklmnopqrstuvwxyz";
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2015-01-01T00:00:00.123Z"));

  @TempDir Path directory;
  private int openBefore;
  private HttpRig rig = new HttpRig(q -> Response.status(404));

  @BeforeEach
  void serve() throws IOException {
    rig.close();
    openBefore = JdkFileRoot.open;
    write("alpha.txt", ALPHA);
    write("long.txt", ALPHA.repeat(100));
    write("app.js", "plain");
    write("app.js.gz", "GZIPPED");
    write("app.js.br", "BROTLIED");
    write("only.css", "plain");
    write("only.css.gz", "GZIPPED");
    write("dir/index.html", "<p>");
    write("dir/index.html.gz", "GZIPPED");
    write("forbidden.gz", "never");
    write("forbidden", "never");
    var files =
        FileHandler.builder(new JdkFileRoot(directory))
            .precompressed()
            .cacheControl("/dir/**", "no-cache")
            .cacheControl("*.js", "max-age=60, immutable")
            .build();
    var plain = new FileHandler(new JdkFileRoot(directory));
    rig = new HttpRig(new Router().any("/{path...}", files).any("/plain/{path...}", plain));
  }

  private void write(String name, String content) throws IOException {
    Path path = directory.resolve(name);
    Files.createDirectories(path.getParent());
    Files.setLastModifiedTime(Files.writeString(path, content), LONG_AGO);
  }

  @AfterEach
  void close() {
    rig.close();
    assertEquals(openBefore, JdkFileRoot.open, "every file is closed again");
  }

  private Answers.Answer get(String path, String... fields) {
    return request("GET", path, fields);
  }

  private Answers.Answer request(String method, String path, String... fields) {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: a\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return Answers.read(rig.exchange(head + "\r\n"), method.equals("HEAD")).only();
  }

  private static String field(Answers.Answer answer, String name) {
    return Objects.requireNonNull(answer.fields().get(name), () -> name + " of " + answer);
  }

  private String tag(String path, String... fields) {
    return field(request("HEAD", path, fields), "etag");
  }

  // --- conditions

  @Test
  void aFileHasAStrongTagAndItsTime() {
    var answer = get("/alpha.txt");
    assertTrue(field(answer, "etag").matches("\"[0-9a-f-]+\""), answer.toString());
    assertEquals("Thu, 01 Jan 2015 00:00:00 GMT", field(answer, "last-modified"));
    assertEquals("bytes", field(answer, "accept-ranges"));
    assertEquals(field(answer, "etag"), tag("/alpha.txt"), "for HEAD the same");
  }

  @Test
  void aClientThatHasItAlreadyGetsNoBody() {
    for (String condition :
        List.of(
            "If-None-Match: " + tag("/app.js"),
            "If-None-Match: \"a\", W/" + tag("/app.js"),
            "If-Modified-Since: Thursday, 01-Jan-15 00:00:00 GMT")) {
      for (String method : List.of("GET", "HEAD")) {
        var answer = request(method, "/app.js", condition);
        assertEquals(304, answer.status());
        assertEquals("", answer.body());
        assertEquals(tag("/app.js"), field(answer, "etag"));
        assertEquals("Thu, 01 Jan 2015 00:00:00 GMT", field(answer, "last-modified"));
        assertEquals("max-age=60, immutable", field(answer, "cache-control"));
        assertEquals("Accept-Encoding", field(answer, "vary"));
        assertNull(answer.fields().get("content-length"));
        assertNull(answer.fields().get("content-type"));
      }
    }
  }

  @Test
  void aChangeOfAnyKindBringsTheFileAgain() throws IOException {
    String before = tag("/alpha.txt");
    write("alpha.txt", ALPHA.toUpperCase(java.util.Locale.ROOT) + "!");
    String longer = tag("/alpha.txt");
    Files.setLastModifiedTime(
        directory.resolve("alpha.txt"), FileTime.from(LONG_AGO.toInstant().plusMillis(1)));
    String later = tag("/alpha.txt");
    write("other", ALPHA + "?");
    Path alpha = directory.resolve("alpha.txt");
    Files.setLastModifiedTime(directory.resolve("other"), Files.getLastModifiedTime(alpha));
    Files.move(directory.resolve("other"), alpha, StandardCopyOption.REPLACE_EXISTING);
    String another = tag("/alpha.txt");
    assertEquals(4, List.of(before, longer, later, another).stream().distinct().count());
    assertEquals(200, get("/alpha.txt", "If-None-Match: " + before + ", " + later).status());
    assertEquals(412, get("/alpha.txt", "If-Match: " + before).status());
    assertEquals(200, get("/alpha.txt", "If-Match: " + another).status());
  }

  @Test
  void whatIsRefusedIsNotToBeKept() {
    var failed = get("/app.js", "If-Match: \"a\"");
    assertEquals(412, failed.status());
    assertNull(failed.fields().get("cache-control"));
    var beyond = get("/app.js", "Range: bytes=99-");
    assertEquals(416, beyond.status());
    assertNull(beyond.fields().get("cache-control"));
  }

  // --- ranges

  @Test
  void oneRangeIsSentAloneWithItsPlace() {
    var answer = get("/alpha.txt", "Range: bytes=3-5");
    assertEquals(206, answer.status());
    assertEquals("def", answer.body());
    assertEquals("bytes 3-5/26", field(answer, "content-range"));
    assertEquals("text/plain; charset=utf-8", field(answer, "content-type"));
    assertEquals(tag("/alpha.txt"), field(answer, "etag"));
    assertEquals("xyz", get("/alpha.txt", "Range: bytes=-3").body());
    assertEquals("a", get("/plain/alpha.txt", "Range: bytes=0-0").body());
  }

  @Test
  void nothingOfItIsSentWhereNothingIs() {
    var answer = get("/alpha.txt", "Range: bytes=26-");
    assertEquals(416, answer.status());
    assertEquals("bytes */26", field(answer, "content-range"));
  }

  @Test
  void aRangeOfSomethingElseIsAllOfIt() {
    assertEquals(ALPHA, get("/alpha.txt", "Range: lines=1-2").body());
    assertEquals(ALPHA, get("/alpha.txt", "Range: bytes=0-1", "If-Range: \"a\"").body());
    assertEquals(
        "ab", get("/alpha.txt", "Range: bytes=0-1", "If-Range: " + tag("/alpha.txt")).body());
    assertEquals(304, get("/alpha.txt", "Range: bytes=0-1", "If-None-Match: *").status());
    var head = request("HEAD", "/alpha.txt", "Range: bytes=0-1");
    assertEquals(200, head.status());
    assertEquals("26", field(head, "content-length"));
  }

  @Test
  void severalRangesAreSentInParts() {
    assertParts(get("/long.txt", "Range: bytes=1000-1003, 0-1, -2"));
  }

  private static void assertParts(Answers.Answer answer) {
    assertEquals(206, answer.status());
    assertNull(answer.fields().get("content-range"));
    String type = field(answer, "content-type");
    String boundary = type.substring("multipart/byteranges; boundary=".length());
    String expected =
        """
        --BOUNDARY\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Range: bytes 1000-1003/2600\r
        \r
        mnop\r
        --BOUNDARY\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Range: bytes 0-1/2600\r
        \r
        ab\r
        --BOUNDARY\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Range: bytes 2598-2599/2600\r
        \r
        yz\r
        --BOUNDARY--\r
        """;
    assertEquals(expected.replace("BOUNDARY", boundary), answer.body());
    assertTrue(boundary.matches("[0-9a-f]{8,32}"), boundary);
  }

  @Test
  void eachAnswerInPartsHasAnotherBoundary() {
    String first = field(get("/long.txt", "Range: bytes=0-0,-1"), "content-type");
    assertNotEquals(first, field(get("/long.txt", "Range: bytes=0-0,-1"), "content-type"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50, 333})
  void partsStayInOrderWhateverTheClientTakes(int window) {
    String request = "GET /long.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=%s\r\n\r\n";
    MemorySocket client = rig.connect();
    client.window = 0;
    client.send(request.formatted("1000-1003,0-1,-2"));
    client.send(request.formatted("0-25"));
    client.send(request.formatted("1000-1003,0-1,-2"));
    rig.run();
    while (client.receivedBytes() == client.window) {
      client.window += window;
      rig.run();
    }
    var answers = Answers.read(client.received(), false);
    assertEquals("", answers.rest());
    assertEquals(3, answers.all().size());
    assertParts(answers.all().get(0));
    assertEquals(ALPHA, answers.all().get(1).body());
    assertParts(answers.all().get(2));
  }

  @Test
  void aClientThatLeavesInTheMiddleOfPartsLeavesNoFileOpen() {
    MemorySocket client = rig.connect();
    client.window = 300;
    client.send("GET /long.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,1000-1999,2500-\r\n\r\n");
    rig.run();
    assertEquals(openBefore + 1, JdkFileRoot.open, "one file for all its regions");
    client.end();
    rig.pass(Duration.ofMinutes(5));
    assertTrue(client.closed);
    assertEquals(openBefore, JdkFileRoot.open);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Range: bytes=100-100000\r\n", "Range: bytes=0-9,2000-100000\r\n"})
  void aFileThatShrinksEndsItsConnectionAndNeverTheFraming(String range) throws IOException {
    MemorySocket client = rig.connect();
    MemorySocket other = rig.connect();
    client.window = 200;
    client.send("GET /long.txt HTTP/1.1\r\nHost: a\r\n" + range + "\r\n");
    client.send("GET /alpha.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    rig.run();
    try (var file = new RandomAccessFile(directory.resolve("long.txt").toFile(), "rw")) {
      file.setLength(1000);
    }
    client.window = Integer.MAX_VALUE;
    rig.run();
    assertTrue(client.closed, "the connection ends");
    var answers = Answers.read(client.received(), false);
    assertEquals(1, answers.all().size(), "nothing follows that could be taken for the rest");
    assertFalse(answers.all().getFirst().complete());
    other.send("GET /alpha.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    rig.run();
    assertEquals(ALPHA, Answers.read(other.received(), false).only().body(), "another lives on");
  }

  // --- variants

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      nullValues = "none",
      value = {
        "/app.js   > ''                      > plain    > none",
        "/app.js   > gzip, br                > BROTLIED > br",
        "/app.js   > gzip                    > GZIPPED  > gzip",
        "/app.js   > gzip;q=1, br;q=0.5      > GZIPPED  > gzip",
        "/app.js   > gzip;q=0, br;q=0        > plain    > none",
        "/app.js   > identity, gzip;q=0.5    > plain    > none",
        "/app.js   > *;q=0, gzip             > GZIPPED  > gzip",
        "/only.css > br, gzip;q=0.1          > GZIPPED  > gzip",
        "/only.css > br                      > plain    > none",
        "/dir/     > gzip                    > GZIPPED  > gzip",
        "/plain/app.js > br                  > plain    > none",
      })
  void theClientGetsTheVariantThatItLikesBest(
      String path, String accepted, String body, String coding) {
    var answer = get(path, "Accept-Encoding: " + accepted);
    assertEquals(200, answer.status());
    assertEquals(body, answer.body());
    assertEquals(coding, answer.fields().get("content-encoding"));
    assertEquals(String.valueOf(body.length()), field(answer, "content-length"));
    String type = field(get(path), "content-type");
    assertEquals(type, field(answer, "content-type"), "that of the original");
    String vary = path.startsWith("/plain/") ? null : "Accept-Encoding";
    assertEquals(vary, answer.fields().get("vary"));
    assertEquals(vary, get(path).fields().get("vary"), "also without a coding");
  }

  @Test
  void eachVariantHasATagOfItsOwn() {
    String plain = tag("/app.js");
    String gzip = tag("/app.js", "Accept-Encoding: gzip");
    String brotli = tag("/app.js", "Accept-Encoding: br");
    assertEquals(3, List.of(plain, gzip, brotli).stream().distinct().count());
    assertEquals(304, get("/app.js", "Accept-Encoding: gzip", "If-None-Match: " + gzip).status());
    assertEquals(200, get("/app.js", "Accept-Encoding: gzip", "If-None-Match: " + plain).status());
  }

  @Test
  void rangesAreOfWhatIsSent() {
    var answer = get("/app.js", "Accept-Encoding: gzip", "Range: bytes=1-2");
    assertEquals("ZI", answer.body());
    assertEquals("gzip", field(answer, "content-encoding"));
    assertEquals("bytes 1-2/7", field(answer, "content-range"));
    assertEquals("Accept-Encoding", field(answer, "vary"));
  }

  @Test
  void aVariantIsNotSentInParts() throws IOException {
    write("long.txt.gz", "Z".repeat(1000));
    var answer = get("/long.txt", "Accept-Encoding: gzip", "Range: bytes=0-0,500-501");
    assertEquals(200, answer.status());
    assertEquals(1000, answer.body().length());
  }

  @Test
  void aVariantOfAnEarlierTimeIsNotUsed() throws IOException {
    Path gz = directory.resolve("app.js.gz");
    Files.setLastModifiedTime(gz, FileTime.from(LONG_AGO.toInstant().minusSeconds(1)));
    assertEquals("plain", get("/app.js", "Accept-Encoding: gzip").body());
    Files.setLastModifiedTime(gz, FileTime.from(Instant.parse("2015-01-01T00:00:00Z")));
    assertEquals("GZIPPED", get("/app.js", "Accept-Encoding: gzip").body(), "the same second");
  }

  @Test
  void whatIsNoFileOrMayNotBeReadIsNoVariant() throws IOException {
    Files.createDirectory(directory.resolve("alpha.txt.gz"));
    assertEquals(ALPHA, get("/alpha.txt", "Accept-Encoding: gzip").body());
    write("x", "plain");
    Files.createSymbolicLink(directory.resolve("x.gz"), Path.of("/etc/passwd"));
    assertEquals("plain", get("/x", "Accept-Encoding: gzip").body());
    Files.delete(directory.resolve("x.gz"));
    Files.createSymbolicLink(directory.resolve("x.gz"), Path.of("forbidden.gz"));
    assertEquals("plain", get("/x", "Accept-Encoding: gzip").body());
  }

  @Test
  void aCompressedFileItselfIsSentAsItIs() {
    var answer = get("/app.js.gz", "Accept-Encoding: gzip");
    assertEquals("GZIPPED", answer.body());
    assertEquals("application/gzip", field(answer, "content-type"));
    assertNull(answer.fields().get("content-encoding"));
    assertNull(answer.fields().get("vary"));
  }

  @Test
  void aClientThatTakesNothingIsTold() {
    var answer = get("/alpha.txt", "Accept-Encoding: identity;q=0, br");
    assertEquals(406, answer.status());
    assertEquals("Accept-Encoding", field(answer, "vary"));
    assertEquals(ALPHA, get("/plain/alpha.txt", "Accept-Encoding: *;q=0").body());
  }

  // --- caching

  @Test
  void theFirstRuleThatFitsSaysHowLongToKeepIt() {
    assertEquals("max-age=60, immutable", field(get("/app.js"), "cache-control"));
    assertEquals("no-cache", field(get("/dir/"), "cache-control"));
    assertNull(get("/alpha.txt").fields().get("cache-control"));
    assertNull(get("/missing.js").fields().get("cache-control"));
    assertEquals(
        "max-age=60, immutable", field(get("/app.js", "Range: bytes=0-1"), "cache-control"));
  }

  @Test
  void aRuleThatCannotBeIsRefusedAtOnce() {
    try (var root = new JdkFileRoot(directory)) {
      var builder = FileHandler.builder(root);
      assertThrows(IllegalArgumentException.class, () -> builder.cacheControl("a//b", "no-cache"));
      assertThrows(IllegalArgumentException.class, () -> builder.cacheControl("/**", "a\r\nb: c"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aSlashIsAddedInFrontOfTheQuery() {
    var answer = get("/dir?x=%20&y=?/");
    assertEquals(301, answer.status());
    assertEquals("/dir/?x=%20&y=?/", field(answer, "location"));
    assertEquals("/dir/?", field(get("/dir?"), "location"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "a b.txt     > /a%20b.txt",
        "100%.txt    > /100%25.txt",
        "a+b.txt     > /a+b.txt",
        "a#b?c.txt   > /a%23b%3Fc.txt",
        "c:d.txt     > /c:d.txt",
        "c:d.txt     > /c%3Ad.txt",
        "%2e%2e.txt  > /%252e%252e.txt",
        "~'()!*;.txt > /~'()!*;.txt",
        "日本語.txt     > /%E6%97%A5%E6%9C%AC%E8%AA%9E.txt",
        "עברית.txt   > /%D7%A2%D7%91%D7%A8%D7%99%D7%AA.txt",
        "...         > /...",
        ".hidden     > /.hidden",
      })
  void aNameMayHoldWhatAFileSystemTakes(String name, String path) throws IOException {
    write(name, name);
    String octets =
        new String(Cuts.octets(get(path).body()), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(name, octets);
  }
}
