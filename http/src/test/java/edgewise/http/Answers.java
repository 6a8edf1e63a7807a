package edgewise.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The responses in what a client received, taken apart by the framing rules of RFC 9112 section
 * 6.3.
 *
 * @param rest what follows the last response
 */
record Answers(List<Answer> all, String rest) {
  /** One response; names are in lower case, a body that was cut short is not complete. */
  record Answer(int status, Map<String, String> fields, String body, boolean complete) {
    boolean isFinal() {
      return status >= 200 || status == 101;
    }
  }

  /** Reads them; {@code headFirst} says that the first final one answers a HEAD request. */
  static Answers read(String received, boolean headFirst) {
    var all = new ArrayList<Answer>();
    boolean head = headFirst;
    int at = 0;
    while (received.startsWith("HTTP/1.1 ", at)) {
      int end = received.indexOf("\r\n\r\n", at);
      if (end < 0) {
        return new Answers(all, received.substring(at));
      }
      String[] lines = received.substring(at, end).split("\r\n", -1);
      int status = Integer.parseInt(lines[0].substring(9, 12));
      var fields = new HashMap<String, String>();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        fields.merge(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip(),
            (a, b) -> a + ", " + b);
      }
      at = end + 4;
      boolean none = status < 200 || status == 204 || status == 304 || head;
      if (!none && "chunked".equals(fields.get("transfer-encoding"))) {
        at = readChunks(received, at, status, fields, all);
      } else {
        // Without a length the body is what comes up to the end of the connection.
        int rest = received.length() - at;
        String told = fields.get("content-length");
        int length = none ? 0 : told == null ? rest : Integer.parseInt(told);
        int bodyEnd = Math.min(received.length(), at + length);
        String body = received.substring(at, bodyEnd);
        all.add(new Answer(status, fields, body, body.length() == length));
        at = bodyEnd;
      }
      head &= status < 200;
    }
    return new Answers(all, received.substring(at));
  }

  /** Takes chunks apart; trailers are added to the fields. Returns what follows. */
  private static int readChunks(
      String received, int start, int status, Map<String, String> fields, List<Answer> all) {
    var body = new StringBuilder();
    int at = start;
    while (true) {
      int line = received.indexOf("\r\n", at);
      int size = line < 0 ? -1 : Integer.parseInt(received.substring(at, line), 16);
      int end = line + 2 + size + 2;
      if (size < 0 || (size > 0 && end > received.length())) {
        all.add(new Answer(status, fields, body.toString(), false));
        return received.length();
      }
      if (size == 0) {
        var whole = new Answer(status, fields, body.toString(), true);
        return readTrailers(received, line + 2, whole, all);
      }
      body.append(received, line + 2, end - 2);
      if (!received.startsWith("\r\n", end - 2)) {
        throw new AssertionError("a chunk does not end with CRLF: " + received);
      }
      at = end;
    }
  }

  private static int readTrailers(String received, int start, Answer whole, List<Answer> all) {
    int at = start;
    while (true) {
      int end = received.indexOf("\r\n", at);
      if (end < 0) {
        all.add(new Answer(whole.status, whole.fields, whole.body, false));
        return received.length();
      }
      if (end == at) {
        all.add(whole);
        return at + 2;
      }
      int colon = received.indexOf(':', at);
      whole.fields.put(
          received.substring(at, colon).toLowerCase(Locale.ROOT),
          received.substring(colon + 1, end).strip());
      at = end + 2;
    }
  }

  List<Answer> finals() {
    return all.stream().filter(Answer::isFinal).toList();
  }

  List<Integer> statuses() {
    return finals().stream().map(Answer::status).toList();
  }

  Answer only() {
    if (all.size() != 1 || !rest.isEmpty()) {
      throw new AssertionError("not one response but " + this);
    }
    return all.getFirst();
  }
}
