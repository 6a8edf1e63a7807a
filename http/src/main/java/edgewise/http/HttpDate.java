package edgewise.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Year;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates of RFC 9110 section 5.6.7: the one form that may be sent, and the three that may come. */
final class HttpDate {
  /** What {@link #parse} returns for what is no date. */
  static final long INVALID = Long.MIN_VALUE;

  /** The longest that is one: {@code Wednesday, 09-Nov-94 08:49:37 GMT}. */
  private static final int LONGEST = 33;

  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private static final String TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";
  private static final String MONTH = "(?<month>[A-Z][a-z][a-z])";
  private static final String SHORT_NAME = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";

  /** The day of the week is not compared with the date: the date says it all. */
  private static final Pattern[] FORMS = {
    Pattern.compile(SHORT_NAME + ", (?<day>\\d\\d) " + MONTH + " (?<year>\\d{4}) " + TIME + " GMT"),
    Pattern.compile(
        "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-"
            + MONTH
            + "-(?<year>\\d\\d) "
            + TIME
            + " GMT"),
    Pattern.compile(SHORT_NAME + " " + MONTH + " (?<day>[ \\d]\\d) " + TIME + " (?<year>\\d{4})"),
  };

  private HttpDate() {}

  static String format(long epochSecond) {
    return IMF_FIXDATE.format(Instant.ofEpochSecond(epochSecond));
  }

  /** Seconds since 1970, or {@link #INVALID}. */
  static long parse(String date) {
    return parse(date, Year.now(ZoneOffset.UTC).getValue());
  }

  /** The same in a given year, on which years of two digits depend. */
  static long parse(String date, int thisYear) {
    if (date.length() > LONGEST) {
      return INVALID;
    }
    for (Pattern form : FORMS) {
      Matcher matcher = form.matcher(date);
      if (matcher.matches()) {
        return epochSecond(matcher, thisYear);
      }
    }
    return INVALID;
  }

  private static long epochSecond(Matcher parts, int thisYear) {
    int month = MONTHS.indexOf(parts.group("month"));
    int hour = number(parts, "hour");
    int minute = number(parts, "minute");
    int second = number(parts, "second");
    // A leap second is a second 60, and counts as the first of the next minute.
    if (month < 0 || month % 3 != 0 || hour > 23 || minute > 59 || second > 60) {
      return INVALID;
    }
    try {
      LocalDate day = LocalDate.of(year(parts, thisYear), month / 3 + 1, number(parts, "day"));
      return day.toEpochDay() * 86_400 + hour * 3600L + minute * 60L + second;
    } catch (DateTimeException e) {
      return INVALID; // such as the 30th of February
    }
  }

  /** Two digits that seem to be more than 50 years ahead mean the last such year that has been. */
  private static int year(Matcher parts, int thisYear) {
    int year = number(parts, "year");
    if (parts.group("year").length() == 4) {
      return year;
    }
    int ofThisCentury = thisYear - thisYear % 100 + year;
    return ofThisCentury > thisYear + 50 ? ofThisCentury - 100 : ofThisCentury;
  }

  private static int number(Matcher parts, String name) {
    return Integer.parseInt(parts.group(name).strip());
  }
}
