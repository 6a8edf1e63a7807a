package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Percent-decoding, once and never again, RFC 3986 section 2.4. */
final class PercentDecoder {
  private PercentDecoder() {}

  /** The octets from start to end decoded and read as UTF-8; null if they are not. */
  static @Nullable String decode(ByteBuffer in, int start, int end) {
    return decode(in, start, end, (byte) '+');
  }

  /** The same where a plus sign stands for a space: in forms, and nowhere else in a URL. */
  static @Nullable String decodeForm(ByteBuffer in, int start, int end) {
    return decode(in, start, end, (byte) ' ');
  }

  private static @Nullable String decode(ByteBuffer in, int start, int end, byte plus) {
    byte[] octets = new byte[end - start];
    int length = 0;
    int all = 0;
    for (int i = start; i < end; i++) {
      byte b = in.get(i);
      if (b == '%') {
        if (i + 2 >= end) {
          return null;
        }
        int high = Octets.hex(in.get(i + 1));
        int low = Octets.hex(in.get(i + 2));
        if (high < 0 || low < 0) {
          return null;
        }
        b = (byte) (high << 4 | low);
        i += 2;
      } else if (b == '+') {
        b = plus;
      }
      octets[length++] = b;
      all |= b;
    }
    return all >= 0
        ? new String(octets, 0, length, StandardCharsets.US_ASCII)
        : utf8(ByteBuffer.wrap(octets, 0, length));
  }

  /**
   * The octets read as UTF-8, or null. Strict: neither overlong forms nor half a character become
   * something else.
   */
  static @Nullable String utf8(ByteBuffer octets) {
    try {
      CharBuffer chars =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(octets);
      return chars.toString();
    } catch (CharacterCodingException e) {
      return null; // the answer that the caller asked for
    }
  }

  /** A number that is the same for octets that decode to the same text; makes no garbage. */
  static int hash(ByteBuffer in, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      int b = in.get(i);
      if (b == '%' && i + 2 < end) {
        b = (byte) (Octets.hex(in.get(i + 1)) << 4 | Octets.hex(in.get(i + 2)));
        i += 2;
      }
      hash = mixed(hash, b);
    }
    return hash;
  }

  /** The same number of what is decoded already. */
  static int hash(byte[] text) {
    int hash = 0;
    for (byte b : text) {
      hash = mixed(hash, b);
    }
    return hash;
  }

  private static int mixed(int hash, int b) {
    int next = (hash ^ b) * 0x9E37_79B1; // an odd number, so that low bits of the sum reach all
    return next ^ next >>> 15;
  }

  /** Whether the octets, decoded, are those of the text; makes no garbage. */
  static boolean equal(ByteBuffer in, int start, int end, byte[] text) {
    int at = 0;
    for (int i = start; i < end; i++, at++) {
      int b = in.get(i);
      if (b == '%' && i + 2 < end) {
        b = (byte) (Octets.hex(in.get(i + 1)) << 4 | Octets.hex(in.get(i + 2)));
        i += 2;
      }
      if (at == text.length || b != text[at]) {
        return false;
      }
    }
    return at == text.length;
  }
}
