package edgewise.cli;

/** What the command tells the shell. */
final class ExitCode {
  static final int OK = 0;

  /** Something went wrong that the user cannot put right on the command line. */
  static final int SOFTWARE = 1;

  /** The user can put it right. */
  static final int USAGE = 2;

  private ExitCode() {}
}
