package edgewise.http.cgi;

import edgewise.http.StatusException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request as decoded segments. What another program might read as more or fewer
 * segments is refused: RFC 3875 section 4.1.5 lets a server do so, and a program that makes a file
 * name of PATH_INFO is safer.
 */
final class RequestPath {
  private RequestPath() {}

  /**
   * The segments after each slash, percent-decoded once.
   *
   * @param path begins with a slash
   * @throws StatusException 400 for what is not UTF-8 or has control characters, 404 for dot
   *     segments and encoded slashes
   */
  static List<String> segments(String path) {
    var segments = new ArrayList<String>();
    for (String raw : path.substring(1).split("/", -1)) {
      String segment = decode(raw);
      if (segment.equals(".") || segment.equals("..") || segment.indexOf('/') >= 0) {
        throw new StatusException(404, "no program has that path");
      }
      segments.add(segment);
    }
    return segments;
  }

  /** The path that segments make: empty for none, else with a slash before each. */
  static String join(List<String> segments) {
    return segments.isEmpty() ? "" : "/" + String.join("/", segments);
  }

  private static String decode(String raw) {
    var octets = new ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      int octet = raw.charAt(i);
      if (octet == '%') {
        octet = i + 2 < raw.length() ? hex(raw, i + 1) << 4 | hex(raw, i + 2) : -1;
        i += 2;
      }
      if (octet < 0x20 || octet == 0x7F || octet > 0xFF) {
        throw malformed();
      }
      octets.write(octet);
    }
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder(); // strict: reports what is malformed
      return decoder.decode(ByteBuffer.wrap(octets.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      throw malformed();
    }
  }

  private static int hex(String raw, int at) {
    int digit = Character.digit(raw.charAt(at), 16);
    if (digit < 0 || raw.charAt(at) > 0x7F) {
      throw malformed();
    }
    return digit;
  }

  private static StatusException malformed() {
    return new StatusException(400, "the path is not UTF-8, or has control characters");
  }
}
