package edgewise.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Supplier;

/**
 * A command as its options describe it.
 *
 * @param name all words of it, such as {@code edgewise serve}
 * @param description the first line also stands in the list of commands
 * @param options those of its own, in the order in which the help lists them
 * @param commands the names of those below it; empty if there are none
 * @param footer what the help says at its end
 */
record Command(
    String name,
    List<String> description,
    List<Option> options,
    List<String> commands,
    Supplier<String> footer,
    Action action) {

  /** What a command does. */
  interface Action {
    /** Returns the exit code. */
    int run(PrintWriter out, PrintWriter err) throws IOException;
  }
}
