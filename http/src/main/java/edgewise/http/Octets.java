package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The classes of octets that the grammar of HTTP names, and comparisons without a String. */
final class Octets {
  static final byte CR = '\r';
  static final byte LF = '\n';

  // Bits of a class.
  private static final byte TOKEN = 1;
  private static final byte FIELD_TEXT = 2;
  private static final byte TARGET = 4;
  private static final byte HOST = 8;

  private static final byte[] CLASS = classes();

  private Octets() {}

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int b = 0; b < 256; b++) {
      boolean letterOrDigit = ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || (b >= '0' && b <= '9');
      if (letterOrDigit || "!#$%&'*+-.^_`|~".indexOf(b) >= 0) {
        classes[b] |= TOKEN;
      }
      if (b == '\t' || (b >= 0x20 && b != 0x7F)) {
        classes[b] |= FIELD_TEXT;
      }
      if (b > 0x20 && b < 0x7F && b != '#') {
        classes[b] |= TARGET;
      }
      if (letterOrDigit || "-._~!$&'()*+,;=%".indexOf(b) >= 0) {
        classes[b] |= HOST;
      }
    }
    return classes;
  }

  /** RFC 9110 section 5.6.2: an octet of a method or a field name. */
  static boolean isToken(byte b) {
    return (CLASS[b & 0xFF] & TOKEN) != 0;
  }

  /** RFC 9110 section 5.5: an octet of a field value, or blank space in it. */
  static boolean isFieldText(byte b) {
    return (CLASS[b & 0xFF] & FIELD_TEXT) != 0;
  }

  /**
   * An octet of a request target. RFC 3986 allows fewer, but browsers send {@code |}, {@code ^} and
   * the like as they are, and these can be read in one way only; a fragment never belongs here.
   */
  static boolean isTarget(byte b) {
    return (CLASS[b & 0xFF] & TARGET) != 0;
  }

  /** RFC 3986 section 3.2.2: an octet of a registered name. */
  static boolean isHost(byte b) {
    return (CLASS[b & 0xFF] & HOST) != 0;
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** The value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    if (isDigit(b)) {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** RFC 9110 section 5.6.3: optional whitespace is made of these. */
  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Whether the octets are those of an ASCII text. */
  static boolean equal(ByteBuffer in, int start, int end, String text) {
    if (end - start != text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (in.get(start + i) != (byte) text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether the octets are those of an ASCII text, whatever the case. Only the letters A to Z have
   * a case here: folding by Unicode would read a Kelvin sign as a k.
   */
  static boolean equalIgnoringCase(ByteBuffer in, int start, int end, String text) {
    if (end - start != text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (lower(in.get(start + i)) != lower((byte) text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
  }

  /** The octets as a String, one char each. */
  static String latin1(ByteBuffer in, int start, int end) {
    return new String(copy(in, start, end), StandardCharsets.ISO_8859_1);
  }

  static byte[] joined(byte[] first, byte[] second, byte[] third) {
    byte[] all = Arrays.copyOf(first, first.length + second.length + third.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    System.arraycopy(third, 0, all, first.length + second.length, third.length);
    return all;
  }

  static byte[] copy(ByteBuffer in, int start, int end) {
    byte[] bytes = new byte[end - start];
    in.get(start, bytes);
    return bytes;
  }
}
