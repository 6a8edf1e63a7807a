package edgewise.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The request target, RFC 9112 section 3.2, in one of its four forms, as offsets from the message's
 * first octet. An empty path means {@code /}, or {@code *} if {@link #asterisk}.
 */
final class Target {
  private static final int NONE = -1;

  int start;
  int end;
  int pathStart;
  int pathEnd;

  /**
   * The octet after the question mark, or -1 if there is none; a query ends where the target does.
   */
  int queryStart;

  /** The authority of the absolute form and the authority form, which outranks the Host field. */
  int authorityStart;

  int authorityEnd;

  /** About the server as a whole: {@code OPTIONS *}. */
  boolean asterisk;

  boolean hasAuthority() {
    return authorityStart != NONE;
  }

  /** Finds the parts between start and end; method is where the method stands in the buffer. */
  @Nullable Refusal read(ByteBuffer in, int base, int methodStart, int methodEnd) {
    pathStart = start;
    pathEnd = end;
    queryStart = NONE;
    authorityStart = NONE;
    asterisk = false;
    if (start == end) {
      return Refusal.REQUEST_LINE;
    }
    boolean options = Octets.equal(in, methodStart, methodEnd, "OPTIONS");
    if (Octets.equal(in, methodStart, methodEnd, "CONNECT")) {
      return authorityForm(in, base);
    }
    byte first = in.get(base + start);
    if (first == '/') {
      return pathAndQuery(in, base);
    }
    if (first == '*' && end - start == 1) {
      asterisk = true;
      pathEnd = pathStart;
      return options ? null : Refusal.TARGET;
    }
    Refusal refusal = absoluteForm(in, base);
    asterisk = options && pathStart == pathEnd && queryStart == NONE; // section 3.2.4
    return refusal;
  }

  private @Nullable Refusal authorityForm(ByteBuffer in, int base) {
    authorityStart = start;
    authorityEnd = end;
    pathEnd = pathStart;
    boolean valid = Authority.isValid(in, base + start, base + end, true);
    return valid ? null : Refusal.TARGET;
  }

  private @Nullable Refusal absoluteForm(ByteBuffer in, int base) {
    int from = afterScheme(in, base);
    if (from == NONE) {
      return Refusal.TARGET;
    }
    int i = from;
    while (i < end && in.get(base + i) != '/' && in.get(base + i) != '?') {
      i++;
    }
    authorityStart = from;
    authorityEnd = i;
    pathStart = i;
    // RFC 9110 section 4.2.1: an http URI with an empty host is invalid; 4.2.4: so is user info.
    if (i == from || !Authority.isValid(in, base + from, base + i, false)) {
      return Refusal.TARGET;
    }
    return pathAndQuery(in, base);
  }

  private int afterScheme(ByteBuffer in, int base) {
    if (startsWith(in, base, "http://")) {
      return start + 7;
    }
    return startsWith(in, base, "https://") ? start + 8 : NONE;
  }

  private boolean startsWith(ByteBuffer in, int base, String text) {
    int from = base + start;
    return end - start > text.length()
        && Octets.equalIgnoringCase(in, from, from + text.length(), text);
  }

  /** The path up to a question mark; its percent signs must each have two digits, RFC 3986 2.1. */
  private @Nullable Refusal pathAndQuery(ByteBuffer in, int base) {
    int last = base + end;
    int i = Swar.firstInPath(in, base + pathStart, last);
    while (i < last && in.get(i) == '%') {
      if (last - i < 3 || Octets.hex(in.get(i + 1)) < 0 || Octets.hex(in.get(i + 2)) < 0) {
        return Refusal.TARGET;
      }
      i = Swar.firstInPath(in, i + 3, last);
    }
    if (i < last) {
      pathEnd = i - base;
      queryStart = pathEnd + 1;
      return null;
    }
    pathEnd = end;
    return null;
  }
}
