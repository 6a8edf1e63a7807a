package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bodies that are longer than the memory of the server, up and down, through each kind of handler:
 * what is on its way at any time is bounded, on each side of the handler.
 */
class BigBodiesTest {
  private static final List<String> ALL_KINDS = List.of("loop", "async", "thread");

  private static final String HEAP = "-Xmx64m";

  /**
   * The heap, and as much again for the JVM itself (classes, code, stacks) and for what buffers
   * take outside of the heap. Measured: 82 MiB at most. What is kept of a body would be more.
   */
  private static final long MEMORY_LIMIT = 128L << 20;

  /** As long as the whole heap: who collects it fails. */
  @ParameterizedTest
  @EnumSource(names = {"EPOLL_EDGE", "EPOLL_LEVEL", "SELECT"})
  void aBodyAsLongAsTheHeapPasses(Mode mode) throws Exception {
    pass(mode, 64L << 20);
  }

  /** More than an int counts. */
  @Tag("slow")
  @ParameterizedTest
  @EnumSource(names = {"EPOLL_EDGE", "EPOLL_LEVEL", "SELECT"})
  void twoGibibytesPass(Mode mode) throws Exception {
    pass(mode, 2L << 30);
  }

  private static void pass(Mode mode, long length) throws Exception {
    List<String> kinds = mode == Mode.EPOLL_EDGE ? ALL_KINDS : List.of("thread");
    String sum = BulkClient.sumOf(length);
    try (Site site = Site.ofSampleFiles(mode, HEAP)) {
      for (String kind : kinds) {
        pass(site.tcp(), kind, length, sum, false);
        pass(site.unix(), kind, length, sum, true);
      }
      long peak = site.peakMemory();
      assertTrue(peak <= MEMORY_LIMIT, () -> mode + ": the server has had " + peak + " bytes");
    }
  }

  private static void pass(
      SocketAddress address, String kind, long length, String sum, boolean inChunks) {
    String what = kind + " " + address;
    assertTimeoutPreemptively(
        Duration.ofMinutes(1),
        () -> {
          String path = "/stream/" + kind;
          try (var client = new BulkClient(address)) {
            assertEquals(sum, client.upload(path, length, inChunks), what);
            assertEquals(sum, client.download(path + "?bytes=" + length), what);
          }
        },
        what);
  }
}
