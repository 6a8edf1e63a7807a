package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * {@code edgewise testserver} as a process of its own, for programs of others: over TCP, and over a
 * unix socket. Closing it asserts that it ends in good order and has printed nothing on stderr.
 */
final class Site implements AutoCloseable {
  /** What is served. */
  final Path directory;

  /** A directory for what a test makes; it goes when the site closes. */
  final Path scratch;

  /** The socket file. */
  final Path socket;

  private final ServeProcess process;

  private Site(Path directory, Path scratch, Path socket, ServeProcess process) {
    this.directory = directory;
    this.scratch = scratch;
    this.socket = socket;
    this.process = process;
  }

  /** Serves the sample files. */
  static Site ofSampleFiles(Mode mode, String... jvmOptions) throws Exception {
    Path scratch = Files.createTempDirectory("edgewise-site");
    Path directory = Files.createDirectory(scratch.resolve("files"));
    SampleFiles.in(directory);
    return open(directory, mode, scratch, jvmOptions);
  }

  /**
   * Serves a directory; skips the test where the backend cannot be used.
   *
   * @param scratch belongs to the site from now on, and is deleted when that closes
   * @param jvmOptions override those that {@link ServeProcess} gives to every server
   */
  static Site open(Path directory, Mode mode, Path scratch, String... jvmOptions) throws Exception {
    try {
      assumeTrue(mode.backend().unavailable() == null, () -> mode.backend().unavailable());
      Path socket = scratch.resolve("app.sock");
      return new Site(directory, scratch, socket, serve(directory, mode, socket, jvmOptions));
    } catch (Throwable t) {
      delete(scratch);
      throw t;
    }
  }

  private static ServeProcess serve(Path directory, Mode mode, Path socket, String... jvmOptions)
      throws Exception {
    var args = new ArrayList<>(List.of("testserver", directory.toString(), "--loops", "2"));
    String trigger = mode.trigger.name().toLowerCase(Locale.ROOT);
    args.addAll(List.of("--backend", mode.backendName, "--trigger", trigger));
    args.addAll(List.of("--listen", "0", "--listen", "unix:" + socket));
    var options = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    options.addAll(List.of(jvmOptions));
    ServeProcess process = ServeProcess.edgewise(options, args);
    try {
      String running = mode.backendName + " backend, " + trigger + "-triggered, 2 loops";
      assertEquals(running, process.awaitStart());
      return process;
    } catch (Throwable t) {
      process.close();
      throw t;
    }
  }

  /** The URL of a path, which begins without a slash. */
  String url(String path) {
    return process.url() + path;
  }

  int port() {
    return process.url().getPort();
  }

  InetSocketAddress tcp() {
    return new InetSocketAddress(process.url().getHost(), port());
  }

  UnixDomainSocketAddress unix() {
    return UnixDomainSocketAddress.of(socket);
  }

  /** How many descriptors the server has open. */
  long openDescriptors() throws IOException {
    return process.openDescriptors();
  }

  /** The most memory that the server has ever had at once, in bytes. */
  long peakMemory() throws IOException {
    return process.peakMemory();
  }

  /** Runs a script of the test resources; its arguments are port, socket file and large file. */
  Programs.Ran runScript(String interpreter, String script) throws Exception {
    Path copy = scratch.resolve(script);
    try (var source = Objects.requireNonNull(Site.class.getResourceAsStream(script))) {
      Files.copy(source, copy);
    }
    String large = directory.resolve(SampleFiles.LARGE).toString();
    String port = Integer.toString(port());
    return Programs.run(interpreter, copy.toString(), port, socket.toString(), large).assertOk();
  }

  @Override
  public void close() {
    try (process) {
      assertEquals(new ServeProcess.Ended(0, List.of(), List.of()), process.terminate());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail("interrupted while the server was ending", e);
    } finally {
      delete(scratch);
    }
  }

  private static void delete(Path tree) {
    try (var paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
