package edgewise.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Parses a block of field lines up to the empty line that ends it, RFC 9112 section 5: the header
 * of a message, and the trailers of a chunked body. Octet by octet, so that cuts make no
 * difference.
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

  // Eight octets at a time: one below 0x20 or equal to 0x7F shows as a high bit.
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

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

  private int skip(ByteBuffer in, int from, int end) {
    int i = from;
    if (state == NAME) {
      while (i < end && Octets.isToken(in.get(i))) {
        i++;
      }
    } else if (state == BEFORE_VALUE) {
      while (i < end && Octets.isBlank(in.get(i))) {
        i++;
      }
    } else if (state == VALUE) {
      while (end - i >= Long.BYTES && isPlain(in.getLong(i))) {
        i += Long.BYTES;
      }
      while (i < end && Octets.isFieldText(in.get(i))) {
        i++;
      }
    }
    return i;
  }

  /** Whether none of the eight octets is a control character; a tab counts as one here. */
  private static boolean isPlain(long eight) {
    long below0x20 = (eight - 0x20 * ONES) & ~eight;
    long delete = eight ^ (0x7F * ONES);
    long isDelete = (delete - ONES) & ~delete;
    return ((below0x20 | isDelete) & HIGH_BITS) == 0;
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
    int end = at;
    while (end > valueStart && Octets.isBlank(in.get(base + end - 1))) {
      end--;
    }
    valueEnd = end;
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
