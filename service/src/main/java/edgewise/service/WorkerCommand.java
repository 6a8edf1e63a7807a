package edgewise.service;

import edgewise.Endpoint;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command of a worker that is the same program as its master: the same {@code java} with the
 * same options and arguments, as /proc/self/cmdline has them, proc_pid_cmdline(5). That it is a
 * worker it learns from its environment, where no user of the machine sees the control socket's
 * name but the master's own.
 */
public final class WorkerCommand {
  /** The variable that names a worker's control socket. */
  static final String VARIABLE = "EDGEWISE_WORKER_OF";

  /** What is for the master alone: sockets, and who is told that the service is ready. */
  private static final List<String> MASTERS_OWN =
      List.of(
          "LISTEN_FDS",
          "LISTEN_PID",
          "LISTEN_FDNAMES",
          "NOTIFY_SOCKET",
          "WATCHDOG_USEC",
          "WATCHDOG_PID");

  private WorkerCommand() {}

  /** The control socket of this process's master; null if it is no worker. */
  public static @Nullable Endpoint master() {
    String master = System.getenv(VARIABLE);
    return master == null ? null : Endpoint.parse(master);
  }

  /**
   * The command, with the master's stdout and stderr, and nothing to read.
   *
   * @throws IOException if /proc is not there
   */
  public static ProcessBuilder sameProgram(Endpoint control) throws IOException {
    String line =
        Files.readString(
            Path.of("/proc/self/cmdline"), Charset.forName(System.getProperty("native.encoding")));
    var command = new ArrayList<>(List.of(line.split("\0", -1)));
    command.removeLast(); // behind the last NUL
    // The program itself, whatever argv[0] says; a link that the kernel made.
    command.set(0, Path.of("/proc/self/exe").toRealPath().toString());
    var builder = new ProcessBuilder(command).inheritIO();
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().keySet().removeAll(MASTERS_OWN);
    builder.environment().put(VARIABLE, control.toString());
    return builder;
  }
}
