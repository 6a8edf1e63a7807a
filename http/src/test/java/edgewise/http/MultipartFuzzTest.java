package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Uploads made at random mean the same for any cut. A failure names the seed that repeats it. */
class MultipartFuzzTest extends Uploads {
  @Test
  void anyContentComesBackForAnyCut() {
    comesBack(1, 1000);
  }

  @Test
  void damagedUploadsMeanTheSameForAnyCut() {
    meansTheSame(1, 1000);
  }

  @Test
  @Tag("slow")
  void veryManyUploadsComeBackOrMeanTheSame() {
    comesBack(1_000_000, 20_000);
    meansTheSame(1_000_000, 20_000);
  }

  private void comesBack(long firstSeed, int count) {
    String[] pieces = {
      "\r", "\n", "-", "--", "--xY", "\r\n--xY", "\r\n--", "x", "xYz", "\0", "abc"
    };
    for (long seed = firstSeed; seed < firstSeed + count; seed++) {
      var random = new Random(seed);
      var body = new StringBuilder();
      var expected = new StringBuilder();
      int memory = 0;
      int files = 0;
      for (int i = random.nextInt(4); i > 0; i--) {
        var made = new StringBuilder();
        for (int j = random.nextInt(10); j > 0; j--) {
          made.append(pieces[random.nextInt(pieces.length)]);
        }
        // Behind the empty line two dashes and the boundary are at a line's beginning, too.
        String content = made.toString();
        while (("\r\n" + content).contains("\r\n--xYz")) {
          content = content.replace("--xYz", "");
        }
        boolean inFile = content.length() > 10 || memory + content.length() > 15;
        files += inFile ? 1 : 0;
        memory += inFile ? 0 : content.length();
        body.append("--xYz\r\n").append(A.replace("~", "\r\n")).append("\r\n");
        body.append(content).append("\r\n");
        expected.append("a|null|null|").append(content).append('\n');
      }
      byte[] octets = Cuts.octets(body + "--xYz--\r\n");
      String message = "seed " + seed;
      assertEquals(expected + "files " + files, outcome(octets, List.of()), message);
      assertEquals(expected + "files " + files, outcome(octets, single(octets)), message);
      assertEquals(expected + "files " + files, outcome(octets, some(random, octets)), message);
    }
  }

  private void meansTheSame(long firstSeed, int count) {
    String good = "--xYz~" + A + "~1~--xYz~" + A + "Content-Type: b/c~~0123456789abc~--xYz--~";
    String[] pieces = {
      "\r", "\n", "-", "--xYz", "\r\n", "\r\n--xYz", " ", ":", "\"", "\\", ";", "\0"
    };
    for (long seed = firstSeed; seed < firstSeed + count; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder(good.replace("~", "\r\n"));
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + random.nextInt(10));
        switch (random.nextInt(4)) {
          case 0 -> text.delete(at, end);
          case 1 -> text.replace(at, end, pieces[random.nextInt(pieces.length)]);
          case 2 -> text.insert(at, text.substring(at, end));
          default -> text.insert(at, pieces[random.nextInt(pieces.length)]);
        }
      }
      byte[] octets = Cuts.octets(text.toString());
      String whole = outcome(octets, List.of());
      assertEquals(whole, outcome(octets, single(octets)), "seed " + seed);
      assertEquals(whole, outcome(octets, some(random, octets)), "seed " + seed);
      assertEquals(List.of(), files(), "seed " + seed);
    }
  }

  private static List<Integer> single(byte[] octets) {
    return IntStream.range(1, octets.length).boxed().toList();
  }

  private static List<Integer> some(Random random, byte[] octets) {
    var cuts = new ArrayList<Integer>();
    for (int at = 1 + random.nextInt(20); at < octets.length; at += 1 + random.nextInt(40)) {
      cuts.add(at);
    }
    return cuts;
  }
}
