package edgewise.cli;

import edgewise.Backends;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code edgewise doctor}. Asks only what can be asked: it also runs, and says so, where native
 * access is denied or the system is not Linux.
 */
final class Doctor {
  private static final String FOOTER =
      """

      Each line is: ok, warn or fail; what was looked at; what was found; what to do.
      Features of the kernel are found by using them, not by its version.

      Exit code: 0 if the best backend works, otherwise 1.
      """;

  private Doctor() {}

  static Command command() {
    return new Command(
        "edgewise doctor",
        List.of("Print what works on this machine, and what to do about what does not."),
        List.of(),
        List.of(),
        () -> FOOTER,
        (out, err) -> report(out));
  }

  private static int report(PrintWriter out) {
    var backends = BackendFindings.of(Backends.all());
    var findings = new ArrayList<Finding>();
    findings.addAll(MachineFindings.all());
    findings.addAll(backends);
    findings.addAll(LimitFindings.under(Path.of("/proc")));
    findings.addAll(FeatureFindings.all());
    Finding.lines(findings).forEach(out::println);
    return backends.getFirst().grade() == Finding.Grade.OK ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
