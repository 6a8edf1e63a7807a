package edgewise.http;

import java.nio.charset.StandardCharsets;

/** Encodes interim responses: a head and nothing else, RFC 9110 section 15.2. */
final class Interim {
  static final byte[] CONTINUE = head(100);

  private Interim() {}

  static byte[] head(int status, Response.Field... fields) {
    var text = new StringBuilder(64);
    text.append("HTTP/1.1 ").append(status).append(' ').append(Status.reason(status));
    for (Response.Field field : fields) {
      text.append("\r\n").append(field.name()).append(": ").append(field.value());
    }
    return text.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
