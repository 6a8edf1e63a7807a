package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the lines of the access log, also when nobody takes them. */
class AccessLogTest {
  private static final AccessLogOptions OPTIONS =
      AccessLogOptions.DEFAULT
          .withMaxFieldBytes(64)
          .withMaxQueuedBytes(4096)
          .withFlushInterval(Duration.ofMillis(1))
          .withCloseTimeout(Duration.ofMillis(300));

  @TempDir Path directory;

  @Test
  void aLineMakesNoGarbage() throws IOException {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var log = AccessLog.to(OutputStream.nullOutputStream(), OPTIONS)) {
      long before = 0;
      for (int i = 0; i < 40_000; i++) {
        if (i == 20_000) {
          before = threads.getCurrentThreadAllocatedBytes();
        }
        log.refused("192.0.2.7", 400, 100);
        if (i % 10 == 0) {
          Thread.onSpinWait();
        }
      }
      double each = (threads.getCurrentThreadAllocatedBytes() - before) / 20_000.0;
      assertTrue(each < 1, () -> each + " bytes per line");
    }
  }

  @Test
  void aRequestIsLogged() {
    var out = new ByteArrayOutputStream();
    var log = AccessLog.to(out);
    try (log;
        var rig =
            new HttpRig(request -> {
              log.answered(request, "192.0.2.7", 404, 0, System.nanoTime() - 7_200_000_000_000L);
              return Response.error(404);
            })) {
      rig.exchange(
          "POST /a%22\"?b HTTP/1.0\r\nHost: a\r\nReferer: r\r\nUser-Agent: \"u\u00fc\r\n\r\n");
    }
    String line = out.toString(StandardCharsets.US_ASCII);
    String rest = line.substring(line.indexOf(']'));
    assertEquals("] \"POST /a%22\\x22?b HTTP/1.0\" 404 - \"r\" \"\\x22u\\xFC\"\n", rest);
    var matcher = AccessLineTest.COMBINED.matcher(line.strip());
    assertTrue(matcher.matches(), line);
    var pattern = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss xx", Locale.ROOT);
    long age =
        Instant.now().getEpochSecond()
            - Instant.from(pattern.parse(matcher.group(1))).getEpochSecond();
    assertTrue(age >= 7200 && age < 7260, "it began two hours ago: " + age);
  }

  @Test
  void aLineComesWithoutOthersAndWithoutClosing() throws Exception {
    Path file = directory.resolve("log");
    Files.writeString(file, "before\n");
    try (var log = AccessLog.toFile(file, OPTIONS)) {
      log.refused("a", 400, 1);
      awaitLines(file, 2);
      log.refused("b", 400, 1);
      awaitLines(file, 3);
    }
    assertEquals("before", Files.readAllLines(file).getFirst(), "it is appended");
  }

  private static void awaitLines(Path file, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.exists(file) || Files.readAllLines(file).size() < count) {
      assertTrue(System.nanoTime() < deadline, "the line does not come");
      Thread.sleep(2);
    }
  }

  @Test
  void linesOfManyThreadsStayWholeAndInOrder() throws Exception {
    Path file = directory.resolve("log");
    var log = AccessLog.toFile(file, AccessLogOptions.DEFAULT.withMaxQueuedBytes(16 << 20));
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      String name = "t" + t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= 5000; i++) {
                  log.refused(name, 400, i);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    log.close();
    assertEquals(0, log.dropped());
    int[] last = new int[4];
    for (String line : Files.readAllLines(file)) {
      assertTrue(AccessLineTest.COMBINED.matcher(line).matches(), line);
      int number = Integer.parseInt(line.split(" ", -1)[7]);
      assertEquals(++last[line.charAt(1) - '0'], number, line);
    }
    for (int count : last) {
      assertEquals(5000, count);
    }
  }

  @Test
  void afterARenameLinesGoToANewFile() throws Exception {
    Path file = directory.resolve("log");
    Path old = directory.resolve("log.1");
    try (var log = AccessLog.toFile(file, OPTIONS)) {
      log.refused("a", 400, 1);
      awaitLines(file, 1);
      Files.move(file, old);
      log.reopen();
      log.refused("b", 400, 1);
      awaitLines(file, 1);
      log.reopen();
      log.reopen();
      log.refused("c", 400, 1);
      awaitLines(file, 2);
      Files.delete(file);
      Files.createDirectory(file);
      assertThrows(IOException.class, log::reopen);
      log.refused("d", 400, 1);
    }
    assertEquals(1, Files.readAllLines(old).size());
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      assertTrue(descriptors.noneMatch(AccessLogTest::isOurs), "every file is closed");
    }
  }

  private static boolean isOurs(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("/log");
    } catch (IOException e) {
      return false; // it was the one that lists
    }
  }

  @Test
  void aLogThatIsClosedDropsAndCannotBeReopened() throws IOException {
    var log = AccessLog.toFile(directory.resolve("log"), OPTIONS);
    log.close();
    log.close();
    log.refused("a", 400, 1);
    assertEquals(1, log.dropped());
    assertThrows(IllegalStateException.class, log::reopen);
    assertEquals(0, Files.size(directory.resolve("log")));
  }

  // --- outputs that do not take what they are given

  /** The sink of a pipe that takes nothing more. */
  private static Pipe fullPipe() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.sink().configureBlocking(false);
    int written = 1;
    while (written > 0) {
      written = pipe.sink().write(ByteBuffer.allocate(1024));
    }
    pipe.sink().configureBlocking(true);
    return pipe;
  }

  @Test
  void nobodyWaitsForAPipeThatNobodyReads() throws Exception {
    Pipe pipe = fullPipe();
    int lines = 20_000;
    AccessLog log = AccessLog.to(Channels.newOutputStream(pipe.sink()), OPTIONS);
    long slowest = 0;
    for (int i = 0; i < lines; i++) {
      long before = System.nanoTime();
      log.refused("192.0.2.7", 400, 1);
      slowest = Math.max(slowest, System.nanoTime() - before);
    }
    long most = TimeUnit.NANOSECONDS.toMillis(slowest);
    assertTrue(most < 2_000, () -> "a call took " + most + " ms");
    assertTrue(log.dropped() > lines - 200, "what the queue does not hold was dropped");

    long start = System.nanoTime();
    log.close();
    long closing = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(closing >= 250 && closing < 5_000, () -> "closing took " + closing + " ms");
    assertEquals(lines, log.dropped(), "the rest was counted, too");
    pipe.source().close();
    pipe.sink().close();
  }

  /** It takes nothing, not even an interrupt, until it is opened. */
  private static final class Gate extends OutputStream {
    final CountDownLatch open = new CountDownLatch(1);
    final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    final CountDownLatch interrupted = new CountDownLatch(1);

    @Override
    public void write(int octet) {
      throw new AssertionError("one by one");
    }

    @Override
    public void write(byte[] octets, int from, int count) {
      while (open.getCount() > 0) {
        try {
          open.await();
        } catch (InterruptedException e) {
          interrupted.countDown(); // and it goes on waiting, as a write to a terminal would
        }
      }
      taken.write(octets, from, count);
    }
  }

  @Test
  void linesGoOnWhenTheOutputDoes() throws Exception {
    var gate = new Gate();
    AccessLog log = AccessLog.to(gate, OPTIONS);
    int offered = 1000;
    for (int i = 0; i < offered; i++) {
      log.refused("a", 400, 1);
    }
    long dropped = log.dropped();
    assertTrue(dropped > 0);
    gate.open.countDown();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    do { // until there is room again
      assertTrue(System.nanoTime() < deadline);
      dropped = log.dropped();
      Thread.sleep(1);
      log.refused("b", 400, 1);
      offered++;
    } while (log.dropped() > dropped);
    log.close();
    List<String> lines = gate.taken.toString(StandardCharsets.US_ASCII).lines().toList();
    assertEquals(offered - log.dropped(), lines.size(), "each line is written or counted");
    assertTrue(lines.getLast().startsWith("b "));
  }

  @Test
  void closingDoesNotWaitForEver() throws Exception {
    var gate = new Gate();
    AccessLog log = AccessLog.to(gate, OPTIONS);
    log.refused("a", 400, 1);
    long start = System.nanoTime();
    log.close();
    assertTrue(System.nanoTime() - start < 5_000_000_000L);
    assertEquals(1, log.dropped());
    assertTrue(gate.interrupted.await(20, TimeUnit.SECONDS), "it was told to stop");
    gate.open.countDown();
  }

  @Test
  void anOutputThatFailsCostsItsLinesAndNoMore() throws Exception {
    var out = new ByteArrayOutputStream();
    var failing =
        new OutputStream() {
          int calls;

          @Override
          public void write(int octet) {
            throw new AssertionError("one by one");
          }

          @Override
          public void write(byte[] octets, int from, int count) throws IOException {
            switch (calls++) {
              case 0 -> throw new IOException("disk full");
              case 1 -> throw new IllegalStateException("a defect of the stream");
              default -> out.write(octets, from, count);
            }
          }
        };
    try (var log = AccessLog.to(failing, OPTIONS)) {
      for (int expected = 1; expected <= 2; expected++) {
        log.refused("a", 400, 1);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (log.dropped() < expected && System.nanoTime() < deadline) {
          Thread.sleep(1);
        }
        assertEquals(expected, log.dropped());
      }
      log.refused("b", 400, 1);
    }
    assertTrue(out.toString(StandardCharsets.US_ASCII).startsWith("b - - ["));
  }

  @Test
  void dropsAreReportedOnceAMinute() throws Exception {
    var clock = new AtomicLong(-5); // System.nanoTime may be negative
    var reports = new LinkedBlockingQueue<Long>();
    var reporters = new LinkedBlockingQueue<Thread>();
    var drops =
        new DropCount(
            clock::get,
            total -> {
              reporters.add(Thread.currentThread());
              reports.add(total);
            });
    drops.reportRest();
    drops.add(1);
    assertEquals(1, reports.poll(20, TimeUnit.SECONDS));
    reporters.take().join(); // while it reports, nobody else does
    drops.add(2);
    clock.addAndGet(DropCount.REPORT_INTERVAL_NANOS - 1);
    drops.add(3);
    assertNull(reports.poll(20, TimeUnit.MILLISECONDS));
    clock.addAndGet(1);
    drops.add(4);
    assertEquals(10, reports.poll(20, TimeUnit.SECONDS));
    drops.add(5);
    drops.reportRest();
    drops.reportRest();
    assertEquals(List.of(15L), List.copyOf(reports));
    assertEquals(15, drops.total());
  }

  @Test
  void aReportThatBlocksHoldsUpNobody() throws Exception {
    var gate = new CountDownLatch(1);
    var clock = new AtomicLong();
    var started = new LinkedBlockingQueue<Long>();
    var drops =
        new DropCount(
            clock::get,
            total -> {
              started.add(total);
              try {
                gate.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    for (int i = 0; i < 10; i++) {
      drops.add(1);
      clock.addAndGet(DropCount.REPORT_INTERVAL_NANOS);
    }
    assertEquals(10, drops.total());
    assertNotNull(started.poll(20, TimeUnit.SECONDS));
    assertNull(started.poll(50, TimeUnit.MILLISECONDS), "one waits, and not one for each minute");
    gate.countDown();
  }

  @Test
  void optionsThatCannotWorkAreRefused() {
    var options = AccessLogOptions.DEFAULT;
    assertThrows(IllegalArgumentException.class, () -> options.withMaxFieldBytes(15));
    assertThrows(IllegalArgumentException.class, () -> options.withMaxQueuedBytes(16_000));
    assertThrows(IllegalArgumentException.class, () -> options.withFlushInterval(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> options.withCloseTimeout(Duration.ZERO));
  }
}
