package edgewise.http;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cookies that a request brings, RFC 6265 section 5.4 and its successor, RFC 6265bis.
 * Immutable; the order is kept. Where a name comes more than once, the first counts, which is the
 * one with the longest path.
 *
 * <p>A semicolon ends a cookie, always: also within double quotes, which belong to the value. A
 * reader that let quotes hide semicolons would give one cookie the text of the next, and so its
 * secret.
 *
 * <p>Taken as it is: whatever a browser may hold, since another site of the same domain can put it
 * there, and refusing it would lock the user out. So a name need not be a token, a cookie without
 * an equals sign is one with an empty name (RFC 6265bis section 5.8.3), a value may have spaces,
 * commas and octets beyond ASCII (Latin-1, as in {@link Request#header}), and empty pieces are
 * skipped. Refused with 400: control characters other than a tab, which no browser stores.
 */
public final class Cookies {
  /**
   * More cookies are 431. Browsers hold no more than 50 to 180 for a domain (RFC 6265 section 6.1
   * asks for at least 50).
   */
  public static final int MAX_COUNT = 200;

  private final NamedValues values = new NamedValues();

  private Cookies() {}

  /**
   * The cookies of a request, in all its Cookie fields.
   *
   * @throws StatusException 400 or 431 as {@link #parse}
   */
  public static Cookies of(Request request) {
    return parse(request.headers("Cookie"));
  }

  /**
   * Reads the values of Cookie fields. There is one at most by RFC 6265 section 5.4; but what came
   * through HTTP/2 may have more (RFC 9113 section 8.2.3), and together they are one list.
   *
   * @throws StatusException 400 for a control character, 431 for more than {@link #MAX_COUNT}
   */
  public static Cookies parse(List<String> fieldValues) {
    var cookies = new Cookies();
    for (String field : fieldValues) {
      int start = 0;
      while (start < field.length()) {
        int end = field.indexOf(';', start);
        end = end < 0 ? field.length() : end;
        cookies.add(withoutBlanks(field, start, end));
        start = end + 1;
      }
    }
    return cookies;
  }

  private void add(String pair) {
    if (pair.isEmpty()) {
      return;
    }
    if (values.count() == MAX_COUNT) {
      throw new StatusException(431, "there are more than " + MAX_COUNT + " cookies");
    }
    int equals = pair.indexOf('=');
    String name = equals < 0 ? "" : withoutBlanks(pair, 0, equals);
    String value = withoutBlanks(pair, equals + 1, pair.length());
    if (pair.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c) && c < 0x80)) {
      throw new StatusException(400, "the cookie " + Shown.of(name) + " has a control character");
    }
    values.add(name, value);
  }

  /** RFC 6265bis section 5.6: spaces and tabs around names and values do not count. */
  private static String withoutBlanks(String text, int start, int end) {
    int from = start;
    int to = end;
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** The first value of that name, with its quotes if it has any; or null. Case matters. */
  public @Nullable String first(String name) {
    return values.first(name);
  }

  /** The values of that name in their order; empty if there is none. */
  public List<String> all(String name) {
    return values.all(name);
  }

  /** The names, each once, in the order in which they first came. */
  public Set<String> names() {
    return values.names();
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return values.count() == 0;
  }

  /** Says how many there are; their values are secret. */
  @Override
  public String toString() {
    return "Cookies[" + values.count() + "]";
  }
}
