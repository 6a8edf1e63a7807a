package edgewise.http;

/**
 * A pattern of file names below a root: {@code /assets/**}, {@code *.css}, {@code /v?/*.json}. In a
 * segment {@code *} stands for any characters and {@code ?} for one; a segment {@code **} stands
 * for any number of segments, also none. A pattern without a slash is one of the last segment.
 *
 * <p>Names come from clients, so the time that a match takes is bounded: the length of the pattern
 * by that of the name.
 */
final class PathPattern {
  private static final String ANY_SEGMENTS = "**";

  private final String[] pattern;

  private PathPattern(String[] pattern) {
    this.pattern = pattern;
  }

  /**
   * A pattern.
   *
   * @throws IllegalArgumentException if no name can be like that
   */
  static PathPattern parse(String text) {
    String below = text.startsWith("/") ? text.substring(1) : text;
    String[] segments = (text.contains("/") ? below : "**/" + below).split("/", -1);
    for (String segment : segments) {
      boolean mixed = segment.contains(ANY_SEGMENTS) && !segment.equals(ANY_SEGMENTS);
      if (segment.isEmpty() || mixed || segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException(
            "not a pattern of file names: '"
                + text
                + "'; write names, * and ? separated by single slashes, and ** as a whole segment");
      }
    }
    return new PathPattern(segments);
  }

  /** Whether a name below the root is like this: names separated by slashes, none in front. */
  boolean matches(String name) {
    String[] segments = name.split("/", -1);
    int at = 0;
    int next = 0;
    int retryAt = -1; // behind the last ** of the pattern, and how far that has reached
    int retryNext = 0;
    while (next < segments.length) {
      if (at < pattern.length && pattern[at].equals(ANY_SEGMENTS)) {
        retryAt = ++at;
        retryNext = next;
      } else if (at < pattern.length && like(pattern[at], segments[next])) {
        at++;
        next++;
      } else if (retryAt >= 0) {
        at = retryAt;
        next = ++retryNext;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at].equals(ANY_SEGMENTS)) {
      at++;
    }
    return at == pattern.length;
  }

  /** The same within a segment, where {@code *} is what {@code **} is among segments. */
  private static boolean like(String pattern, String segment) {
    int at = 0;
    int next = 0;
    int retryAt = -1;
    int retryNext = 0;
    while (next < segment.length()) {
      char c = at < pattern.length() ? pattern.charAt(at) : '\0';
      if (c == '*') {
        retryAt = ++at;
        retryNext = next;
      } else if (at < pattern.length() && (c == '?' || c == segment.charAt(next))) {
        at++;
        next++;
      } else if (retryAt >= 0) {
        at = retryAt;
        next = ++retryNext;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
