package edgewise.http;

import java.nio.charset.StandardCharsets;

/**
 * The end of every response head: the Date field, what is said about the connection, and the empty
 * line. A loop has one, and writes it anew when the second has changed, not for every response.
 */
final class DateLine {
  private static final byte[] NOTHING = {};

  private byte[] persistent = NOTHING;
  private byte[] persistent10 = NOTHING;
  private byte[] closing = NOTHING;
  private long second = Long.MIN_VALUE;

  /** Notes the time; garbage arises once a second. */
  void refresh(long epochMillis) {
    long now = Math.floorDiv(epochMillis, 1000L);
    if (now != second) {
      second = now;
      String date = "Date: " + HttpDate.format(now) + "\r\n";
      persistent = octets(date + "\r\n");
      persistent10 = octets(date + "Connection: keep-alive\r\n\r\n");
      closing = octets(date + "Connection: close\r\n\r\n");
    }
  }

  /** The octets to send after the prepared part of a head. */
  byte[] octets(Persistence persistence) {
    return switch (persistence) {
      case KEPT -> persistent;
      case KEPT_AND_SAID -> persistent10;
      case CLOSED -> closing;
    };
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
