package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files over HTTP: their caching, where they are, and their names. */
class FileAnswersTest extends ServedFiles {
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
    try (var root = files.root(directory)) {
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
