package edgewise.http.cgi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A response as it came.
 *
 * @param whole false if its body was cut off
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Answer(int status, List<String> fields, byte[] body, boolean whole) {
  static Answer parse(byte[] came) {
    String text = new String(came, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new AssertionError("no response: '" + text + "'");
    }
    List<String> head = text.substring(0, end).lines().toList();
    List<String> fields = head.subList(1, head.size());
    int status = Integer.parseInt(head.getFirst().split(" ", 3)[1]);
    byte[] rest = Arrays.copyOfRange(came, end + 4, came.length);
    var plain = new Answer(status, fields, rest, true);
    if (plain.field("Transfer-Encoding") != null) {
      return plain.dechunked();
    }
    String length = plain.field("Content-Length");
    boolean whole = length == null || Integer.parseInt(length) == rest.length;
    return new Answer(status, fields, rest, whole);
  }

  private Answer dechunked() {
    var content = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int lineEnd = at;
      while (lineEnd < body.length && body[lineEnd] != '\r') {
        lineEnd++;
      }
      if (lineEnd + 2 > body.length) {
        return new Answer(status, fields, content.toByteArray(), false);
      }
      String digits = new String(body, at, lineEnd - at, StandardCharsets.ISO_8859_1);
      int size = Integer.parseInt(digits, 16);
      int from = lineEnd + 2;
      if (size == 0 || from + size > body.length) {
        return new Answer(status, fields, content.toByteArray(), size == 0);
      }
      content.write(body, from, size);
      at = from + size + 2;
    }
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Nullable String field(String name) {
    String start = name.toLowerCase(java.util.Locale.ROOT) + ": ";
    return fields.stream()
        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()))
        .findFirst()
        .orElse(null);
  }

  @Override
  public String toString() {
    return status + " " + fields + "\n" + text() + (whole ? "" : "(cut off)");
  }
}
