package edgewise.http;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes one line of the combined log format into an array that it uses again and again. Nothing
 * from a client ends a line or a quoted field: quotes, backslashes, control characters and what is
 * not ASCII become {@code \xHH}. One thread at a time.
 */
final class AccessLine {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy", Locale.ROOT);
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private static final int FIELDS = 4;
  private static final int ESCAPE_BYTES = 4;
  private static final String CUT = "...";

  /** More than all that is not from a client: the time has 28 octets, a number 20 at most. */
  private static final int FIXED_BYTES = 128;

  private static final int SECONDS_PER_DAY = 86_400;

  private final int maxFieldBytes;
  private final byte[] octets;
  private int length;
  private int fieldEnd;
  private boolean cut;
  private byte[] date = {};
  private long dateDay = Long.MIN_VALUE;

  AccessLine(int maxFieldBytes) {
    this.maxFieldBytes = maxFieldBytes;
    octets = new byte[maxBytes(maxFieldBytes)];
  }

  /** How long a line may be. */
  static int maxBytes(int maxFieldBytes) {
    return FIELDS * (maxFieldBytes + CUT.length()) + FIXED_BYTES;
  }

  int length() {
    return length;
  }

  void copyTo(byte[] target, int at) {
    System.arraycopy(octets, 0, target, at, length);
  }

  /** The address, two names that nobody knows (ident and user), and the time. */
  void begin(String remote, long epochSecond) {
    length = 0;
    beginField();
    if (remote.isEmpty()) {
      put('-');
    }
    for (int i = 0; i < remote.length(); i++) {
      escaped(remote.charAt(i), '!'); // this field has no quotes, so a blank would end it
    }
    text(" - - [");
    time(epochSecond);
    text("] \"");
    beginField();
  }

  /** The request as it came, or nothing of it if there is none to be trusted. */
  void request(String method, String target, String version) {
    escaped(method);
    escaped(" ");
    escaped(target);
    escaped(" ");
    escaped(version);
  }

  void noRequest() {
    put('-');
  }

  /** The response, and two fields of the request. */
  void end(int status, long bodyBytes, @Nullable String referer, @Nullable String userAgent) {
    text("\" ");
    number(status);
    put(' ');
    if (bodyBytes == 0) {
      put('-'); // as the format has it
    } else {
      number(bodyBytes);
    }
    quoted(referer);
    quoted(userAgent);
    put('\n');
  }

  private void quoted(@Nullable String text) {
    text(" \"");
    beginField();
    escaped(text == null ? "-" : text);
    put('"');
  }

  private void beginField() {
    fieldEnd = length + maxFieldBytes;
    cut = false;
  }

  private void escaped(String text) {
    for (int i = 0; i < text.length() && !cut; i++) {
      escaped(text.charAt(i), ' ');
    }
  }

  private void escaped(char c, char least) {
    boolean plain = c >= least && c < 0x7F && c != '"' && c != '\\';
    if (cut) {
      return;
    }
    if (length + (plain ? 1 : ESCAPE_BYTES) > fieldEnd) {
      cut = true;
      text(CUT);
    } else if (plain) {
      put(c);
    } else {
      int octet = c > 0xFF ? '?' : c; // fields are Latin-1, so others do not come
      text("\\x");
      octets[length++] = HEX[octet >> 4];
      octets[length++] = HEX[octet & 0xF];
    }
  }

  /**
   * The date is made anew once a day, the rest is arithmetic. In UTC: an hour is never repeated.
   */
  private void time(long epochSecond) {
    long day = Math.floorDiv(epochSecond, SECONDS_PER_DAY);
    if (day != dateDay) {
      date = DATE.format(LocalDate.ofEpochDay(day)).getBytes(StandardCharsets.US_ASCII);
      dateDay = day;
    }
    int second = (int) Math.floorMod(epochSecond, (long) SECONDS_PER_DAY);
    System.arraycopy(date, 0, octets, length, date.length);
    length += date.length;
    twoDigits(second / 3600);
    twoDigits(second / 60 % 60);
    twoDigits(second % 60);
    text(" +0000");
  }

  private void twoDigits(int value) {
    put(':');
    put((char) ('0' + value / 10));
    put((char) ('0' + value % 10));
  }

  private void number(long value) {
    int from = length;
    long left = Math.max(0, value);
    do {
      put((char) ('0' + left % 10));
      left /= 10;
    } while (left > 0);
    for (int i = from, j = length - 1; i < j; i++, j--) {
      byte swapped = octets[i];
      octets[i] = octets[j];
      octets[j] = swapped;
    }
  }

  private void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(char c) {
    octets[length++] = (byte) c;
  }

  @Override
  public String toString() {
    return new String(octets, 0, length, StandardCharsets.US_ASCII);
  }
}
