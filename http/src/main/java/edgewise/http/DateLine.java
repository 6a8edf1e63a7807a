package edgewise.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The end of every response head: the Date field, what is said about the connection, and the empty
 * line. A loop has one, and takes it anew when the second has changed, not for every response.
 */
final class DateLine {
  /** What all loops write in the same second, so that they share what is encoded with it. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Lines(long second, byte[] persistent, byte[] persistent10, byte[] closing) {
    static Lines of(long second) {
      String date = "Date: " + HttpDate.format(second) + "\r\n";
      return new Lines(
          second,
          octets(date + "\r\n"),
          octets(date + "Connection: keep-alive\r\n\r\n"),
          octets(date + "Connection: close\r\n\r\n"));
    }
  }

  private static @Nullable Lines latest;

  private Lines lines = Lines.of(0);

  /** Notes the time; garbage arises once a second. */
  void refresh(long epochMillis) {
    long now = Math.floorDiv(epochMillis, 1000L);
    if (now != lines.second) {
      lines = lines(now);
    }
  }

  /** One loop makes them and the others, which come in the same microseconds, wait for it. */
  private static synchronized Lines lines(long second) {
    Lines seen = latest;
    if (seen == null || seen.second != second) {
      seen = Lines.of(second);
      latest = seen;
    }
    return seen;
  }

  /** The octets to send after the prepared part of a head; the same array for a second. */
  byte[] octets(Persistence persistence) {
    return switch (persistence) {
      case KEPT -> lines.persistent;
      case KEPT_AND_SAID -> lines.persistent10;
      case CLOSED -> lines.closing;
    };
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
