package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Segments against a map of the JDK: what is in is found however it is written, and no other. */
class SegmentsTest {
  private static final int SETS = 60;
  private static final List<String> TWINS = twins();

  /** Pairs with one hash: those of their beginnings differ in the last bits, as their ends do. */
  private static List<String> twins() {
    var byFirstBits = new HashMap<Integer, String>();
    var twins = new ArrayList<String>();
    for (int i = 0; i < 40_000; i++) {
      String text = "t" + i;
      int hash = hash(text);
      String other = byFirstBits.putIfAbsent(hash >>> 5, text);
      if (other != null) {
        twins.add(text + '@');
        twins.add(other + (char) ('@' ^ hash ^ hash(other)));
      }
    }
    return twins;
  }

  private static int hash(String text) {
    return PercentDecoder.hash(octets(text));
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A segment of any kind that programs have, and of some that they should not have. */
  private static String any(Random random, List<String> others) {
    String other = others.isEmpty() ? "" : others.get(random.nextInt(others.size()));
    return switch (random.nextInt(8)) {
      case 0 ->
          other.substring(
              0, other.offsetByCodePoints(0, other.codePointCount(0, other.length()) / 2));
      case 1 -> other + "abc%+\0\u00e9".charAt(random.nextInt(7));
      case 2 -> "\0" + other; // whose hash is the same, since that begins with zero
      case 3 -> TWINS.get(random.nextInt(TWINS.size()));
      case 4 ->
          random
              .ints(random.nextInt(9), 'a', 'd')
              .mapToObj(Character::toString)
              .reduce("", String::concat);
      case 5 -> "users" + random.nextInt(5000);
      default -> {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
          int codePoint = random.nextInt(1 << random.nextInt(5, 21));
          boolean surrogate = codePoint >>> 11 == 0xD800 >>> 11;
          text.appendCodePoint(surrogate ? '%' : codePoint);
        }
        yield text.toString();
      }
    };
  }

  private static int anyCount(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(8);
      case 1 -> random.nextInt(200);
      default -> random.nextInt(5001);
    };
  }

  @Test
  void whatWasAddedIsFoundInAnySpellingAndNothingElseIs() {
    for (int seed = 1; seed <= SETS; seed++) {
      var random = new Random(seed);
      var model = new LinkedHashMap<String, Integer>();
      var segments = new Segments<Integer>();
      var texts = new ArrayList<String>();
      for (int i = anyCount(random); i > 0; i--) {
        String text = any(random, texts);
        int number = i;
        texts.add(text);
        assertEquals(
            model.computeIfAbsent(text, ignored -> number),
            segments.addIfAbsent(text, () -> number),
            text);
      }
      for (String text : texts) {
        assertFoundInEverySpelling(segments, text, model.get(text), random);
      }
      for (int i = 0; i < 1000; i++) {
        String text = any(random, texts);
        assertFoundInEverySpelling(segments, text, model.get(text), random);
      }
      assertNothingElse(segments, model, texts, random);
    }
  }

  /** One octet more, one less, another one: rarely what was added, as the model knows. */
  private static void assertNothingElse(
      Segments<Integer> segments, Map<String, Integer> model, List<String> texts, Random random) {
    for (String text : texts) {
      byte[] octets = octets(text);
      byte[] longer = Arrays.copyOf(octets, octets.length + 1);
      assertFound(segments, longer, model, random);
      if (octets.length > 0) {
        assertFound(segments, Arrays.copyOf(octets, octets.length - 1), model, random);
        octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
        assertFound(segments, octets, model, random);
      }
    }
  }

  private static void assertFound(
      Segments<Integer> segments, byte[] octets, Map<String, Integer> model, Random random) {
    String text = new String(octets, StandardCharsets.UTF_8);
    Integer expected = Arrays.equals(octets, octets(text)) ? model.get(text) : null;
    assertEquals(expected, find(segments, spelt(octets, random, 2)), text);
  }

  private static void assertFoundInEverySpelling(
      Segments<Integer> segments, String text, @Nullable Integer expected, Random random) {
    byte[] octets = octets(text);
    for (int encoded = 0; encoded <= 4; encoded++) { // of four octets: none to all
      byte[] spelt = spelt(octets, random, encoded);
      assertEquals(
          expected,
          find(segments, spelt),
          () -> text + " as " + new String(spelt, StandardCharsets.ISO_8859_1));
    }
  }

  private static @Nullable Integer find(Segments<Integer> segments, byte[] octets) {
    ByteBuffer in = Cuts.direct(octets, 0, octets.length, octets.length % 9);
    return segments.find(in, in.position(), in.limit());
  }

  /** So many of four octets percent-encoded; a percent sign always, as it must be. */
  private static byte[] spelt(byte[] octets, Random random, int encoded) {
    var spelt = new ByteArrayOutputStream();
    for (byte octet : octets) {
      if (octet == '%' || random.nextInt(4) < encoded) {
        spelt.write('%');
        spelt.write(digit(octet >>> 4, random));
        spelt.write(digit(octet, random));
      } else {
        spelt.write(octet);
      }
    }
    return spelt.toByteArray();
  }

  private static char digit(int value, Random random) {
    return (random.nextBoolean() ? "0123456789abcdef" : "0123456789ABCDEF").charAt(value & 15);
  }

  @Test
  void aSegmentOfThreeOctetsIsFoundInEachOfItsSpellings() {
    for (int others : new int[] {0, 3, 4, 100}) {
      var segments = new Segments<Integer>();
      for (int i = 0; i < others; i++) {
        segments.addIfAbsent("other" + i, () -> -1);
      }
      segments.addIfAbsent("J\u00df", () -> 7);
      for (String first : List.of("J", "%4a", "%4A")) {
        for (String second : List.of("\u00c3", "%c3", "%C3")) {
          for (String third : List.of("\u009f", "%9f", "%9F")) {
            byte[] spelt = Cuts.octets(first + second + third);
            assertEquals(7, find(segments, spelt), first + second + third);
            assertNull(find(segments, Arrays.copyOf(spelt, spelt.length - 1)));
          }
        }
      }
    }
  }

  @Test
  void allWithOneHashAreFound() {
    var segments = new Segments<Integer>();
    for (int i = 0; i < 300; i++) {
      int number = i;
      assertEquals(hash("x"), hash("\0".repeat(i) + "x"));
      segments.addIfAbsent("\0".repeat(i) + "x", () -> number);
    }
    for (int i = 0; i < 300; i++) {
      assertEquals(i, find(segments, Cuts.octets("%00".repeat(i) + "x")));
    }
    assertNull(find(segments, Cuts.octets("%00".repeat(300) + "x")));
    assertTrue(TWINS.size() >= 4, "no twins");
    for (int i = 0; i < TWINS.size(); i += 2) {
      assertEquals(hash(TWINS.get(i)), hash(TWINS.get(i + 1)));
    }
  }

  @Test
  void whatIsEqualHasOneHash() {
    var random = new Random(1);
    int equal = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] octets = new byte[random.nextInt(8)];
      for (int at = 0; at < octets.length; at++) {
        octets[at] =
            random.nextInt(3) == 0
                ? (byte) random.nextInt()
                : (byte) "%%a0Fg".charAt(random.nextInt(6));
      }
      byte[] text = random.nextInt(8) == 0 ? octets : decoded(octets);
      ByteBuffer in = Cuts.direct(octets, 0, octets.length, i % 5);
      if (PercentDecoder.equal(in, in.position(), in.limit(), text)) {
        equal++;
        assertEquals(PercentDecoder.hash(text), PercentDecoder.hash(in, in.position(), in.limit()));
      }
    }
    assertTrue(equal > 150_000, equal + " were equal");
  }

  /** As the decoder sees them, also what no parser lets through: a bad digit counts as -1. */
  private static byte[] decoded(byte[] octets) {
    var decoded = new ByteArrayOutputStream();
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] == '%' && i + 2 < octets.length) {
        decoded.write(Character.digit(octets[i + 1], 16) << 4 | Character.digit(octets[i + 2], 16));
        i += 2;
      } else {
        decoded.write(octets[i]);
      }
    }
    return decoded.toByteArray();
  }
}
