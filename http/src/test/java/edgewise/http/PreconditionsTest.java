package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.OpenFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 13, for a file with the tag "x" of the 6th of November 1994, 08:49:37. */
class PreconditionsTest {
  private static final Validators CURRENT = new Validators("\"x\"", 784111777);

  /** Fields written {@code Name: value | Name: value}, with T-1, T and T+1 for dates around it. */
  private static Preconditions of(String fields, Validators current) {
    String dated =
        fields
            .replace("T-1", HttpDate.format(784111776))
            .replace("T+1", HttpDate.format(784111778))
            .replaceAll("\\bT\\b", HttpDate.format(784111777));
    List<String> lines = List.of(dated.split("\\|", -1));
    return new Preconditions(
        name ->
            lines.stream()
                .filter(line -> lower(line).strip().startsWith(lower(name) + ":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .toList(),
        current);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "''                                                   > PERFORM",
        // If-Match: 13.1.1
        "If-Match: \"x\"                                      > PERFORM",
        "If-Match: *                                          > PERFORM",
        "If-Match: \"a\", \"x\"                               > PERFORM",
        "If-Match: ,,\"a\" ,\t\"x\",                          > PERFORM",
        "If-Match: \"a\" | If-Match: \"x\"                    > PERFORM",
        "If-Match: \"a,\"x                                    > FAILED",
        "If-Match: \"a\"                                      > FAILED",
        "If-Match: \"X\"                                      > FAILED",
        "If-Match: W/\"x\"                                    > FAILED",
        "If-Match: W/\"x\", \"x\"                             > PERFORM",
        "If-Match: x                                          > FAILED",
        "If-Match: \"x                                        > FAILED",
        "If-Match: \"a\", *                                   > FAILED",
        "If-Match: ''                                         > FAILED",
        // If-Unmodified-Since: 13.1.4, only without If-Match
        "If-Unmodified-Since: T                               > PERFORM",
        "If-Unmodified-Since: T+1                             > PERFORM",
        "If-Unmodified-Since: T-1                             > FAILED",
        "If-Unmodified-Since: never                           > PERFORM",
        "If-Unmodified-Since: T-1 | If-Unmodified-Since: T-1  > PERFORM",
        "If-Match: \"x\" | If-Unmodified-Since: T-1           > PERFORM",
        // If-None-Match: 13.1.2
        "If-None-Match: \"x\"                                 > NOT_MODIFIED",
        "If-None-Match: W/\"x\"                               > NOT_MODIFIED",
        "If-None-Match: *                                     > NOT_MODIFIED",
        "If-None-Match: \"a,b\", W/\"c\", \"x\"               > NOT_MODIFIED",
        "If-None-Match: \"a\" | If-None-Match: \"x\"          > NOT_MODIFIED",
        "If-None-Match: \"a\"                                 > PERFORM",
        "If-None-Match: w/\"x\"                               > PERFORM",
        "If-None-Match: \"x\"\"                               > NOT_MODIFIED",
        "If-None-Match: \",x,\"                               > PERFORM",
        "If-None-Match: x                                     > PERFORM",
        "If-None-Match: **                                    > PERFORM",
        // If-Modified-Since: 13.1.3, only without If-None-Match
        "If-Modified-Since: T                                 > NOT_MODIFIED",
        "If-Modified-Since: T+1                               > NOT_MODIFIED",
        "If-Modified-Since: T-1                               > PERFORM",
        "If-Modified-Since: yesterday                         > PERFORM",
        "If-Modified-Since: T | If-Modified-Since: T          > PERFORM",
        "If-None-Match: \"a\" | If-Modified-Since: T          > PERFORM",
        "If-None-Match: \"x\" | If-Modified-Since: T-1        > NOT_MODIFIED",
        // 13.2.2: what fails comes before what is not modified
        "If-None-Match: \"x\" | If-Match: \"a\"               > FAILED",
        "If-None-Match: \"x\" | If-Match: \"x\"               > NOT_MODIFIED",
        "If-Modified-Since: T | If-Unmodified-Since: T-1      > FAILED",
        "If-Modified-Since: T | If-Unmodified-Since: T        > NOT_MODIFIED",
      })
  void conditionsAreEvaluatedInTheOrderOfTheRfc(String fields, Preconditions.Outcome outcome) {
    String unquoted = fields.replace("''", "");
    assertEquals(outcome, of(unquoted, CURRENT).evaluate());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "Range: bytes=0-1           > true",
        "If-Range: \"x\"            > true",
        "If-Range: T                > true",
        "If-Range: T+1              > false",
        "If-Range: T-1              > false",
        "If-Range: W/\"x\"          > false",
        "If-Range: \"a\"            > false",
        "If-Range: \"a\", \"x\"     > false",
        "If-Range: *                > false",
        "If-Range: x                > false",
        "If-Range: \"x\" | If-Range: \"x\" > false",
      })
  void aRangeCountsOnlyIfIfRangeIsStronglyTheSame(String fields, boolean counts) {
    assertEquals(counts, of(fields, CURRENT).allowRange());
  }

  @ParameterizedTest
  @ValueSource(strings = {"If-Modified-Since: T", "If-Unmodified-Since: T-1"})
  void withoutATimeConditionsOfTimeAreIgnored(String field) {
    var timeless = new Validators("\"x\"", HttpDate.INVALID);
    assertEquals(Preconditions.Outcome.PERFORM, of(field, timeless).evaluate());
    assertFalse(of("If-Range: T", timeless).allowRange());
    assertFalse(of("If-Range: garbage", timeless).allowRange(), "nothing is not the same as none");
  }

  private static final class Facts extends OpenFile {
    Facts(long size, long modifiedNanos, long fileKey) {
      super(false, size, modifiedNanos, fileKey);
    }

    @Override
    protected int readFile(ByteBuffer into, long position) {
      return -1;
    }

    @Override
    protected void closeDescriptor() {}
  }

  private static String tag(long size, long modified, long key) {
    return Validators.of(new Facts(size, modified, key), null, 1000).entityTag();
  }

  @Test
  void theTagChangesWithSizeTimeFileAndCoding() {
    String tag = tag(16, 255, 4096);
    assertEquals("\"10-ff-1000\"", tag, "strong, in quotes");
    for (String other : List.of(tag(17, 255, 4096), tag(16, 256, 4096), tag(16, 255, 4097))) {
      assertNotEquals(tag, other);
    }
    assertEquals(
        "\"10-ff-1000-gzip\"", Validators.of(new Facts(16, 255, 4096), "gzip", 0).entityTag());
    assertTrue(tag(0, -1, -1).matches("\"[!-~]+\""), "also before 1970");
  }

  @Test
  void aTimeToComeIsNotTold() {
    long second = 1_000_000_000;
    var now = Validators.of(new Facts(1, 5 * second + 999_999_999, 1), null, 5);
    assertEquals(5, now.lastModified());
    assertFalse(Validators.of(new Facts(1, 6 * second, 1), null, 5).hasLastModified());
    assertEquals(-1, Validators.of(new Facts(1, -1, 1), null, 5).lastModified());
  }
}
