package edgewise.service;

import edgewise.Connection;
import edgewise.Descriptor;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The language of control sockets: lines of words, divided by single spaces. A word is in the form
 * of application/x-www-form-urlencoded, so it has no blank, and is never empty but for "".
 *
 * <pre>
 *   taker                      giver
 *   take-over 1          -->
 *                        <--   offer COUNT
 *                        <--   listen NAME file|-    with one descriptor, COUNT times
 *                        <--   control               with one descriptor; not from a master
 *                        <--   end
 *   ready [control]      -->
 *                        <--   taken
 *                        <--   drain, or stop        from a master, when a worker is to end
 *        instead of any answer:  refused REASON
 * </pre>
 */
final class Lines {
  /** The first line, with the version of what follows. */
  static final List<String> TAKE_OVER = List.of("take-over", "1");

  static final String OFFER = "offer";
  static final String LISTEN = "listen";
  static final String CONTROL = "control";
  static final String END = "end";
  static final String READY = "ready";
  static final String TAKEN = "taken";
  static final String DRAIN = "drain";
  static final String STOP = "stop";
  static final String REFUSED = "refused";
  static final String FILE = "file";
  static final String NO_FILE = "-";

  /** Longer than any line with a name that fits; who sends more is not a taker. */
  static final int MAX_BYTES = 4096;

  private Lines() {}

  static void write(Connection to, String... words) {
    to.write(line(words));
  }

  /** The descriptor goes with the line. */
  static void write(Connection to, Descriptor passed, String... words) {
    to.write(line(words), List.of(passed));
  }

  private static ByteBuffer line(String... words) {
    var text = new ArrayList<String>();
    for (String word : words) {
      text.add(URLEncoder.encode(word, StandardCharsets.UTF_8));
    }
    return ByteBuffer.wrap((String.join(" ", text) + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Takes the next line.
   *
   * @return its words; null if it has not come yet
   * @throws IOException if it is too long, or no such line
   */
  static @Nullable List<String> read(ByteBuffer in) throws IOException {
    int start = in.position();
    for (int i = start; i < in.limit(); i++) {
      if (in.get(i) == '\n') {
        var octets = new byte[i - start];
        in.get(octets).get();
        return words(new String(octets, StandardCharsets.ISO_8859_1));
      }
    }
    if (in.remaining() > MAX_BYTES) {
      throw new IOException("a line of more than " + MAX_BYTES + " bytes");
    }
    return null;
  }

  private static List<String> words(String line) throws IOException {
    var words = new ArrayList<String>();
    try {
      for (String word : line.split(" ", -1)) {
        words.add(URLDecoder.decode(word, StandardCharsets.UTF_8));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("a line that is not understood: " + line, e);
    }
    return words;
  }
}
