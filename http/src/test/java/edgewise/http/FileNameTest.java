package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names of files a path can ask for. */
class FileNameTest {
  /** Reads a path that stands in the middle of other octets. */
  private static @Nullable String read(String path) {
    byte[] octets = ("/" + path + "?a/../b").getBytes(StandardCharsets.UTF_8);
    int end = octets.length - "?a/../b".length();
    return FileName.read(ByteBuffer.wrap(octets), 1, end);
  }

  /** The same path with every octet but the slashes escaped. */
  private static String escaped(String path) {
    var text = new StringBuilder();
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      text.append(b == '/' ? "/" : String.format(Locale.ROOT, "%%%02x", b));
    }
    return text.toString();
  }

  @Test
  void aPathMeansTheSameEscapedAndNot() {
    String letters = "ab.~-+/.\\ /\u007F\u00E9";
    var random = new Random(7);
    int possible = 0;
    for (int i = 0; i < 20_000; i++) {
      var path = new StringBuilder();
      int length = random.nextInt(10);
      for (int j = 0; j < length; j++) {
        path.append(letters.charAt(random.nextInt(letters.length())));
      }
      String name = read(path.toString());
      assertEquals(read(escaped(path.toString())), name, () -> "'" + path + "'");
      possible += name == null ? 0 : 1;
    }
    assertTrue(possible > 1_000 && possible < 19_000, () -> "both kinds are tried");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a/", "a/b.c", "a/b..", "...", ".hidden", "a/.b/c", "a+b", "~"})
  void aNameThatAFileCanHaveIsItself(String path) {
    assertEquals(path, read(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "//", "a//b", ".", "..", "a/..", "../a", "a/./b", "a/../b", "a\\b", "%2e%2e"})
  void whatHasTwoReadingsIsNoName(String path) {
    assertNull(read(path));
  }

  @Test
  void aNameIsAsLongAsTheKernelAllows() {
    String segment = "a".repeat(255);
    assertEquals(segment, read(segment));
    assertEquals("b/" + segment + "/c", read("b/" + segment + "/c"));
    assertNull(read(segment + "a"));
    assertNull(read("b/" + segment + "a/c"));
    String path = (segment + "/").repeat(16); // 4096
    assertEquals(path.substring(1), read(path.substring(1)));
    assertNull(read(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "a%0", "%zz", "%ff", "%00"})
  void whatIsNotUtf8IsABadRequest(String path) {
    assertEquals(400, assertThrows(StatusException.class, () -> read(path)).status());
  }
}
