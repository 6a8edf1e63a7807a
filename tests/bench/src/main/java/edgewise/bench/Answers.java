package edgewise.bench;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What every HTTP server here sends. */
final class Answers {
  static final byte[] PLAINTEXT = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

  /** 1,024 octets of JSON, ready made: serialisation is not what is compared. */
  static final byte[] JSON = json();

  /** What the path of a file begins with. */
  static final String FILES = "/files/";

  /** IMF-fixdate, RFC 9110 section 5.6.7. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private Answers() {}

  /** The value of a Date or Last-Modified field. */
  static String date(Instant when) {
    return DATE.format(when);
  }

  /** The regular file below a directory that a path names, for servers without a file handler. */
  static @Nullable Path file(Path directory, String path) {
    Path found = directory.resolve(path.substring(FILES.length())).normalize();
    return found.startsWith(directory) && Files.isRegularFile(found) ? found : null;
  }

  private static byte[] json() {
    var text = new StringBuilder("{\"message\":\"");
    while (text.length() < 1022) {
      text.append((char) ('a' + text.length() % 26));
    }
    return text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
  }
}
