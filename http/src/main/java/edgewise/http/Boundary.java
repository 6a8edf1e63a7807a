package edgewise.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The boundary that a Content-Type names, RFC 2046 section 5.1.1. */
final class Boundary {
  private static final int MAX_CHARS = 70;

  private Boundary() {}

  /**
   * The line break, the two dashes and the boundary that end each part.
   *
   * @throws StatusException 415 if it is another type, 400 if there is no valid boundary
   */
  static byte[] delimiter(@Nullable String contentType) {
    if (contentType == null) {
      throw new StatusException(
          415, "the Content-Type is missing; multipart/form-data is expected");
    }
    ParameterizedValue type = ParameterizedValue.parse(contentType);
    if (type == null) {
      throw new StatusException(400, "the Content-Type is malformed; quote its boundary");
    }
    if (!type.value().equals("multipart/form-data")) {
      throw new StatusException(
          415, "the Content-Type is " + Shown.of(type.value()) + ", not multipart/form-data");
    }
    String boundary = type.parameters().get("boundary");
    if (boundary == null || !isValid(boundary)) {
      throw new StatusException(
          400, "the boundary must have 1 to 70 letters, digits, or '()+_,-./:=? and inner spaces");
    }
    return ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean isValid(String boundary) {
    boolean valid =
        boundary
            .chars()
            .allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || isPunctuation(c)));
    return valid
        && !boundary.isEmpty()
        && !boundary.endsWith(" ")
        && boundary.length() <= MAX_CHARS;
  }

  private static boolean isPunctuation(int c) {
    return "'()+_,-./:=? ".indexOf(c) >= 0;
  }
}
