package edgewise.http.jdk;

import com.sun.net.httpserver.Headers;
import edgewise.http.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The status and fields that a handler has set, as a response of Edgewise without its body. */
final class ResponseHead {
  /** What Edgewise writes by itself: of these it takes no handler's word, but for {@code close}. */
  private static final Set<String> FRAMING =
      Set.of("content-length", "transfer-encoding", "connection", "keep-alive", "date");

  private ResponseHead() {}

  /**
   * The head to send.
   *
   * @throws IllegalArgumentException if the status is no final one, or a field cannot be sent
   */
  static Response of(int status, Headers fields) {
    Response head = Response.status(status);
    for (Map.Entry<String, List<String>> field : fields.entrySet()) {
      if (!FRAMING.contains(field.getKey().toLowerCase(Locale.ROOT))) {
        for (String value : field.getValue()) {
          head = head.header(field.getKey(), unfolded(value));
        }
      }
    }
    return saysClose(fields.get("Connection")) ? head.closing() : head;
  }

  /** On one line: the JDK lets a value be folded, RFC 9112 section 5.2 does not any more. */
  private static String unfolded(String value) {
    return value.replaceAll("\r\n[ \t]+", " ").strip();
  }

  private static boolean saysClose(@Nullable List<String> connection) {
    return connection != null
        && connection.stream()
            .flatMap(value -> List.of(value.split(",", -1)).stream())
            .anyMatch(option -> option.strip().equalsIgnoreCase("close"));
  }

  /** The length that a handler has set in the header itself; -1 if it has not, or it is none. */
  static long contentLength(Headers fields) {
    String value = fields.getFirst("Content-Length");
    return value != null && value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
  }
}
