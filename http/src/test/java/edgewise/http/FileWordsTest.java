package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of a file's head is what would be said anew. */
class FileWordsTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2015-01-01T00:00:00Z"));

  @TempDir Path directory;
  private HttpRig rig = new HttpRig(q -> Response.status(404));

  @BeforeEach
  void serve() throws IOException {
    rig.close();
    var files =
        FileHandler.builder(new JdkFileRoot(directory))
            .precompressed()
            .cacheControl("*.css", "no-cache")
            .build();
    rig = new HttpRig(new Router().any("/{path...}", files));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void write(String name, String content, FileTime modified) throws IOException {
    Files.setLastModifiedTime(Files.writeString(directory.resolve(name), content), modified);
  }

  private Answers.Answer ask(String method, String path, String more) {
    String request = method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
    return Answers.read(rig.exchange(request), method.equals("HEAD")).only();
  }

  private static Map<String, String> undated(Answers.Answer answer) {
    var fields = new java.util.HashMap<>(answer.fields());
    fields.remove("date");
    return fields;
  }

  @Test
  void theSameIsSaidEachTimeWhicheverWayItIsAskedFor() throws IOException {
    write("a.css", "one", LONG_AGO);
    write("a.css.gz", "packed", LONG_AGO);
    var plain = undated(ask("GET", "/a.css", ""));
    var packed = undated(ask("HEAD", "/a.css", "Accept-Encoding: gzip\r\n"));
    assertEquals("no-cache", plain.get("cache-control"));
    assertEquals("Accept-Encoding", plain.get("vary"));
    assertEquals("gzip", packed.get("content-encoding"));
    assertEquals("6", packed.get("content-length"));
    for (int i = 0; i < 3; i++) {
      var again = ask("GET", "/a.css", "");
      assertEquals("one", again.body());
      assertEquals(plain, undated(again));
      assertEquals(plain, undated(ask("HEAD", "/a.css", "")));
      var packedAgain = ask("GET", "/a.css", "Accept-Encoding: gzip\r\n");
      assertEquals("packed", packedAgain.body());
      assertEquals(packed, undated(packedAgain));
      var some = ask("GET", "/a.css", "Range: bytes=1-1\r\n");
      assertEquals("n", some.body());
      assertEquals("1", some.fields().get("content-length"));
      assertEquals(plain.get("etag"), some.fields().get("etag"));
    }
  }

  @Test
  void moreFilesThanAreRememberedKeepTheirOwn() throws IOException {
    int files = 1000;
    for (int i = 0; i < files; i++) {
      write(i + ".txt", "content " + i, FileTime.fromMillis(1_000_000_000L + 1000L * i));
    }
    for (int round = 0; round < 2; round++) {
      long tags =
          IntStream.range(0, files)
              .mapToObj(i -> {
                var answer = ask("GET", "/" + i + ".txt", "");
                assertEquals("content " + i, answer.body());
                long modified = HttpDate.parse(answer.fields().getOrDefault("last-modified", ""));
                assertEquals(1_000_000 + i, modified);
                return answer.fields().get("etag");
              })
              .distinct()
              .count();
      assertEquals(files, tags);
    }
  }

  @Test
  void aTimeThatWasStillToComeIsToldWhenItHasCome() throws IOException {
    write("a.txt", "one", FileTime.from(Instant.now().plusSeconds(3600)));
    try (var file = new JdkFileRoot(directory).open("a.txt")) {
      var variant = new Variant(java.util.Objects.requireNonNull(file), null);
      long modified = Math.floorDiv(variant.file().modifiedNanos(), 1_000_000_000);
      var before = new FileWords("a.txt", variant, modified - 1, null, null);
      assertNull(before.notModified().header("Last-Modified"));
      assertTrue(before.areOf("a.txt", variant, modified - 1));
      assertFalse(before.areOf("a.txt", variant, modified));
      var after = new FileWords("a.txt", variant, modified, null, null);
      assertEquals(HttpDate.format(modified), after.notModified().header("Last-Modified"));
      assertTrue(after.areOf("a.txt", variant, modified + 1));
      assertFalse(after.areOf("b.txt", variant, modified + 1));
      assertFalse(after.areOf("a.txt", new Variant(variant.file(), "gzip"), modified + 1));
    }
  }

  @Test
  void theHeadIsEncodedOnceAndOnlyForThatLength() throws IOException {
    var response = Response.bytes(new byte[3], "text/plain");
    byte[] head = response.head();
    assertSame(head, response.withBody(new Body.Bytes(new byte[3])).head());
    String other =
        new String(
            response.withBody(new Body.Bytes(new byte[4])).head(),
            java.nio.charset.StandardCharsets.ISO_8859_1);
    assertTrue(other.contains("Content-Length: 4\r\n"), other);
  }
}
