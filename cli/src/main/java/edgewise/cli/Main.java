package edgewise.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code edgewise} command: reads the command line and hands over to a subcommand. */
@Command(
    name = "edgewise",
    version = "edgewise 0.1.0-SNAPSHOT",
    mixinStandardHelpOptions = true,
    description = "An epoll reactor for Java, without JNI.")
public final class Main implements Runnable {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public void run() {
    CommandLine.usage(this, System.out);
  }
}
