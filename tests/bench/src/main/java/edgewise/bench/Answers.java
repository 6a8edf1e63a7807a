package edgewise.bench;

import java.nio.charset.StandardCharsets;

/** What every HTTP server here sends. */
final class Answers {
  static final byte[] PLAINTEXT = "Hello, World!".getBytes(StandardCharsets.US_ASCII);

  /** 1,024 octets of JSON, ready made: serialisation is not what is compared. */
  static final byte[] JSON = json();

  private Answers() {}

  private static byte[] json() {
    var text = new StringBuilder("{\"message\":\"");
    while (text.length() < 1022) {
      text.append((char) ('a' + text.length() % 26));
    }
    return text.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
  }
}
