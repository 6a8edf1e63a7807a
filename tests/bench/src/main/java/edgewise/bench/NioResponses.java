package edgewise.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;

/** Whole responses as octets, made once a second for their Date. */
final class NioResponses {
  static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private long second;
  private String date = "";
  private byte[] plaintext = {};
  private byte[] json = {};

  byte[] plaintext() {
    refresh();
    return plaintext;
  }

  byte[] json() {
    refresh();
    return json;
  }

  /** A short text. */
  byte[] text(String status, String text) {
    refresh();
    return whole(status, "text/plain", text.getBytes(StandardCharsets.US_ASCII));
  }

  /** What comes before the octets of a file. */
  byte[] fileHead(Path file, long length) throws IOException {
    refresh();
    Instant modified = Files.getLastModifiedTime(file).toInstant();
    String more = "Last-Modified: " + Answers.date(modified) + "\r\n";
    return head("200 OK", "application/octet-stream", length, more);
  }

  private void refresh() {
    long now = System.currentTimeMillis() / 1000;
    if (now != second) {
      second = now;
      date = Answers.date(Instant.ofEpochSecond(now));
      plaintext = whole("200 OK", "text/plain", Answers.PLAINTEXT);
      json = whole("200 OK", "application/json", Answers.JSON);
    }
  }

  private byte[] whole(String status, String type, byte[] body) {
    byte[] head = head(status, type, body.length, "");
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }

  private byte[] head(String status, String type, long length, String more) {
    return "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%sDate: %s\r\n\r\n"
        .formatted(status, type, length, more, date)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
