package edgewise.cli;

import edgewise.cli.Option.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the words of a command line, as POSIX and GNU have them: {@code --name VALUE}, {@code
 * --name=VALUE}, {@code -hV} for {@code -h -V}, and {@code --} before words that are no options.
 *
 * <p>Not a library, so that a server starts fast: docs/startup.md. There is no reflection here, and
 * nothing that an AOT cache cannot keep.
 */
final class CommandLine {
  /** What the user wants of the command. */
  enum Wish {
    RUN,
    HELP,
    VERSION
  }

  private final Command command;
  private final List<Option> options;
  private final Set<Option> seen = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<String> unmatched = new ArrayList<>();
  private int firstUnmatched;
  private boolean help;
  private boolean version;

  private CommandLine(Command command) {
    this.command = command;
    options = new ArrayList<>(command.options());
    options.add(Option.flag("--help", "Show this help message and exit.", b -> help = b).or('h'));
    options.add(
        Option.flag("--version", "Print version information and exit.", b -> version = b).or('V'));
  }

  /** All options of a command: its own, and those that every command has. */
  static List<Option> options(Command command) {
    return new CommandLine(command).options;
  }

  /**
   * Reads a part of the words, and gives the options their values.
   *
   * @throws CommandFailure for the first mistake
   */
  static Wish read(Command command, String[] words, int from, int to) {
    var line = new CommandLine(command);
    line.read(words, from, to);
    return line.wish();
  }

  private void read(String[] words, int from, int to) {
    boolean onlyOperands = false;
    for (int i = from; i < to; i++) {
      String word = words[i];
      Option option = onlyOperands ? null : named(word);
      if (option != null && option.takesValue()) {
        i++;
        value(option, i < to ? words[i] : null);
      } else if (onlyOperands || !isOption(word)) {
        operand(word, i);
      } else if (word.equals("--")) {
        onlyOperands = true;
      } else {
        option(word, i);
      }
    }
  }

  private Wish wish() {
    if (help) {
      return Wish.HELP;
    }
    if (version) {
      return Wish.VERSION;
    }
    if (!unmatched.isEmpty()) {
      throw unmatched();
    }
    return Wish.RUN;
  }

  /** "-" is a name to many programs. */
  private static boolean isOption(String word) {
    return word.length() > 1 && word.charAt(0) == '-';
  }

  private void operand(String word, int index) {
    for (Option option : options) {
      if (option.kind() == Kind.OPERAND && seen.add(option)) {
        option.set().accept(word);
        return;
      }
    }
    unmatched(word, index);
  }

  private void value(Option option, @Nullable String word) {
    if (word == null) {
      throw mistake("Missing required parameter for option " + option.withLabel());
    }
    if (named(word) != null) {
      throw mistake(
          "Expected parameter for option '" + option.name() + "' but found '" + word + "'");
    }
    set(option, word);
  }

  /** {@code --flag}, {@code --name=value} or {@code -hV}. */
  private void option(String word, int index) {
    int equals = word.indexOf('=');
    Option option = named(equals < 0 ? word : word.substring(0, equals));
    if (option != null) {
      set(option, equals < 0 ? "true" : word.substring(equals + 1));
    } else if (word.startsWith("--") || equals >= 0 || !letters(word)) {
      unmatched(word, index);
    }
  }

  /** False if one of them is no option. */
  private boolean letters(String word) {
    for (int i = 1; i < word.length(); i++) {
      Option option = named("-" + word.charAt(i));
      if (option == null) {
        return false;
      }
      set(option, "true");
    }
    return true;
  }

  private @Nullable Option named(String word) {
    for (Option option : options) {
      if (option.kind() != Kind.OPERAND
          && (word.equals(option.name()) || isLetter(word, option.shortName()))) {
        return option;
      }
    }
    return null;
  }

  private static boolean isLetter(String word, @Nullable Character letter) {
    return letter != null
        && word.length() == 2
        && word.charAt(0) == '-'
        && word.charAt(1) == letter;
  }

  private void set(Option option, String text) {
    if (!seen.add(option) && option.kind() != Kind.REPEATED) {
      throw mistake("option " + option.withLabel() + " should be specified only once");
    }
    try {
      option.set().accept(text);
    } catch (IllegalArgumentException e) {
      String which =
          option.kind() == Kind.REPEATED ? option.withLabel() : "'" + option.name() + "'";
      throw mistake("Invalid value for option " + which + ": " + e.getMessage());
    }
  }

  private void unmatched(String word, int index) {
    if (unmatched.isEmpty()) {
      firstUnmatched = index;
    }
    unmatched.add(word);
  }

  private CommandFailure unmatched() {
    String first = unmatched.getFirst();
    boolean one = unmatched.size() == 1;
    boolean option = isOption(first);
    String what =
        option
            ? one ? "Unknown option: " : "Unknown options: "
            : (one ? "Unmatched argument at" : "Unmatched arguments from")
                + (" index " + firstUnmatched + ": ");
    List<String> names = option ? options.stream().map(Option::name).toList() : command.commands();
    String near = Nearest.to(first, names);
    return mistake(
        what + "'" + String.join("', '", unmatched) + "'",
        near == null ? "; " : "; did you mean '" + near + "'? Or ");
  }

  private CommandFailure mistake(String message) {
    return mistake(message, "; ");
  }

  private CommandFailure mistake(String message, String suggestion) {
    return CommandFailure.ofUser(message + suggestion + "see '" + command.name() + " --help'");
  }
}
