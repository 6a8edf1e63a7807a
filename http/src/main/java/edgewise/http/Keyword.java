package edgewise.http;

import java.nio.ByteBuffer;

/**
 * An ASCII text to be recognised whatever its case, made of letters and hyphens: eight octets are
 * compared at a time. Folding sets bit 5, which changes letters A to Z as it should, and otherwise
 * takes for a hyphen only a CR: what is compared has no control characters in it, as neither names
 * nor values of fields do.
 */
final class Keyword {
  private static final long CASE_BITS = 0x2020_2020_2020_2020L;

  private final int length;
  private final long[] words;

  Keyword(String text) {
    length = text.length();
    words = new long[(length + Long.BYTES - 1) / Long.BYTES];
    for (int i = length - 1; i >= 0; i--) {
      words[i / Long.BYTES] = words[i / Long.BYTES] << Byte.SIZE | text.charAt(i);
    }
    for (int i = 0; i < words.length; i++) {
      words[i] |= CASE_BITS;
    }
  }

  /** Whether the octets, none of which is a control character, are this text. */
  boolean equals(ByteBuffer in, int start, int end) {
    if (end - start != length) {
      return false;
    }
    int i = start;
    for (long word : words) {
      if ((Swar.load(in, i, end) | CASE_BITS) != word) {
        return false;
      }
      i += Long.BYTES;
    }
    return true;
  }
}
