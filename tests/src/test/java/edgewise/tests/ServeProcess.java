package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The {@code edgewise} command as a process of its own. What it prints is read by threads; waiting
 * for a line or for the end has a deadline. Closing it ends this one process, by its handle.
 */
final class ServeProcess implements AutoCloseable {
  /** For a JVM to start, or to end, on a machine that is busy with other things. */
  private static final long DEADLINE_SECONDS = 60;

  /** What stands for the end of a stream among its lines: no line contains a NUL. */
  private static final String END = "\0";

  private final Process process;
  private final BlockingQueue<String> out;
  private final BlockingQueue<String> err;
  private final List<String> addresses = new ArrayList<>();

  private ServeProcess(Process process) {
    this.process = process;
    out = lines(process.inputReader());
    err = lines(process.errorReader());
  }

  /**
   * Starts a program with its arguments, and with signals as an interactive shell leaves them: a
   * build in the background of a script, or under nohup, hands down that SIGINT and SIGHUP are
   * ignored, and a JVM respects that.
   */
  static ServeProcess start(List<String> command) throws IOException {
    return start(Map.of(), command);
  }

  /** The same with variables added to the environment. */
  static ServeProcess start(Map<String, String> environment, List<String> command)
      throws IOException {
    var withSignals = new ArrayList<>(command);
    withSignals.addAll(0, List.of("env", "--default-signal=INT,HUP,TERM"));
    var builder = new ProcessBuilder(withSignals);
    builder.environment().putAll(environment);
    return new ServeProcess(builder.start());
  }

  /** Starts the command on the class path of this test. */
  static ServeProcess edgewise(List<String> jvmOptions, List<String> args) throws IOException {
    return start(command(jvmOptions, args));
  }

  /** The command on the class path of this test, with the native access of the launcher. */
  static List<String> command(String... args) {
    return command(List.of("--enable-native-access=ALL-UNNAMED"), List.of(args));
  }

  private static List<String> command(List<String> jvmOptions, List<String> args) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m"));
    command.add("--illegal-native-access=deny");
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "edgewise.cli.Main"));
    command.addAll(args);
    return command;
  }

  /** Starts the command with the native access that the launcher gives it. */
  static ServeProcess edgewise(String... args) throws IOException {
    return edgewise(List.of("--enable-native-access=ALL-UNNAMED"), List.of(args));
  }

  private static BlockingQueue<String> lines(BufferedReader stream) {
    var lines = new LinkedBlockingQueue<String>();
    Thread.ofVirtual()
        .start(() -> {
          try (stream) {
            stream.lines().forEach(lines::add);
          } catch (IOException | UncheckedIOException e) {
            lines.add("(the stream broke: " + e + ")");
          }
          lines.add(END);
        });
    return lines;
  }

  private static String next(BlockingQueue<String> stream) throws InterruptedException {
    String line = stream.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    return line == null ? fail("nothing was printed for a minute") : line;
  }

  private static List<String> rest(BlockingQueue<String> stream) throws InterruptedException {
    var lines = new ArrayList<String>();
    for (String line = next(stream); !line.equals(END); line = next(stream)) {
      lines.add(line);
    }
    return lines;
  }

  /** Reads what it prints on start up to the last line, "... backend, ...", and returns that. */
  String awaitStart() throws InterruptedException {
    while (true) {
      String line = next(out);
      if (line.equals(END)) {
        return fail("it ended before it served: " + rest(err));
      }
      if (line.contains(" backend, ")) {
        return line;
      }
      addresses.add(line);
    }
  }

  /** The lines of the addresses. */
  List<String> addresses() {
    return addresses;
  }

  /** The first address, which is a URL. */
  URI url() {
    return URI.create(addresses.getFirst().split(" ", 2)[0]);
  }

  /** The next line on stderr. */
  String errorLine() throws InterruptedException {
    return next(err);
  }

  /** The process. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  /** How many descriptors it has open, proc_pid_fd(5). */
  long openDescriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
      return open.count();
    }
  }

  /** The most memory that it has ever had at once, in bytes: VmHWM of proc_pid_status(5). */
  long peakMemory() throws IOException {
    for (String line :
        Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    return fail("no VmHWM in /proc/PID/status");
  }

  /** Sends a signal such as "INT". */
  void signal(String name) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor(), "kill -s " + name);
  }

  /** How it ended. */
  record Ended(int exitCode, List<String> out, List<String> err) {}

  /** Waits for its end. */
  Ended awaitEnd() throws InterruptedException {
    assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "it is still running");
    return new Ended(process.exitValue(), rest(out), rest(err));
  }

  /** SIGTERM, and waits for the end. */
  Ended terminate() throws InterruptedException {
    assertTrue(process.toHandle().destroy(), "it has ended before");
    return awaitEnd();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
