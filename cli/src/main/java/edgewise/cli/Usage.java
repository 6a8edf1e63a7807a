package edgewise.cli;

import edgewise.cli.Option.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The help of a command, for a terminal of 80 columns. */
final class Usage {
  private static final int WIDTH = 79;

  /** " -h, " stands before the long name, or six blanks. */
  private static final String NO_LETTER = " ".repeat(6);

  /** A name that is longer than this gets a line of its own. */
  private static final int LONGEST_NAME = 22;

  private Usage() {}

  static String of(Command command) {
    List<Option> options = CommandLine.options(command);
    var lines = new ArrayList<String>();
    synopsis(command, options, lines);
    lines.addAll(command.description());
    lines.addAll(table(options));
    lines.addAll(command.footer().get().lines().toList());
    return String.join(System.lineSeparator(), lines);
  }

  /** Flags first, then options with a value, then those that may be repeated, by name. */
  private static void synopsis(Command command, List<Option> options, List<String> lines) {
    var words = new ArrayList<String>();
    words.add("[-hV]");
    options.stream()
        .filter(option -> option.shortName() == null)
        .sorted(Comparator.comparing(Option::kind).thenComparing(Option::name))
        .map(option ->
            "[" + nameAndLabel(option) + "]" + (option.kind() == Kind.REPEATED ? "..." : ""))
        .forEach(words::add);
    if (!command.commands().isEmpty()) {
      words.add("COMMAND");
    }
    String start = "Usage: " + command.name() + " ";
    wrap(start, " ".repeat(start.length()), words, lines);
  }

  private static List<String> table(List<Option> options) {
    int longest = options.stream().mapToInt(option -> left(option).length()).max().orElse(0);
    int column = Math.min(longest + 3, NO_LETTER.length() + LONGEST_NAME + 1);
    var lines = new ArrayList<String>();
    options.stream()
        .sorted(Comparator.comparing(option -> option.kind() != Kind.OPERAND))
        .forEach(option -> lines.addAll(row(left(option), option.help(), column)));
    return lines;
  }

  private static String left(Option option) {
    String name = nameAndLabel(option);
    return option.kind() == Kind.OPERAND
        ? NO_LETTER + "[" + name + "]"
        : (option.shortName() == null ? NO_LETTER : "  -" + option.shortName() + ", ") + name;
  }

  private static String nameAndLabel(Option option) {
    return option.takesValue() ? option.name() + "=" + option.label() : option.name();
  }

  /** A name and what it is for, which begins at the column. */
  static List<String> row(String left, String text, int column) {
    var lines = new ArrayList<String>();
    String start = left;
    if (left.length() >= column) {
      lines.add(left);
      start = "";
    }
    String further = " ".repeat(column + 2);
    wrap(start + " ".repeat(column - start.length()), further, List.of(text.split(" ")), lines);
    return lines;
  }

  private static void wrap(String start, String further, List<String> words, List<String> lines) {
    var line = new StringBuilder(start);
    boolean first = true;
    for (String word : words) {
      if (!first && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(further);
        first = true;
      }
      line.append(first ? "" : " ").append(word);
      first = false;
    }
    lines.add(line.toString());
  }
}
