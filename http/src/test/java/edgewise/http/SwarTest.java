package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** What looks at eight octets at a time sees what one sees who looks at each. */
class SwarTest {
  private interface Search {
    int first(ByteBuffer in, int from, int end);
  }

  private static boolean isControl(int octet) {
    return octet < 0x20 || octet == 0x7F;
  }

  private static boolean isLetterOrHyphen(int octet) {
    return octet == '-' || ((octet | 0x20) >= 'a' && (octet | 0x20) <= 'z');
  }

  @Test
  void theFirstControlCharacter() {
    agree(Swar::firstControl, SwarTest::isControl);
  }

  @Test
  void theFirstThatIsNoLetterAndNoHyphen() {
    agree(Swar::firstNotInWord, octet -> !isLetterOrHyphen(octet));
  }

  @Test
  void theFirstThatCannotStandInATarget() {
    agree(Swar::firstNotInTarget, octet -> !Octets.isTarget((byte) octet));
  }

  @Test
  void theFirstQuestionMarkOrPercentSign() {
    agree(Swar::firstInPath, octet -> octet == '?' || octet == '%');
  }

  private static void agree(Search search, IntPredicate found) {
    everyOctetAtEveryPlace(search, found);
    everyPairOfOctets(search, found);
    anyOctets(search, found);
  }

  private static void everyOctetAtEveryPlace(Search search, IntPredicate found) {
    for (int filling : new int[] {'a', '-', 'Z', 0x80, 0xFF, '%', 0}) {
      for (int length = 0; length <= 35; length++) {
        for (int at = 0; at < length; at++) {
          for (int octet = 0; octet < 256; octet++) {
            byte[] octets = new byte[length];
            Arrays.fill(octets, (byte) filling);
            octets[at] = (byte) octet;
            agree(search, found, octets, 0);
          }
        }
      }
    }
  }

  /** A borrow or a carry goes from an octet to the next. */
  private static void everyPairOfOctets(Search search, IntPredicate found) {
    for (int pair = 0; pair < 1 << 16; pair++) {
      byte[] octets = {'a', 'b', (byte) (pair >> 8), (byte) pair, 'c', 'd', 'e', 'f', 'g'};
      agree(search, found, octets, 1);
    }
  }

  private static void anyOctets(Search search, IntPredicate found) {
    var random = new Random(5);
    for (int i = 0; i < 200_000; i++) {
      byte[] octets = new byte[random.nextInt(40)];
      int kinds = 1 + random.nextInt(256);
      for (int at = 0; at < octets.length; at++) {
        octets[at] = (byte) (0x21 + random.nextInt(kinds));
      }
      agree(search, found, octets, random.nextInt(20));
    }
  }

  private static void agree(Search search, IntPredicate found, byte[] octets, int margin) {
    ByteBuffer in = Cuts.direct(octets, 0, octets.length, margin).order(ByteOrder.BIG_ENDIAN);
    int expected = 0;
    while (expected < octets.length && !found.test(octets[expected] & 0xFF)) {
      expected++;
    }
    int first = search.first(in, margin, margin + octets.length);
    assertEquals(expected, first - margin, () -> Arrays.toString(octets));
  }

  @Test
  void keywordsAreRecognisedWhateverTheirCase() {
    for (String text : new String[] {"Host", "close", "Connection", "Transfer-Encoding"}) {
      var keyword = new Keyword(text);
      for (int margin : new int[] {0, 3, 9}) {
        recognises(keyword, text, margin);
      }
    }
  }

  private static void recognises(Keyword keyword, String text, int margin) {
    assertTrue(isEqual(keyword, text.toUpperCase(Locale.ROOT), margin));
    assertTrue(isEqual(keyword, text.toLowerCase(Locale.ROOT), margin));
    assertFalse(isEqual(keyword, text + "s", margin));
    assertFalse(isEqual(keyword, text.substring(1), margin));
    for (int at = 0; at < text.length(); at++) {
      for (char c = 0x20; c < 256; c++) {
        String other = text.substring(0, at) + c + text.substring(at + 1);
        boolean same = c < 0x80 && text.equalsIgnoreCase(other);
        assertEquals(same, isEqual(keyword, other, margin), other);
      }
    }
  }

  private static boolean isEqual(Keyword keyword, String text, int margin) {
    byte[] octets = Cuts.octets(text);
    ByteBuffer in = Cuts.direct(octets, 0, octets.length, margin);
    return keyword.equals(in, margin, margin + octets.length);
  }
}
