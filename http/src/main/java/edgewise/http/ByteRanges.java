package edgewise.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a Range field asks for, RFC 9110 section 14. */
sealed interface ByteRanges {
  /**
   * So many ranges are answered, after they were joined; who asks for more gets the whole file,
   * section 14.2. Without a limit a request of some kilobytes makes a server put together thousands
   * of parts, which took servers down (CVE-2011-3192).
   */
  int MAX_RANGES = 16;

  /** So many may be written in the field. */
  int MAX_WRITTEN = 64;

  /** Ranges with a smaller gap are joined: the head of a part is longer, section 15.3.7.2. */
  int SMALL_GAP = 80;

  /** The field says nothing that counts: send all of it. */
  record Whole() implements ByteRanges {}

  /** Nothing of what it asks for is there: 416. */
  record Unsatisfiable() implements ByteRanges {}

  /** These; at least one, in the order in which they were asked for. */
  record Some(List<Range> ranges) implements ByteRanges {}

  /** From the first octet to the last, which are both in it. */
  record Range(long first, long last) {
    long length() {
      return last - first + 1;
    }

    private boolean isNear(Range other) {
      // Neither overflows: positions are below the length of a file.
      return first <= other.last + 1 + SMALL_GAP && other.first <= last + 1 + SMALL_GAP;
    }

    private Range joined(Range other) {
      return new Range(Math.min(first, other.first), Math.max(last, other.last));
    }
  }

  /**
   * What to send of so many octets.
   *
   * @param values of all Range fields; several are not valid
   */
  static ByteRanges select(List<String> values, long length) {
    List<String> specs = values.size() == 1 ? specs(values.getFirst()) : List.of();
    if (specs.isEmpty() || specs.size() > MAX_WRITTEN) {
      return new Whole();
    }
    var ranges = new ArrayList<Range>();
    boolean suffixOfNothing = false;
    for (String spec : specs) {
      Range written = range(spec);
      if (written == null) {
        return new Whole();
      }
      Range found = spec.startsWith("-") ? suffix(written.last, length) : within(written, length);
      if (found != null) {
        join(ranges, found);
      }
      suffixOfNothing |= length == 0 && spec.startsWith("-") && written.last > 0;
    }
    if (ranges.isEmpty()) {
      // The last octets of an empty file can be had, but Content-Range cannot say so.
      return suffixOfNothing ? new Whole() : new Unsatisfiable();
    }
    return ranges.size() > MAX_RANGES ? new Whole() : new Some(List.copyOf(ranges));
  }

  /** The members of the list after {@code bytes=}; empty if the unit is another. */
  private static List<String> specs(String value) {
    if (!value.regionMatches(true, 0, "bytes=", 0, 6)) {
      return List.of();
    }
    var specs = new ArrayList<String>();
    for (String member : value.substring(6).split(",", MAX_WRITTEN + 2)) {
      String spec = member.strip();
      if (!spec.isEmpty()) { // section 5.6.1.2: empty members are no error
        specs.add(spec);
      }
    }
    return specs;
  }

  /** {@code 1-2}, {@code 1-} or {@code -2} as it is written; null if it is not like that. */
  private static @Nullable Range range(String spec) {
    int dash = spec.indexOf('-');
    if (dash < 0 || spec.length() == 1) {
      return null;
    }
    long first = dash == 0 ? 0 : number(spec, 0, dash);
    long last = dash + 1 == spec.length() ? Long.MAX_VALUE : number(spec, dash + 1, spec.length());
    return first < 0 || last < 0 || (dash > 0 && last < first) ? null : new Range(first, last);
  }

  /** Digits; what a long cannot hold is beyond the end of any file. -1 if they are none. */
  private static long number(String text, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE - 9 : number * 10 + digit;
    }
    return number;
  }

  private static @Nullable Range within(Range written, long length) {
    return written.first >= length
        ? null
        : new Range(written.first, Math.min(written.last, length - 1));
  }

  private static @Nullable Range suffix(long count, long length) {
    return count == 0 || length == 0 ? null : new Range(Math.max(0, length - count), length - 1);
  }

  /**
   * Adds a range; those that it overlaps or nearly touches become one, at the first's place. One
   * pass is enough: what is near to the sum of two ranges is near to one of them.
   */
  private static void join(List<Range> ranges, Range added) {
    Range range = added;
    int place = ranges.size();
    for (int i = 0; i < ranges.size(); ) {
      if (ranges.get(i).isNear(range)) {
        range = range.joined(ranges.remove(i));
        place = Math.min(place, i);
      } else {
        i++;
      }
    }
    ranges.add(Math.min(place, ranges.size()), range);
  }
}
