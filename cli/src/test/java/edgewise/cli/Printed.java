package edgewise.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command printed in this process, and its exit code. */
record Printed(int exitCode, String out, String err) {
  /** Runs a command that ends by itself. */
  static Printed by(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Printed(exitCode, out.toString(), err.toString());
  }
}
