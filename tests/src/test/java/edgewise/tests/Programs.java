package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Programs of others: found on the PATH, run with a time limit, and what they print. */
final class Programs {
  /** For what takes a second or two, on a machine that is busy with other things. */
  private static final long LIMIT_SECONDS = 50;

  private static final Executor READERS = reader -> Thread.ofVirtual().start(reader);

  private Programs() {}

  /** How a program ended, and what it printed. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Ran(List<String> command, int exitCode, byte[] out, String err) {
    String text() {
      return new String(out, StandardCharsets.UTF_8);
    }

    /** It ended with exit code 0. */
    Ran assertOk() {
      assertEquals(0, exitCode, this::toString);
      return this;
    }

    @Override
    public String toString() {
      return String.join(" ", command) + "\nended with " + exitCode + "\n" + text() + "\n" + err;
    }
  }

  /**
   * Where a program is, or null; servers are often in a directory that only root has on its PATH.
   */
  static @Nullable Path find(String name) {
    var directories = new ArrayList<>(List.of(System.getenv("PATH").split(File.pathSeparator, -1)));
    directories.add("/usr/sbin");
    for (String directory : directories) {
      Path path = Path.of(directory, name);
      if (Files.isExecutable(path) && Files.isRegularFile(path)) {
        return path;
      }
    }
    return null;
  }

  /** Runs a program to its end. */
  static Ran run(String... command) throws IOException, InterruptedException {
    return run(List.of(command));
  }

  /** Runs a program to its end; if that does not come, the program and its children are killed. */
  static Ran run(List<String> command) throws IOException, InterruptedException {
    Process process = builder(command).start();
    try {
      process.getOutputStream().close();
      var out = CompletableFuture.supplyAsync(() -> all(process.getInputStream()), READERS);
      var err = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()), READERS);
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        end(process);
        fail("still running: " + command + "\n" + text(out.join()) + "\n" + text(err.join()));
      }
      return new Ran(command, process.exitValue(), out.join(), text(err.join()));
    } finally {
      end(process);
    }
  }

  /** Starts a program that runs until {@link #end}; what it prints goes to a file. */
  static Process start(List<String> command, Path log) throws IOException {
    return builder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  private static ProcessBuilder builder(List<String> command) {
    var found = new ArrayList<>(command);
    Path program = find(command.getFirst());
    if (program != null) {
      found.set(0, program.toString());
    }
    return new ProcessBuilder(found);
  }

  /** Kills a program and what it has started, each by its handle. */
  static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  private static byte[] all(InputStream stream) {
    try (stream) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.UTF_8);
  }
}
