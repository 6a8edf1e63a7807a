package edgewise.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses the request line, RFC 9112 section 3. What it says depends on the octets alone, never on
 * how they were cut: a line that is there as a whole and looks as nearly all do is taken in one
 * step; any other octet by octet.
 *
 * <pre>
 *  START --CR--> EMPTY --LF--> START           (a bounded number of empty lines, section 2.2)
 *    `--tchar--> METHOD --SP--> TARGET --SP--> VERSION --CR--> END --LF--> done
 * </pre>
 *
 * <p>All offsets it notes are relative to the message's first octet, because the message may stand
 * in another buffer, or elsewhere in it, when its next octets come.
 */
final class RequestLine {
  /** Enough for the one that old browsers add after a POST, and for a careless script. */
  private static final int MAX_EMPTY_LINES = 4;

  /** The longest registered method, UPDATEREDIRECTREF, has 17 letters. */
  private static final int MAX_METHOD = 32;

  private static final String VERSION_FORM = "HTTP/d.d";

  /** The same with a 1 for the first digit, and a 0 for the second, as {@link Swar} loads it. */
  private static final long VERSION_1_0 = 0x302E_312F_5054_5448L;

  /** What the second digit counts. */
  private static final long MINOR_VERSION = 1L << 56;

  /** "GET ", likewise. */
  private static final int GET = 0x2054_4547;

  private static final int START = 0;
  private static final int EMPTY = 1;
  private static final int METHOD = 2;
  private static final int TARGET = 3;
  private static final int VERSION = 4;
  private static final int END = 5;
  private static final int DONE = 6;

  private final int maxBytes;
  final Target target = new Target();
  private int state;
  private int emptyLines;
  private int versionIndex;

  int methodStart;
  int methodEnd;
  int minorVersion;
  private int majorVersion;

  /** The next octet to look at; when it is done, the first of the header. */
  int next;

  RequestLine(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void reset() {
    state = START;
    emptyLines = 0;
    versionIndex = 0;
    methodStart = 0;
    next = 0;
  }

  boolean isDone() {
    return state == DONE;
  }

  /** Whether anything but empty lines has come. */
  boolean hasBegun() {
    return state > EMPTY;
  }

  /** Looks at what has come; then either it is done, or it is refused, or it needs more. */
  @Nullable Refusal parse(ByteBuffer in, int base) {
    int limit = in.limit();
    int i = base + next;
    if (state == START && isWhole(in, base, i, limit)) {
      return target.read(in, base, base + methodStart, base + methodEnd);
    }
    while (i < limit && state != DONE) {
      // Room up to the longest line; its first octet too many refuses it.
      int end = state <= EMPTY ? limit : Math.min(limit, base + methodStart + maxBytes);
      if (i >= end) {
        return Refusal.REQUEST_LINE_LENGTH;
      }
      i = skip(in, i, end);
      if (i < end) {
        Refusal refusal = step(in, base, i++);
        if (refusal != null) {
          return refusal;
        }
      }
    }
    next = i - base;
    return null;
  }

  /** Takes the line that begins here if it is whole and good, but for what a target means. */
  private boolean isWhole(ByteBuffer in, int base, int from, int limit) {
    int end = (int) Math.min(limit, (long) from + maxBytes);
    int afterMethod = afterMethod(in, from, end);
    int length = afterMethod - from;
    if (length == 0 || length > MAX_METHOD || !isBlankAt(in, afterMethod, end)) {
      return false;
    }
    int afterTarget = Swar.firstNotInTarget(in, afterMethod + 1, end);
    if (end - afterTarget < " HTTP/1.1\r\n".length() || !isBlankAt(in, afterTarget, end)) {
      return false;
    }
    long minor = Swar.load(in, afterTarget + 1) - VERSION_1_0;
    int lineEnd = afterTarget + 1 + Long.BYTES;
    if ((minor != 0 && minor != MINOR_VERSION)
        || in.get(lineEnd) != Octets.CR
        || in.get(lineEnd + 1) != Octets.LF) {
      return false;
    }
    methodStart = from - base;
    methodEnd = afterMethod - base;
    target.start = methodEnd + 1;
    target.end = afterTarget - base;
    majorVersion = 1;
    minorVersion = minor == 0 ? 0 : 1;
    next = lineEnd + 2 - base;
    state = DONE;
    return true;
  }

  /** GET is guessed: nothing then waits for where the method ends. */
  private static int afterMethod(ByteBuffer in, int from, int end) {
    return end - from >= Long.BYTES && (int) Swar.load(in, from) == GET
        ? from + 3
        : Swar.firstNotInWord(in, from, end);
  }

  private static boolean isBlankAt(ByteBuffer in, int at, int end) {
    return at < end && in.get(at) == ' ';
  }

  /** Skips what the states with many octets take. */
  private int skip(ByteBuffer in, int from, int end) {
    int i = from;
    if (state == METHOD) {
      while (i < end && Octets.isToken(in.get(i))) {
        i++;
      }
    } else if (state == TARGET) {
      while (i < end && Octets.isTarget(in.get(i))) {
        i++;
      }
    }
    return i;
  }

  private @Nullable Refusal step(ByteBuffer in, int base, int i) {
    byte b = in.get(i);
    return switch (state) {
      case START -> start(b, i - base);
      case EMPTY -> emptyLine(b);
      case METHOD -> endOfMethod(b, i - base);
      case TARGET -> endOfTarget(b, in, base, i - base);
      case VERSION -> version(b);
      default -> endOfLine(b);
    };
  }

  private @Nullable Refusal start(byte b, int at) {
    if (b == Octets.CR) {
      state = EMPTY;
      return ++emptyLines > MAX_EMPTY_LINES ? Refusal.EMPTY_LINES : null;
    }
    if (!Octets.isToken(b)) {
      return b == Octets.LF ? Refusal.BARE_LF : Refusal.METHOD;
    }
    methodStart = at;
    state = METHOD;
    return null;
  }

  private @Nullable Refusal emptyLine(byte b) {
    state = START;
    return b == Octets.LF ? null : Refusal.BARE_CR;
  }

  private @Nullable Refusal endOfMethod(byte b, int at) {
    if (b != ' ') {
      return Refusal.METHOD;
    }
    methodEnd = at;
    target.start = at + 1;
    state = TARGET;
    return methodEnd - methodStart > MAX_METHOD ? Refusal.METHOD_LENGTH : null;
  }

  private @Nullable Refusal endOfTarget(byte b, ByteBuffer in, int base, int at) {
    if (b != ' ') {
      return b == Octets.CR || b == Octets.LF ? Refusal.REQUEST_LINE : Refusal.TARGET;
    }
    state = VERSION;
    target.end = at;
    return target.read(in, base, base + methodStart, base + methodEnd);
  }

  private @Nullable Refusal version(byte b) {
    if (versionIndex == VERSION_FORM.length()) {
      state = END;
      return b == Octets.CR ? null : b == Octets.LF ? Refusal.BARE_LF : Refusal.REQUEST_LINE;
    }
    char form = VERSION_FORM.charAt(versionIndex++);
    if (form != 'd') {
      return b == form ? null : Refusal.REQUEST_LINE;
    }
    majorVersion = minorVersion; // the digit before this one, once there are two
    minorVersion = b - '0';
    return Octets.isDigit(b) ? null : Refusal.REQUEST_LINE;
  }

  private @Nullable Refusal endOfLine(byte b) {
    if (b != Octets.LF) {
      return Refusal.BARE_CR;
    }
    state = DONE;
    return majorVersion == 1 ? null : Refusal.VERSION;
  }
}
