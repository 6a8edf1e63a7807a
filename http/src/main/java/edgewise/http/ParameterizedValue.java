package edgewise.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value with parameters, as Content-Type and Content-Disposition have it: {@code form-data;
 * name="a b"}, RFC 9110 section 5.6.6.
 *
 * <p>In quotes a backslash stands before a quote or a backslash that is meant as such, and is
 * itself elsewhere: browsers put it into a file's name as it is. A name that comes twice is an
 * error, as each reader would choose another one.
 *
 * @param value in lower case
 * @param parameters their names in lower case
 */
record ParameterizedValue(String value, Map<String, String> parameters) {
  /** Null if the text does not have that form. */
  static @Nullable ParameterizedValue parse(String text) {
    var cursor = new Cursor(text);
    String value = cursor.upTo(';').strip();
    boolean valid = value.chars().allMatch(c -> c == '/' || isToken((char) c));
    if (value.isEmpty() || !valid) {
      return null;
    }
    var parameters = new HashMap<String, String>();
    while (cursor.take(';')) {
      cursor.skipBlanks();
      if (!cursor.isAt(';') && !cursor.isAtEnd() && !cursor.parameter(parameters)) {
        return null;
      }
      cursor.skipBlanks();
    }
    return cursor.isAtEnd()
        ? new ParameterizedValue(value.toLowerCase(Locale.ROOT), Map.copyOf(parameters))
        : null;
  }

  private static boolean isToken(char c) {
    return c < 0x80 && Octets.isToken((byte) c);
  }

  /** Where the reading stands. */
  private static final class Cursor {
    private final String text;
    private int at;

    Cursor(String text) {
      this.text = text;
    }

    boolean isAtEnd() {
      return at == text.length();
    }

    boolean isAt(char c) {
      return at < text.length() && text.charAt(at) == c;
    }

    boolean take(char c) {
      boolean taken = isAt(c);
      at += taken ? 1 : 0;
      return taken;
    }

    void skipBlanks() {
      while (isAt(' ') || isAt('\t')) {
        at++;
      }
    }

    String upTo(char c) {
      int end = text.indexOf(c, at);
      int from = at;
      at = end < 0 ? text.length() : end;
      return text.substring(from, at);
    }

    /** Empty if there is none. */
    String token() {
      int from = at;
      while (at < text.length() && isToken(text.charAt(at))) {
        at++;
      }
      return text.substring(from, at);
    }

    boolean parameter(Map<String, String> into) {
      String name = token().toLowerCase(Locale.ROOT);
      if (name.isEmpty() || !take('=')) {
        return false;
      }
      String value = take('"') ? quoted() : token();
      boolean empty = value != null && value.isEmpty() && text.charAt(at - 1) != '"';
      return value != null && !empty && into.put(name, value) == null;
    }

    /** What stands before the closing quote; null if that is missing. */
    private @Nullable String quoted() {
      var value = new StringBuilder();
      while (!isAtEnd()) {
        if (take('"')) {
          return value.toString();
        }
        if (isAt('\\') && at + 1 < text.length() && "\"\\".indexOf(text.charAt(at + 1)) >= 0) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      return null;
    }
  }
}
