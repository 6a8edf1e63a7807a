package edgewise.http;

import java.nio.ByteBuffer;

/** The form {@code host [ ":" port ]} of a Host field or a target, RFC 9110 section 7.2. */
final class Authority {
  private Authority() {}

  /** Whether the octets have that form; an empty host is left to the caller. */
  static boolean isValid(ByteBuffer in, int start, int end, boolean portRequired) {
    int i = start;
    if (i < end && in.get(i) == '[') {
      i = afterAddress(in, i + 1, end);
      if (i < 0) {
        return false;
      }
    } else {
      while (i < end && Octets.isHost(in.get(i))) {
        i++;
      }
    }
    if (i == end) {
      return !portRequired;
    }
    boolean empty = i == start || (portRequired && i + 1 == end);
    return in.get(i) == ':' && !empty && isPort(in, i + 1, end);
  }

  /** The octet after an IPv6 address and its bracket, or -1. */
  private static int afterAddress(ByteBuffer in, int start, int end) {
    int i = start;
    while (i < end && (Octets.hex(in.get(i)) >= 0 || in.get(i) == ':' || in.get(i) == '.')) {
      i++;
    }
    return i > start && i < end && in.get(i) == ']' ? i + 1 : -1;
  }

  /** An empty port is legal, RFC 3986 section 3.2.3. */
  private static boolean isPort(ByteBuffer in, int start, int end) {
    int port = 0;
    for (int i = start; i < end; i++) {
      byte b = in.get(i);
      if (!Octets.isDigit(b)) {
        return false;
      }
      port = port * 10 + (b - '0');
      if (port > 65_535) {
        return false;
      }
    }
    return true;
  }
}
