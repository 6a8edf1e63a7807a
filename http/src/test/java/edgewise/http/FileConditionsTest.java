package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Conditions on files: what a client has already is not sent again. */
class FileConditionsTest extends ServedFiles {
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
}
