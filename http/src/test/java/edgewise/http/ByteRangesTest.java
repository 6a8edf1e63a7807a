package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 14, mostly for a file of 1000 octets. */
class ByteRangesTest {
  private static String show(ByteRanges ranges) {
    return switch (ranges) {
      case ByteRanges.Whole whole -> "whole";
      case ByteRanges.Unsatisfiable none -> "none";
      case ByteRanges.Some some ->
          some.ranges().stream()
              .map(range -> range.first() + "-" + range.last())
              .collect(Collectors.joining(" "));
    };
  }

  private static String select(String value, long length) {
    return show(ByteRanges.select(List.of(value), length));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "bytes=0-0                           > 0-0",
        "bytes=0-                            > 0-999",
        "bytes=999-                          > 999-999",
        "bytes=5-9                           > 5-9",
        "bytes=990-5000                      > 990-999",
        "bytes=0-99999999999999999999        > 0-999",
        "bytes=0-9223372036854775807         > 0-999",
        "bytes=00000000000000000000005-0006  > 5-6",
        "bytes=-1                            > 999-999",
        "bytes=-1000                         > 0-999",
        "bytes=-99999999999999999999         > 0-999",
        "BYTES=1-2                           > 1-2",
        "bytes= 1-2                          > 1-2",
        "bytes=1-2,,  ,                      > 1-2",
        // several: in their order, and those that are not there left out
        "bytes=500-501,0-1                   > 500-501 0-1",
        "bytes=0-1, 2000-3000 ,-1            > 0-1 999-999",
        // joined if they overlap, touch, or nearly do, in the place of the first
        "bytes=0-10,5-15,0-25                > 0-25",
        "bytes=0-1,2-3                       > 0-3",
        "bytes=0-1,82-90                     > 0-90",
        "bytes=0-1,83-90                     > 0-1 83-90",
        "bytes=900-,0-1,700-,500-501         > 700-999 0-1 500-501",
        "bytes=0-1,200-201,400-401,2-399     > 0-401",
        "bytes=400-401,800-801,0-1,2-399     > 0-401 800-801",
        "bytes=0-,0-,0-,0-,0-                > 0-999",
        // 416
        "bytes=1000-                         > none",
        "bytes=1000-1001,5000-               > none",
        "bytes=-0                            > none",
        "bytes=99999999999999999999-         > none",
        "bytes=9223372036854775807-          > none",
        "bytes=99999999999999999999-99999999999999999999 > none",
      })
  void whatIsAskedForIsFound(String value, String found) {
    assertEquals(found, select(value, 1000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=-",
        "bytes=5",
        "bytes=5-2",
        "bytes=0-1,5-2",
        "bytes=a-b",
        "bytes=1-2x",
        "bytes=1 -2",
        "bytes=--2",
        "bytes=1--2",
        "bytes=1-2-3",
        "bytes=+1-2",
        "bytes=0x1-2",
        "bytes=\u0661-2",
        "bytes 0-1/1000",
        "bytes:0-1",
        "lines=0-1",
        "0-1",
      })
  void whatIsNotValidOrOfAnotherUnitIsIgnored(String value) {
    assertEquals("whole", select(value, 1000));
  }

  @Test
  void severalFieldsAreNotValid() {
    assertEquals("whole", show(ByteRanges.select(List.of("bytes=0-1", "bytes=0-1"), 1000)));
    assertEquals("whole", show(ByteRanges.select(List.of(), 1000)));
  }

  @Test
  void anEmptyFileHasNoRanges() {
    assertEquals("none", select("bytes=0-", 0));
    assertEquals("none", select("bytes=0-0", 0));
    assertEquals("none", select("bytes=-0", 0));
    assertEquals("whole", select("bytes=-5", 0), "its last five octets are all that it has");
  }

  @Test
  void theLargestFileDoesNotOverflow() {
    long length = Long.MAX_VALUE - 200;
    assertEquals("0-" + (length - 1), select("bytes=0-", length));
    assertEquals((length - 1) + "-" + (length - 1), select("bytes=-1", length));
    assertEquals("0-0 " + (length - 1) + "-" + (length - 1), select("bytes=0-0,-1", length));
  }

  private static String many(int count, int step, String each) {
    return IntStream.range(0, count)
        .mapToObj(i -> each.replace("N", String.valueOf(i * step)))
        .collect(Collectors.joining(",", "bytes=", ""));
  }

  /** CVE-2011-3192: thousands of ranges of one file. */
  @Test
  void tooManyRangesAreTheWholeFile() {
    int most = ByteRanges.MAX_RANGES;
    assertEquals(most, select(many(most, 100, "N-N"), 10_000).split(" ", -1).length);
    assertEquals("whole", select(many(most + 1, 100, "N-N"), 10_000));
    assertEquals("0-9999", select(many(ByteRanges.MAX_WRITTEN, 1, "N-"), 10_000));
    assertEquals("whole", select(many(ByteRanges.MAX_WRITTEN + 1, 1, "N-"), 10_000));
    assertEquals("whole", select(many(100_000, 1, "N-"), 10_000));
    assertEquals("whole", select("bytes=" + ",".repeat(100_000) + "0-1", 10_000));
  }

  @Test
  void whateverComesIsReadWithoutAFailure() {
    var random = new Random(11);
    String letters = "bytes=0123456789-,,-- \t\"W/*;q=.gzip\u00ff";
    for (int round = 0; round < 50_000; round++) {
      var text = new StringBuilder(random.nextBoolean() ? "bytes=" : "");
      for (int i = random.nextInt(20); i > 0; i--) {
        text.append(letters.charAt(random.nextInt(letters.length())));
      }
      var values = List.of(text.toString());
      if (ByteRanges.select(values, 50) instanceof ByteRanges.Some some) {
        assertTrue(some.ranges().stream().allMatch(r -> r.first() <= r.last() && r.last() < 50));
      }
      AcceptEncoding.parse(values).choose(List.of("br", "gzip"));
      var conditions = new Preconditions(name -> values, new Validators("\"W\"", 0));
      conditions.evaluate();
      conditions.allowRange();
    }
  }

  /** Whatever is asked for: no octet twice, none missing, none that is not there. */
  @Test
  void joinedRangesHoldWhatWasAskedForOnceEach() {
    var random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      int length = 1 + random.nextInt(3000);
      var asked = new boolean[length];
      var value = new StringBuilder("bytes=");
      for (int i = random.nextInt(12); i >= 0; i--) {
        int first = random.nextInt(length);
        int last = first + random.nextInt(200);
        value.append(first).append('-').append(last).append(',');
        java.util.Arrays.fill(asked, first, Math.min(last + 1, length), true);
      }
      var some =
          assertInstanceOf(
              ByteRanges.Some.class, ByteRanges.select(List.of(value.toString()), length));
      var sent = new int[length];
      for (ByteRanges.Range range : some.ranges()) {
        assertTrue(range.first() <= range.last() && range.last() < length);
        for (long i = range.first(); i <= range.last(); i++) {
          sent[(int) i]++;
        }
      }
      for (int i = 0; i < length; i++) {
        assertTrue(sent[i] <= 1 && (!asked[i] || sent[i] == 1), value + " at " + i);
      }
    }
  }
}
