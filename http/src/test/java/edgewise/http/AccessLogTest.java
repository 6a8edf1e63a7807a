package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines of the access log, and what becomes of them when nobody takes them. */
class AccessLogTest {
  private static final AccessLogOptions OPTIONS =
      AccessLogOptions.DEFAULT
          .withMaxFieldBytes(64)
          .withMaxQueuedBytes(4096)
          .withFlushInterval(Duration.ofMillis(1))
          .withCloseTimeout(Duration.ofMillis(300));

  /** 1994-11-06 08:49:37 UTC. */
  private static final long SECOND = 784111777;

  private static final Pattern COMBINED =
      Pattern.compile(
          "\\S+ - - \\[(\\S+ \\+0000)] \"[^\"\\\\]*(\\\\x[0-9A-F]{2}[^\"\\\\]*)*\" \\d{3} (-|\\d+)"
              + "( \"[^\"\\\\]*(\\\\x[0-9A-F]{2}[^\"\\\\]*)*\"){2}");

  @TempDir Path directory;

  private static String line(String target, String referer, String userAgent) {
    var line = new AccessLine(64);
    line.begin("192.0.2.7", SECOND);
    line.request("GET", target, "HTTP/1.1");
    line.end(200, 512, referer, userAgent);
    String text = line.toString();
    assertEquals(text.length() - 1, text.indexOf('\n'), "it is one line");
    assertTrue(COMBINED.matcher(text.strip()).matches(), text);
    return text;
  }

  // --- a line

  @Test
  void aLineHasTheCombinedFormat() {
    assertEquals(
        "192.0.2.7 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 512 \"http://r/\""
            + " \"curl/8\"\n",
        line("/a?b", "http://r/", "curl/8"));
  }

  @Test
  void whatIsMissingIsADash() {
    var line = new AccessLine(64);
    line.begin("", SECOND);
    line.noRequest();
    line.end(400, 0, null, null);
    assertEquals("- - - [06/Nov/1994:08:49:37 +0000] \"-\" 400 - \"-\" \"-\"\n", line.toString());
  }

  @Test
  void timesAreRightOnAnyDay() {
    var pattern = DateTimeFormatter.ofPattern("'['dd/MMM/yyyy:HH:mm:ss xx']'", Locale.ROOT);
    var line = new AccessLine(64);
    for (long second = 0; second < 5_000_000_000L; second += 9_999_991) {
      line.begin("a", second);
      String expected = pattern.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
      assertEquals("a - - " + expected + " \"", line.toString());
    }
  }

  @Test
  void numbersAreWrittenInFull() {
    var line = new AccessLine(64);
    for (long bytes : new long[] {1, 9, 10, 4096, Long.MAX_VALUE}) {
      line.begin("a", SECOND);
      line.end(599, bytes, null, null);
      assertTrue(line.toString().endsWith("\" 599 " + bytes + " \"-\" \"-\"\n"));
    }
  }

  @Test
  void nobodyForgesALine() {
    String forged = "x\" 200 1 \"-\" \"-\"\n10.0.0.1 - - [";
    assertEquals(
        "\"x\\x22 200 1 \\x22-\\x22 \\x22-\\x22\\x0A10.0.0.1 - - [\"",
        line("/", forged, "b").split("512 ", -1)[1].split(" \"b\"", -1)[0]);
    for (char c = 0; c <= 0x100; c++) {
      line("/" + c + c, "" + c, c + "x\\" + c + "\\\\");
    }
    assertTrue(
        line("/", "\u001b[31m", "\u0085\u00fc\\").contains("\"\\x1B[31m\" \"\\x85\\xFC\\x5C\""));
  }

  @Test
  void anAddressIsOneWord() {
    var line = new AccessLine(64);
    line.begin("unix:/a b\"\n", SECOND);
    assertTrue(line.toString().startsWith("unix:/a\\x20b\\x22\\x0A - - ["));
  }

  @Test
  void longFieldsAreCutAndSaySo() {
    String line = line("/" + "x".repeat(1000), "\n".repeat(1000), "y".repeat(64));
    assertTrue(line.contains("\"GET /" + "x".repeat(59) + "...\""), line);
    assertTrue(line.contains("\"" + "\\x0A".repeat(16) + "...\""), line);
    assertTrue(line.contains("\"" + "y".repeat(64) + "\""), line);
    assertTrue(line("/", "x".repeat(62) + "\n", "y").contains("x...\""), "no escape is cut");
  }

  @Test
  void theLongestLineFits() {
    String longest = "\0".repeat(100_000);
    var line = new AccessLine(65_536);
    line.begin(longest, Long.MAX_VALUE / 1000);
    line.request(longest, longest, longest);
    line.end(Integer.MAX_VALUE, Long.MAX_VALUE, longest, longest);
    assertTrue(line.length() <= AccessLine.maxBytes(65_536));
  }

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

  // --- a log

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
    var matcher = COMBINED.matcher(line.strip());
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
      assertTrue(COMBINED.matcher(line).matches(), line);
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
    var drops = new DropCount(clock::get, reports::add);
    drops.reportRest();
    drops.add(1);
    assertEquals(1, reports.poll(20, TimeUnit.SECONDS));
    Thread.sleep(20);
    drops.add(2);
    clock.addAndGet(DropCount.REPORT_INTERVAL_NANOS - 1);
    drops.add(3);
    Thread.sleep(20);
    assertEquals(0, reports.size());
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
    Thread.sleep(50);
    assertEquals(1, started.size(), "one waits, and not one for each minute");
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
