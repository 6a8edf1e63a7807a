package edgewise.http;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates of RFC 9110 section 5.6.7: the one form that may be sent, and the three that may come. */
final class HttpDate {
  /** What {@link #parse} returns for what is no date. */
  static final long INVALID = Long.MIN_VALUE;

  /** The longest that is one: {@code Wednesday, 09-Nov-94 08:49:37 GMT}. */
  private static final int LONGEST = 33;

  private static final String DAYS = "MonTueWedThuFriSatSun";
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

  /**
   * {@code Sun, 06 Nov 1994 08:49:37 GMT}, for the years 0 to 9999. By hand, since many a file that
   * is sent has one of its own, and a formatter takes longer than the rest of its head.
   */
  static String format(long epochSecond) {
    var time = LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC);
    int day = 3 * (time.getDayOfWeek().getValue() - 1);
    int month = 3 * (time.getMonthValue() - 1);
    var text = new StringBuilder(29).append(DAYS, day, day + 3).append(", ");
    appendTwoDigits(text, time.getDayOfMonth()).append(' ').append(MONTHS, month, month + 3);
    appendTwoDigits(text.append(' '), time.getYear() / 100);
    appendTwoDigits(text, time.getYear() % 100);
    appendTwoDigits(text.append(' '), time.getHour());
    appendTwoDigits(text.append(':'), time.getMinute());
    return appendTwoDigits(text.append(':'), time.getSecond()).append(" GMT").toString();
  }

  static StringBuilder appendTwoDigits(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
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
