package edgewise.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code edgewise} command: reads the command line and hands over to a subcommand.
 *
 * <p>Exit codes: 0 where all went well; 2 where the user can put it right (a bad option, a taken
 * port), with one line on stderr that says how; 1 for anything else.
 */
@Command(
    name = "edgewise",
    versionProvider = Version.class,
    mixinStandardHelpOptions = true,
    description = "An epoll reactor for Java that speaks to the Linux kernel without JNI.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {"", "'edgewise COMMAND --help' tells more about a command."})
public final class Main implements Runnable {
  /** By name, in the order in which the help lists them. */
  private static final SequencedMap<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("serve", Serve.class);
    COMMANDS.put("testserver", TestServer.class);
    COMMANDS.put("doctor", Doctor.class);
  }

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec
  private CommandSpec spec;

  private Main() {}

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    var out = new PrintWriter(System.out, true, System.out.charset());
    var err = new PrintWriter(System.err, true, System.err.charset());
    System.exit(run(out, err, args));
  }

  /** Runs the command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return commands(args)
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler((mistake, ignored) -> refuse(mistake))
        .setExecutionExceptionHandler(Main::fail)
        .execute(args);
  }

  /** Where one is called by its name, it alone: to read a command's annotations takes its time. */
  private static CommandLine commands(String... args) {
    var main = new CommandLine(new Main());
    String called = args.length == 0 ? "" : args[0];
    boolean known = COMMANDS.containsKey(called);
    COMMANDS.forEach((name, command) -> {
      if (!known || name.equals(called)) {
        main.addSubcommand(command);
      }
    });
    return main;
  }

  /** Without a command there is nothing to do, and the help says what there is. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "which command? There are: serve, testserver, doctor");
  }

  private static int refuse(ParameterException mistake) {
    CommandLine command = mistake.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    printLine(
        command.getErr(), mistake.getMessage() + suggestion(mistake) + "see '" + name + " --help'");
    return ExitCode.USAGE;
  }

  private static String suggestion(ParameterException mistake) {
    if (mistake instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return "; did you mean '" + unmatched.getSuggestions().getFirst() + "'? Or ";
    }
    return "; ";
  }

  /** What a command throws on purpose is told in one line; anything else is a bug, and in full. */
  private static int fail(Exception failure, CommandLine command, ParseResult ignored) {
    if (failure instanceof CommandFailure told) {
      printLine(command.getErr(), told.getMessage());
      return told.exitCode();
    }
    printLine(command.getErr(), "this is a bug, please report it:");
    failure.printStackTrace(command.getErr());
    return ExitCode.SOFTWARE;
  }

  /** One line whatever the message holds: scripts and logs count on it. */
  static void printLine(PrintWriter err, String message) {
    err.println("edgewise: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
