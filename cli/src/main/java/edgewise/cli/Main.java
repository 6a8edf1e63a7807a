package edgewise.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code edgewise} command: reads the command line and hands over to a subcommand.
 *
 * <p>Exit codes: 0 where all went well; 2 where the user can put it right (a bad option, a taken
 * port), with one line on stderr that says how; 1 for anything else.
 */
public final class Main {
  /** In the order in which the help lists them. */
  private static final List<String> COMMANDS = List.of("serve", "testserver", "doctor");

  private Main() {}

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    var out = new PrintWriter(System.out, true, System.out.charset());
    var err = new PrintWriter(System.err, true, System.err.charset());
    System.exit(run(out, err, args));
  }

  /**
   * Runs the command and returns its exit code. What a command throws on purpose is told in one
   * line; anything else is a bug, and in full.
   */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    try {
      return dispatch(out, err, args);
    } catch (CommandFailure told) {
      printLine(err, told.getMessage());
      return told.exitCode();
    } catch (IOException | RuntimeException bug) {
      printLine(err, "this is a bug, please report it:");
      bug.printStackTrace(err);
      return ExitCode.SOFTWARE;
    }
  }

  private static int dispatch(PrintWriter out, PrintWriter err, String... args) throws IOException {
    int at = indexOfCommand(args);
    if (at == args.length
        || (at > 0 && CommandLine.read(edgewise(), args, 0, at) != CommandLine.Wish.RUN)) {
      return run(edgewise(), out, err, args, 0, at);
    }
    return run(command(args[at]), out, err, args, at + 1, args.length);
  }

  /** The length if there is none. */
  private static int indexOfCommand(String... args) {
    for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
      if (COMMANDS.contains(args[i])) {
        return i;
      }
    }
    return args.length;
  }

  private static int run(
      Command command, PrintWriter out, PrintWriter err, String[] args, int from, int to)
      throws IOException {
    return switch (CommandLine.read(command, args, from, to)) {
      case RUN -> command.action().run(out, err);
      case HELP -> print(out, Usage.of(command));
      case VERSION -> print(out, Version.text());
    };
  }

  private static int print(PrintWriter out, String text) {
    out.println(text);
    return ExitCode.OK;
  }

  /** The one that is called, it alone: the others' options are not even made. */
  private static Command command(String name) {
    return switch (name) {
      case "serve" -> Serve.command();
      case "testserver" -> TestServer.command();
      default -> Doctor.command();
    };
  }

  private static Command edgewise() {
    return new Command(
        "edgewise",
        List.of("An epoll reactor for Java that speaks to the Linux kernel without JNI."),
        List.of(),
        COMMANDS,
        Main::listOfCommands,
        (out, err) -> {
          throw CommandFailure.ofUser(
              "which command? There are: "
                  + String.join(", ", COMMANDS)
                  + "; see 'edgewise --help'");
        });
  }

  private static String listOfCommands() {
    var lines = new ArrayList<String>(List.of("", "Commands:"));
    int column = COMMANDS.stream().mapToInt(String::length).max().orElse(0) + 4;
    for (String name : COMMANDS) {
      lines.addAll(Usage.row("  " + name, command(name).description().getFirst(), column));
    }
    lines.add("");
    lines.add("'edgewise COMMAND --help' tells more about a command.");
    return String.join("\n", lines);
  }

  /** One line whatever the message holds: scripts and logs count on it. */
  static void printLine(PrintWriter err, String message) {
    err.println("edgewise: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
