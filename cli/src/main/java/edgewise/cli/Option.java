package edgewise.cli;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An option of a command, or its operand: what stands on the command line, what the help says, and
 * what is done with the value.
 *
 * @param name with its dashes; of an operand its label
 * @param shortName the letter after one dash; null if there is none
 * @param label what the help calls the value; empty for a flag
 * @param set throws IllegalArgumentException for a value that cannot be, whose message says why
 */
record Option(
    Kind kind,
    String name,
    @Nullable Character shortName,
    String label,
    String help,
    Consumer<String> set) {

  enum Kind {
    /** There, or not there. */
    FLAG,
    /** With a value, at most once. */
    VALUE,
    /** With a value, as often as one likes. */
    REPEATED,
    /** Not an option but what stands by itself, at most once. */
    OPERAND
  }

  static Option flag(String name, String help, Consumer<Boolean> set) {
    return new Option(Kind.FLAG, name, null, "", help, text -> set.accept(bool(text)));
  }

  static Option value(String name, String label, String help, Consumer<String> set) {
    return new Option(Kind.VALUE, name, null, label, help, set);
  }

  static Option number(String name, String label, String help, IntConsumer set) {
    return value(name, label, help, text -> set.accept(number(text)));
  }

  static Option repeated(String name, String label, String help, Consumer<String> set) {
    return new Option(Kind.REPEATED, name, null, label, help, set);
  }

  static Option operand(String label, String help, Consumer<String> set) {
    return new Option(Kind.OPERAND, label, null, label, help, set);
  }

  Option or(char letter) {
    return new Option(kind, name, letter, label, help, set);
  }

  boolean takesValue() {
    return kind == Kind.VALUE || kind == Kind.REPEATED;
  }

  /** As in a message: {@code '--loops' (N)}. */
  String withLabel() {
    return "'" + name + "'" + (label.isEmpty() ? "" : " (" + label + ")");
  }

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is not a boolean");
    };
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not an int", e);
    }
  }
}
