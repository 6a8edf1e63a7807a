package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Lines of the access log. */
class AccessLineTest {
  /** 1994-11-06 08:49:37 UTC. */
  private static final long SECOND = 784111777;

  static final Pattern COMBINED =
      Pattern.compile(
          "\\S+ - - \\[(\\S+ \\+0000)] \"[^\"\\\\]*(\\\\x[0-9A-F]{2}[^\"\\\\]*)*\" \\d{3} (-|\\d+)"
              + "( \"[^\"\\\\]*(\\\\x[0-9A-F]{2}[^\"\\\\]*)*\"){2}");

  private static String line(String target, String referer, String userAgent) {
    var line = new AccessLine(64);
    line.begin("192.0.2.7", SECOND);
    line.request("GET", target, "HTTP/1.1");
    line.end(200, 512, referer, userAgent);
    String text = line.toString();
    assertEquals(text.length() - 1, text.indexOf('\n'), "it is one line");
    assertTrue(COMBINED.matcher(text.strip()).matches(), text);
    return text;
  }

  @Test
  void aLineHasTheCombinedFormat() {
    assertEquals(
        "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 512 \"http://r/\""
            + " \"curl/8\"\n",
        line("/a?b", "http://r/", "curl/8"));
  }

  @Test
  void whatIsMissingIsADash() {
    var line = new AccessLine(64);
    line.begin("", SECOND);
    line.noRequest();
    line.end(400, 0, null, null);
    assertEquals("- - - [06/Nov/1994:08:49:37 +0000] \"-\" 400 - \"-\" \"-\"\n", line.toString());
  }

  @Test
  void timesAreRightOnAnyDay() {
    var pattern = DateTimeFormatter.ofPattern("'['dd/MMM/yyyy:HH:mm:ss xx']'", Locale.ROOT);
    var line = new AccessLine(64);
    for (long second = 0; second < 5_000_000_000L; second += 9_999_991) {
      line.begin("a", second);
      String expected = pattern.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
      assertEquals("a - - " + expected + " \"", line.toString());
    }
  }

  @Test
  void numbersAreWrittenInFull() {
    var line = new AccessLine(64);
    for (long bytes : new long[] {1, 9, 10, 4096, Long.MAX_VALUE}) {
      line.begin("a", SECOND);
      line.end(599, bytes, null, null);
      assertTrue(line.toString().endsWith("\" 599 " + bytes + " \"-\" \"-\"\n"));
    }
  }

  @Test
  void nobodyForgesALine() {
    String forged = "x\" 200 1 \"-\" \"-\"\n10.0.0.1 - - [";
    assertEquals(
        "\"x\\x22 200 1 \\x22-\\x22 \\x22-\\x22\\x0A10.0.0.1 - - [\"",
        line("/", forged, "b").split("512 ", -1)[1].split(" \"b\"", -1)[0]);
    for (char c = 0; c <= 0x100; c++) {
      line("/" + c + c, "" + c, c + "x\\" + c + "\\\\");
    }
    assertTrue(
        line("/", "\u001b[31m", "\u0085\u00fc\\").contains("\"\\x1B[31m\" \"\\x85\\xFC\\x5C\""));
  }

  @Test
  void anAddressIsOneWord() {
    var line = new AccessLine(64);
    line.begin("unix:/a b\"\n", SECOND);
    assertTrue(line.toString().startsWith("unix:/a\\x20b\\x22\\x0A - - ["));
  }

  @Test
  void longFieldsAreCutAndSaySo() {
    String line = line("/" + "x".repeat(1000), "\n".repeat(1000), "y".repeat(64));
    assertTrue(line.contains("\"GET /" + "x".repeat(59) + "...\""), line);
    assertTrue(line.contains("\"" + "\\x0A".repeat(16) + "...\""), line);
    assertTrue(line.contains("\"" + "y".repeat(64) + "\""), line);
    assertTrue(line("/", "x".repeat(62) + "\n", "y").contains("x...\""), "no escape is cut");
  }

  @Test
  void theLongestLineFits() {
    String longest = "\0".repeat(100_000);
    var line = new AccessLine(65_536);
    line.begin(longest, Long.MAX_VALUE / 1000);
    line.request(longest, longest, longest);
    line.end(Integer.MAX_VALUE, Long.MAX_VALUE, longest, longest);
    assertTrue(line.length() <= AccessLine.maxBytes(65_536));
  }
}
