package edgewise.cli;

import edgewise.Backends;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code edgewise doctor}. Asks only what can be asked: it also runs, and says so, where native
 * access is denied or the system is not Linux.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Print what works on this machine, and what to do about what does not.",
    footer = {
      "",
      "Each line is: ok, warn or fail; what was looked at; what was found; what to do.",
      "Features of the kernel are found by using them, not by its version.",
      "",
      "Exit code: 0 if the best backend works, otherwise 1."
    })
final class Doctor implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    var backends = BackendFindings.of(Backends.all());
    var findings = new ArrayList<Finding>();
    findings.addAll(MachineFindings.all());
    findings.addAll(backends);
    findings.addAll(LimitFindings.under(Path.of("/proc")));
    findings.addAll(FeatureFindings.all());
    PrintWriter out = spec.commandLine().getOut();
    Finding.lines(findings).forEach(out::println);
    return backends.getFirst().grade() == Finding.Grade.OK ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
