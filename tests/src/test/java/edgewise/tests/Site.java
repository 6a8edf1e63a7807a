package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code edgewise testserver} as a process of its own, for programs of others: over TCP, and over a
 * unix socket. Closing it asserts that it ends in good order and has printed nothing on stderr.
 */
final class Site implements AutoCloseable {
  /** The socket file. */
  final Path socket;

  private final ServeProcess process;

  private Site(ServeProcess process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /**
   * Serves a directory.
   *
   * @param scratch another directory, where the socket file is made
   */
  static Site open(Path directory, Mode mode, Path scratch) throws Exception {
    assumeTrue(mode.backend().unavailable() == null, () -> mode.backend().unavailable());
    Path socket = Files.createTempDirectory(scratch, "site").resolve("app.sock");
    var args = new ArrayList<>(List.of("testserver", directory.toString(), "--loops", "2"));
    args.addAll(List.of("--backend", mode.backendName));
    args.addAll(List.of("--trigger", mode.trigger.name().toLowerCase(Locale.ROOT)));
    args.addAll(List.of("--listen", "0", "--listen", "unix:" + socket));
    ServeProcess process = ServeProcess.edgewise(args.toArray(String[]::new));
    try {
      process.awaitStart();
      return new Site(process, socket);
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

  @Override
  public void close() {
    try (process) {
      assertEquals(new ServeProcess.Ended(0, List.of(), List.of()), process.terminate());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail("interrupted while the server was ending", e);
    }
  }
}
