package edgewise.http;

/**
 * Text from a client as it may stand in a reason or a log: short, and without control characters.
 */
final class Shown {
  private static final int MAX_CHARS = 40;

  private Shown() {}

  static String of(String text) {
    boolean whole = text.length() <= MAX_CHARS;
    var shown = new StringBuilder(MAX_CHARS + 5).append('\'');
    text.chars()
        .limit(MAX_CHARS)
        .forEach(c -> shown.append(Character.isISOControl(c) ? '?' : (char) c));
    return shown.append(whole ? "'" : "...'").toString();
  }
}
