package edgewise.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks at eight octets at a time (SIMD within a register). A long holds eight octets, the first of
 * them in its lowest byte. A test answers with a mask: the lowest bit set is the high bit of the
 * first octet that passes; what is set above it may be wrong, since a subtraction borrows from the
 * octet above. So a mask tells whether there is one, and which is the first, and nothing else.
 */
final class Swar {
  private static final VarHandle EIGHT =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long LOW_BITS = ~HIGH_BITS;

  /** Stops a search at the eighth octet, if at none before. */
  private static final long END = 1L << 63;

  private Swar() {}

  /** The first octet from {@code from} on that is a control character, or {@code end}. */
  static int firstControl(ByteBuffer in, int from, int end) {
    int i = from;
    for (int last = end - Long.BYTES; i <= last; i += Long.BYTES) {
      long mask = controls(load(in, i));
      if (mask != 0) {
        return i + first(mask);
      }
    }
    return i < end ? Math.min(i + first(controls(load(in, i, end)) | END), end) : end;
  }

  /**
   * The first octet from {@code from} on that is neither a letter nor a hyphen, or {@code end}:
   * methods and nearly all names of fields have no others.
   */
  static int firstNotInWord(ByteBuffer in, int from, int end) {
    int i = from;
    for (int last = end - Long.BYTES; i <= last; i += Long.BYTES) {
      long mask = notInWords(load(in, i));
      if (mask != 0) {
        return i + first(mask);
      }
    }
    return i < end ? Math.min(i + first(notInWords(load(in, i, end)) | END), end) : end;
  }

  /** The first octet from {@code from} on that cannot stand in a target, or {@code end}. */
  static int firstNotInTarget(ByteBuffer in, int from, int end) {
    int i = from;
    for (int last = end - Long.BYTES; i <= last; i += Long.BYTES) {
      long mask = notInTargets(load(in, i));
      if (mask != 0) {
        return i + first(mask);
      }
    }
    return i < end ? Math.min(i + first(notInTargets(load(in, i, end)) | END), end) : end;
  }

  /** The first octet from {@code from} on that is a question mark or a percent sign. */
  static int firstInPath(ByteBuffer in, int from, int end) {
    int i = from;
    for (int last = end - Long.BYTES; i <= last; i += Long.BYTES) {
      long mask = escapesAndQueries(load(in, i));
      if (mask != 0) {
        return i + first(mask);
      }
    }
    return i < end ? Math.min(i + first(escapesAndQueries(load(in, i, end)) | END), end) : end;
  }

  /** Eight octets, whatever the byte order of the buffer. */
  static long load(ByteBuffer in, int i) {
    return (long) EIGHT.get(in, i);
  }

  /** The octets from {@code i} to {@code end}, eight at most; zeros stand for those after it. */
  static long load(ByteBuffer in, int i, int end) {
    int count = end - i;
    if (count >= Long.BYTES) {
      return load(in, i);
    }
    if (end >= Long.BYTES) {
      return load(in, end - Long.BYTES) >>> (Byte.SIZE * (Long.BYTES - count));
    }
    long octets = 0;
    for (int at = end - 1; at >= i; at--) {
      octets = octets << Byte.SIZE | (in.get(at) & 0xFF);
    }
    return octets;
  }

  /** The index, from 0 on, of the first octet of a mask. */
  private static int first(long mask) {
    return Long.numberOfTrailingZeros(mask) >>> 3;
  }

  /** Below 0x20, or 0x7F. */
  private static long controls(long eight) {
    return (below(eight, 0x20) | equal(eight, 0x7F)) & HIGH_BITS;
  }

  /** Up to 0x20, from 0x7F on, or a number sign. */
  private static long notInTargets(long eight) {
    long from0x7F = eight | (eight + ONES); // a carry comes out of such an octet only
    return (below(eight, 0x21) | from0x7F | equal(eight, '#')) & HIGH_BITS;
  }

  private static long escapesAndQueries(long eight) {
    return (equal(eight, '?') | equal(eight, '%')) & HIGH_BITS;
  }

  /** Exact in each octet, since this is about those that do not pass. */
  private static long notInWords(long eight) {
    long lower = (eight | 0x20 * ONES) & LOW_BITS;
    long letters = (lower + (0x80 - 'a') * ONES) & ~(lower + (0x7F - 'z') * ONES);
    long difference = eight ^ '-' * ONES;
    long hyphens = ~(difference | ((difference & LOW_BITS) + LOW_BITS));
    return (~(letters | hyphens) | eight) & HIGH_BITS;
  }

  /** For limits up to 0x80. */
  private static long below(long eight, int limit) {
    return (eight - limit * ONES) & ~eight;
  }

  private static long equal(long eight, int octet) {
    long difference = eight ^ octet * ONES;
    return (difference - ONES) & ~difference;
  }
}
