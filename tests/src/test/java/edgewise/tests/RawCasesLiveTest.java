package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.http.RawCase;
import edgewise.http.RawCases;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The raw cases against {@code edgewise testserver} as a process of its own, over TCP and over a
 * unix socket. All cases of a run are in flight at once: few of them take long, and each of those
 * only waits.
 */
class RawCasesLiveTest {
  @TempDir static Path directory;
  private static Path root = Path.of("");

  @BeforeAll
  static void makeFiles() throws Exception {
    root = RawCases.files(directory);
    // A FIFO that nobody writes to: whoever opens it without care waits for ever.
    Programs.run("mkfifo", root.resolve("fifo").toString()).assertOk();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"EPOLL_EDGE", "EPOLL_LEVEL", "SELECT"})
  void everyCaseIsAnsweredStrictly(Mode mode) throws Exception {
    try (var site = Site.open(root, mode, Files.createTempDirectory("edgewise-raw"))) {
      assertEquals(List.of(), faults(site.tcp()), "over TCP");
      assertEquals(List.of(), faults(site.unix()), "over a unix socket");
    }
  }

  private static List<String> faults(SocketAddress address) throws Exception {
    var playing = new ArrayList<Future<List<String>>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (RawCase one : RawCases.load()) {
        playing.add(threads.submit((Callable<List<String>>) () -> play(one, address)));
      }
    }
    return results(playing);
  }

  private static List<String> results(List<Future<List<String>>> playing)
      throws InterruptedException, ExecutionException {
    var all = new ArrayList<String>();
    for (Future<List<String>> one : playing) {
      all.addAll(one.get());
    }
    return all;
  }

  private static List<String> play(RawCase one, SocketAddress address)
      throws IOException, InterruptedException {
    try (var client = new RawClient(one, address)) {
      return one.faults(client.play()).stream().map(fault -> one + ": " + fault).toList();
    }
  }
}
