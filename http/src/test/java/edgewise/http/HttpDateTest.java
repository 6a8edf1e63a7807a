package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three forms of a date of RFC 9110 section 5.6.7. */
class HttpDateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      value = {
        "Sun, 06 Nov 1994 08:49:37 GMT    = 784111777",
        "Sunday, 06-Nov-94 08:49:37 GMT   = 784111777",
        "Sun Nov  6 08:49:37 1994         = 784111777",
        "Sun Nov 16 08:49:37 1994         = 784975777",
        "Sat, 06 Nov 1994 08:49:37 GMT    = 784111777",
        "Thu, 01 Jan 1970 00:00:00 GMT    = 0",
        "Wed, 31 Dec 1969 23:59:59 GMT    = -1",
        "Thu, 29 Feb 2024 00:00:00 GMT    = 1709164800",
        "Sat, 31 Dec 2016 23:59:60 GMT    = 1483228800",
        "Fri, 31 Dec 9999 23:59:59 GMT    = 253402300799",
        "Sat, 01 Jan 0000 00:00:00 GMT    = -62167219200",
      })
  void allFormsAreRead(String date, long epochSecond) {
    assertEquals(epochSecond, HttpDate.parse(date, 2026));
  }

  @ParameterizedTest
  @CsvSource({"94, 1994", "76, 2076", "77, 1977", "00, 2000", "26, 2026", "99, 1999"})
  void aYearOfTwoDigitsIsNeverMoreThanFiftyYearsAhead(String year, String meant) {
    long expected = HttpDate.parse("Mon, 01 Mar " + meant + " 00:00:00 GMT");
    assertEquals(expected, HttpDate.parse("Monday, 01-Mar-" + year + " 00:00:00 GMT", 2026));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "0",
        "784111777",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 anF 1994 08:49:37 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sun, 30 Feb 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
      })
  void whatIsNoDateIsInvalid(String text) {
    assertEquals(HttpDate.INVALID, HttpDate.parse(text));
  }

  @Test
  void whatIsSentIsReadAndIsWhatTheJdkWouldSend() {
    var formatter =
        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    for (long second = -62_000_000_000L; second < 250_000_000_000L; second += 86_399_999_999L / 7) {
      String date = HttpDate.format(second);
      assertEquals(formatter.format(Instant.ofEpochSecond(second)), date);
      assertEquals(second, HttpDate.parse(date));
    }
  }
}
