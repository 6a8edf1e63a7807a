package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file that a path asks for. A path has one reading here: it is decoded once, and
 * what another program might read as more or fewer segments is nothing that can be found.
 */
final class FileName {
  /** NAME_MAX and PATH_MAX of limits.h: no file has a longer name. */
  private static final int MAX_SEGMENT = 255;

  private static final int MAX_PATH = 4095;

  private FileName() {}

  /**
   * Reads the octets of a path after its leading slash.
   *
   * @return names separated by slashes, with one at the end if the path had one; null if no file
   *     can have that name
   * @throws StatusException 400 if the path is not UTF-8, or has a NUL
   */
  static @Nullable String read(ByteBuffer in, int start, int end) {
    return isPlain(in, start, end) ? Octets.latin1(in, start, end) : decode(in, start, end);
  }

  /**
   * Whether it is one of the names that nearly all files of a site have, and stands for itself: no
   * escapes, nothing to refuse, no segment that begins with a dot.
   */
  private static boolean isPlain(ByteBuffer in, int start, int end) {
    int segment = start;
    for (int i = start; i < end; i++) {
      byte b = in.get(i);
      boolean first = i == segment;
      if (b == '/' && !first) {
        segment = i + 1;
      } else if (b <= ' '
          || b == 0x7F
          || b == '/'
          || b == '%'
          || b == '\\'
          || (first && b == '.')) {
        return false;
      }
    }
    return end - start <= MAX_SEGMENT;
  }

  private static @Nullable String decode(ByteBuffer in, int start, int end) {
    var name = new StringBuilder(end - start);
    int from = start;
    while (from < end) {
      int to = from;
      while (to < end && in.get(to) != '/') {
        to++;
      }
      String segment = PercentDecoder.decode(in, from, to);
      if (segment == null || segment.indexOf('\0') >= 0) {
        throw new StatusException(400, "the path is not a file name in UTF-8");
      }
      if (!isPossible(segment)) {
        return null;
      }
      name.append(segment);
      if (to < end) {
        name.append('/');
      }
      from = to + 1;
    }
    return name.length() > MAX_PATH ? null : name.toString();
  }

  /** Whether a file can have that name, and a path can ask for it. */
  static boolean isPossible(String segment) {
    if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
      return false;
    }
    boolean plain = segment.chars().noneMatch(c -> c == '/' || c == '\\' || c < 0x20 || c == 0x7F);
    return plain && segment.getBytes(StandardCharsets.UTF_8).length <= MAX_SEGMENT;
  }
}
