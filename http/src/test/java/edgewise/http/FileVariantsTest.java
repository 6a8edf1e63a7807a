package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are there in several codings. */
class FileVariantsTest extends ServedFiles {
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
}
