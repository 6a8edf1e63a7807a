package edgewise.cli;

import java.util.List;
import java.util.Locale;

/**
 * One line of the doctor's report.
 *
 * @param grade how good it is
 * @param name what was looked at
 * @param value what was found
 * @param advice what to do; empty if there is nothing to do
 */
record Finding(Grade grade, String name, String value, String advice) {
  /** How good something is. */
  enum Grade {
    OK,
    /** Edgewise works, with less than it could have. */
    WARN,
    /** The best backend cannot work like this. */
    FAIL
  }

  static Finding ok(String name, String value) {
    return new Finding(Grade.OK, name, value, "");
  }

  static Finding warn(String name, String value, String advice) {
    return new Finding(Grade.WARN, name, value, advice);
  }

  static Finding fail(String name, String value, String advice) {
    return new Finding(Grade.FAIL, name, value, advice);
  }

  /** The lines, names and values in columns two blanks apart. */
  static List<String> lines(List<Finding> findings) {
    int name = width(findings.stream().map(Finding::name).toList());
    // A value without advice stands at the end of its line, and may be as long as it likes.
    int value =
        width(findings.stream().filter(f -> !f.advice.isEmpty()).map(Finding::value).toList());
    return findings.stream()
        .map(f -> f.line("%-4s  %-" + name + "s  %-" + value + "s  %s"))
        .toList();
  }

  private static int width(List<String> cells) {
    return Math.max(1, cells.stream().mapToInt(String::length).max().orElse(1));
  }

  private String line(String format) {
    String graded = grade.name().toLowerCase(Locale.ROOT);
    return format.formatted(graded, name, value, advice).stripTrailing();
  }
}
