package edgewise.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses a block of field lines up to the empty line that ends it, RFC 9112 section 5: the header
 * of a message, and the trailers of a chunked body. A line that is there as a whole and good is
 * taken in one step; any other octet by octet, so that cuts make no difference.
 *
 * <pre>
 *            .-------------------------- LF ---------------------------.
 *            v                                                         |
 *  LINE --tchar--> NAME --":"--> BEFORE_VALUE --text--> VALUE --CR--> VALUE_LF
 *    `--CR--> BLOCK_LF --LF--> done
 * </pre>
 */
final class FieldParser {
  /** What {@link #next} has come upon. */
  enum Event {
    MORE_NEEDED,
    FIELD,
    END,
    REFUSED
  }

  private static final int LINE = 0;
  private static final int NAME = 1;
  private static final int BEFORE_VALUE = 2;
  private static final int VALUE = 3;
  private static final int VALUE_LF = 4;
  private static final int BLOCK_LF = 5;

  private static final int NONE = -1;

  private final int maxBytes;
  private final int maxCount;
  final FieldTable table = new FieldTable();
  private int state;
  private int start;
  private int nameStart;
  private int nameEnd;
  private int valueStart;
  private int valueEnd;
  private @Nullable Refusal refusal;

  /** The next octet to look at, from the message's first; at the end, the one after the block. */
  int next;

  FieldParser(int maxBytes, int maxCount) {
    this.maxBytes = maxBytes;
    this.maxCount = maxCount;
  }

  /** Begins a block whose first octet is {@code offset}. */
  void begin(int offset) {
    state = LINE;
    start = offset;
    next = offset;
    refusal = null;
    table.clear();
  }

  /** Why {@link Event#REFUSED}. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Goes on to the end of the next field, which then is the last in the table. */
  Event next(ByteBuffer in, int base) {
    int limit = in.limit();
    int end = (int) Math.min(limit, (long) base + start + maxBytes);
    int i = base + next;
    if (state == LINE) {
      int after = wholeLine(in, base, i, end);
      if (after != NONE) {
        next = after - base;
        return state == LINE ? Event.FIELD : Event.END;
      }
    }
    while (i < limit) {
      i = skip(in, i, end);
      if (i >= end) {
        break;
      }
      Event event = step(in, base, i++);
      if (event != Event.MORE_NEEDED) {
        next = i - base;
        return event;
      }
    }
    next = i - base;
    return i < limit ? refuse(Refusal.HEADER_LENGTH) : Event.MORE_NEEDED;
  }

  /** The offset after the line that begins here; NONE if it is not whole, or not good. */
  private int wholeLine(ByteBuffer in, int base, int from, int end) {
    // The end of the line first: where the next one begins then does not wait for the colon.
    int lineEnd = endOfText(in, from, end);
    if (!isLineEnd(in, lineEnd, end)) {
      return NONE;
    }
    if (lineEnd == from) {
      state = BLOCK_LF;
      return lineEnd + 2;
    }
    int nameEnd = endOfToken(in, from, lineEnd);
    if (nameEnd == from || in.get(nameEnd) != ':' || table.count() == maxCount) {
      return NONE;
    }
    int valueStart = skipBlank(in, nameEnd + 1, lineEnd);
    int valueEnd = trimBlank(in, valueStart, lineEnd);
    table.add(from - base, nameEnd - base, valueStart - base, valueEnd - base);
    return lineEnd + 2;
  }

  private static boolean isLineEnd(ByteBuffer in, int at, int end) {
    return end - at >= 2 && in.get(at) == Octets.CR && in.get(at + 1) == Octets.LF;
  }

  private int skip(ByteBuffer in, int from, int end) {
    return switch (state) {
      case NAME -> endOfToken(in, from, end);
      case BEFORE_VALUE -> skipBlank(in, from, end);
      case VALUE -> endOfText(in, from, end);
      default -> from;
    };
  }

  private static int endOfToken(ByteBuffer in, int from, int end) {
    int i = Swar.firstNotInWord(in, from, end);
    while (i < end && in.get(i) != ':' && Octets.isToken(in.get(i))) {
      i = Swar.firstNotInWord(in, i + 1, end);
    }
    return i;
  }

  private static int endOfText(ByteBuffer in, int from, int end) {
    int i = Swar.firstControl(in, from, end);
    while (i < end && in.get(i) == '\t') { // a control character that may stand in a value
      i = Swar.firstControl(in, i + 1, end);
    }
    return i;
  }

  private static int skipBlank(ByteBuffer in, int from, int end) {
    int i = from < end && in.get(from) == ' ' ? from + 1 : from;
    return i < end && Octets.isBlank(in.get(i)) ? skipMore(in, i + 1, end) : i;
  }

  private static int skipMore(ByteBuffer in, int from, int end) {
    int i = from;
    while (i < end && Octets.isBlank(in.get(i))) {
      i++;
    }
    return i;
  }

  private static int trimBlank(ByteBuffer in, int from, int end) {
    return from < end && Octets.isBlank(in.get(end - 1)) ? trimMore(in, from, end - 1) : end;
  }

  private static int trimMore(ByteBuffer in, int from, int end) {
    int i = end;
    while (i > from && Octets.isBlank(in.get(i - 1))) {
      i--;
    }
    return i;
  }

  private Event step(ByteBuffer in, int base, int i) {
    byte b = in.get(i);
    int at = i - base;
    return switch (state) {
      case LINE -> line(b, at);
      case NAME -> endOfName(b, at);
      case BEFORE_VALUE -> beginOfValue(in, base, b, at);
      case VALUE -> endOfValue(in, base, b, at);
      case VALUE_LF -> endOfLine(b);
      default -> b == Octets.LF ? Event.END : refuse(Refusal.BARE_CR);
    };
  }

  private Event line(byte b, int at) {
    if (b == Octets.CR) {
      state = BLOCK_LF;
      return Event.MORE_NEEDED;
    }
    if (!Octets.isToken(b)) {
      // White space here would fold the line before it (section 5.2), or hide a first field.
      return refuse(
          b == Octets.LF
              ? Refusal.BARE_LF
              : Octets.isBlank(b) ? Refusal.FIELD_FOLDED : Refusal.FIELD_NAME);
    }
    if (table.count() == maxCount) {
      return refuse(Refusal.HEADER_COUNT);
    }
    nameStart = at;
    state = NAME;
    return Event.MORE_NEEDED;
  }

  /** No white space before the colon: section 5.1 tells what proxies made of it. */
  private Event endOfName(byte b, int at) {
    if (b != ':') {
      return refuse(Refusal.FIELD_NAME);
    }
    nameEnd = at;
    state = BEFORE_VALUE;
    return Event.MORE_NEEDED;
  }

  private Event beginOfValue(ByteBuffer in, int base, byte b, int at) {
    valueStart = at;
    if (Octets.isFieldText(b)) {
      state = VALUE;
      return Event.MORE_NEEDED;
    }
    return endOfValue(in, base, b, at);
  }

  private Event endOfValue(ByteBuffer in, int base, byte b, int at) {
    if (b != Octets.CR) {
      return refuse(b == Octets.LF ? Refusal.BARE_LF : Refusal.FIELD_VALUE);
    }
    valueEnd = trimBlank(in, base + valueStart, base + at) - base;
    state = VALUE_LF;
    return Event.MORE_NEEDED;
  }

  private Event endOfLine(byte b) {
    if (b != Octets.LF) {
      return refuse(Refusal.BARE_CR);
    }
    table.add(nameStart, nameEnd, valueStart, valueEnd);
    state = LINE;
    return Event.FIELD;
  }

  private Event refuse(Refusal why) {
    refusal = why;
    return Event.REFUSED;
  }
}
