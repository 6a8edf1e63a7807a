package edgewise.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The head of a request, looked at no more than the suite needs: no rule of RFC 9112 is enforced.
 * One object serves a whole loop.
 */
final class NioRequest {
  enum Outcome {
    COMPLETE,
    INCOMPLETE,
    MALFORMED
  }

  /** As much as most servers accept. */
  private static final int MAX_HEAD = 32 << 10;

  private static final byte[] CONTENT_LENGTH = ascii("content-length:");
  private static final byte[] CONNECTION_CLOSE = ascii("connection: close");
  private static final byte[] EXPECT = ascii("expect: 100-continue");

  private ByteBuffer octets = ByteBuffer.allocate(0);
  private int start;
  private int pathStart;
  private int pathEnd;
  private long contentLength;
  private boolean last;
  private boolean expectsContinue;

  /** Takes one head; leaves the octets where they are if it is not complete. */
  Outcome parse(ByteBuffer in) {
    octets = in;
    start = in.position();
    contentLength = 0;
    last = false;
    expectsContinue = false;
    int line = start;
    for (int i = start; i < in.limit(); i++) {
      if (in.get(i) != '\n') {
        continue;
      }
      int end = i > line && in.get(i - 1) == '\r' ? i - 1 : i;
      if (line == start) {
        if (!requestLine(end)) {
          return Outcome.MALFORMED;
        }
      } else if (end == line) {
        in.position(i + 1);
        return Outcome.COMPLETE;
      } else {
        field(line, end);
      }
      line = i + 1;
    }
    return in.remaining() < MAX_HEAD ? Outcome.INCOMPLETE : Outcome.MALFORMED;
  }

  private boolean requestLine(int end) {
    int i = start;
    while (i < end && octets.get(i) != ' ') {
      i++;
    }
    pathStart = ++i;
    while (i < end && octets.get(i) != ' ') {
      i++;
    }
    pathEnd = i;
    return i < end;
  }

  private void field(int at, int end) {
    switch (octets.get(at) | 0x20) {
      case 'c' -> {
        if (startsWith(at, end, CONTENT_LENGTH)) {
          contentLength = number(at + CONTENT_LENGTH.length, end);
        } else {
          last |= startsWith(at, end, CONNECTION_CLOSE);
        }
      }
      case 'e' -> expectsContinue |= startsWith(at, end, EXPECT);
      default -> {}
    }
  }

  private boolean startsWith(int at, int end, byte[] lowerCase) {
    if (end - at < lowerCase.length) {
      return false;
    }
    for (int i = 0; i < lowerCase.length; i++) {
      int c = octets.get(at + i);
      if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != lowerCase[i]) {
        return false;
      }
    }
    return true;
  }

  private long number(int from, int end) {
    long value = 0;
    for (int i = from; i < end; i++) {
      if (octets.get(i) != ' ') {
        value = value * 10 + octets.get(i) - '0';
      }
    }
    return value;
  }

  boolean isGet(String path) {
    return octets.get(start) == 'G' && isPath(path);
  }

  boolean isPost(String path) {
    return octets.get(start) == 'P' && isPath(path);
  }

  private boolean isPath(String path) {
    int length = path.length();
    if (pathEnd - pathStart != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (octets.get(pathStart + i) != path.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  String path() {
    var path = new byte[pathEnd - pathStart];
    octets.get(pathStart, path);
    return new String(path, StandardCharsets.US_ASCII);
  }

  long contentLength() {
    return contentLength;
  }

  boolean isLast() {
    return last;
  }

  boolean expectsContinue() {
    return expectsContinue;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
