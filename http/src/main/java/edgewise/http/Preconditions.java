package edgewise.http;

import java.util.List;
import java.util.function.Function;

/**
 * Whether a GET or HEAD is to be performed, in the order of RFC 9110 section 13.2.2. What is not in
 * the form that its section asks for is ignored, but for If-Match, which then has no tag that could
 * match.
 */
final class Preconditions {
  /** What is to be done. */
  enum Outcome {
    PERFORM,
    /** 304. */
    NOT_MODIFIED,
    /** 412. */
    FAILED
  }

  private final Function<String, List<String>> fields;
  private final Validators current;

  /**
   * For one request.
   *
   * @param fields gives the values of all fields of a name
   * @param current those of the representation that would be sent
   */
  Preconditions(Function<String, List<String>> fields, Validators current) {
    this.fields = fields;
    this.current = current;
  }

  Outcome evaluate() {
    List<String> match = fields.apply("If-Match");
    boolean wanted = match.isEmpty() ? isUnmodified() : matches(match, false);
    if (!wanted) {
      return Outcome.FAILED;
    }
    List<String> noneMatch = fields.apply("If-None-Match");
    boolean known = noneMatch.isEmpty() ? isOld() : matches(noneMatch, true);
    return known ? Outcome.NOT_MODIFIED : Outcome.PERFORM;
  }

  /** Section 13.1.4; true if it does not say. */
  private boolean isUnmodified() {
    long date = date("If-Unmodified-Since");
    return date == HttpDate.INVALID || !current.hasLastModified() || current.lastModified() <= date;
  }

  /** Section 13.1.3; false if it does not say. */
  private boolean isOld() {
    long date = date("If-Modified-Since");
    return date != HttpDate.INVALID && current.hasLastModified() && current.lastModified() <= date;
  }

  /** A date that stands alone; several are none. */
  private long date(String name) {
    List<String> values = fields.apply(name);
    return values.size() == 1 ? HttpDate.parse(values.getFirst()) : HttpDate.INVALID;
  }

  /**
   * Whether the Range field counts, section 13.1.5. A date counts only if it is the very date: a
   * client must not send one that its answer came too soon after, so it is a strong validator.
   */
  boolean allowRange() {
    List<String> values = fields.apply("If-Range");
    if (values.size() != 1) {
      return values.isEmpty();
    }
    String value = values.getFirst();
    if (value.startsWith("\"") || value.startsWith("W/")) {
      return value.equals(current.entityTag()); // a weak one never is
    }
    return current.hasLastModified() && HttpDate.parse(value) == current.lastModified();
  }

  /**
   * Whether one of the tags is the current one, or an asterisk stands for any; section 13.1.1.
   *
   * @param weakly whether the mark of a weak tag makes no difference, section 8.8.3.2
   */
  private boolean matches(List<String> values, boolean weakly) {
    if (values.size() == 1 && values.getFirst().equals("*")) {
      return true;
    }
    for (String value : values) {
      if (matches(value, weakly)) {
        return true;
      }
    }
    return false;
  }

  /** Reads a list of tags, in which commas stand; ends at the first thing that is none. */
  private boolean matches(String list, boolean weakly) {
    int at = 0;
    while (at < list.length()) {
      char c = list.charAt(at);
      if (c == ',' || c == ' ' || c == '\t') {
        at++;
        continue;
      }
      boolean weak = list.startsWith("W/", at);
      int start = weak ? at + 2 : at;
      int end = endOfTag(list, start);
      if (end < 0) {
        return false;
      }
      String tag = current.entityTag();
      boolean same = end - start == tag.length() && list.startsWith(tag, start);
      if (same && (weakly || !weak)) {
        return true;
      }
      at = end;
    }
    return false;
  }

  /** Where the tag that begins with a quote ends; -1 if there is none, section 8.8.3. */
  private static int endOfTag(String list, int start) {
    if (start >= list.length() || list.charAt(start) != '"') {
      return -1;
    }
    int quote = list.indexOf('"', start + 1);
    return quote < 0 ? -1 : quote + 1;
  }
}
