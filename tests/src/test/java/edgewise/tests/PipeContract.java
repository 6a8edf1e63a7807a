package edgewise.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.File;
import edgewise.linux.Ioctl;
import edgewise.sources.Counter;
import edgewise.sources.PipeReader;
import edgewise.sources.PipeWriter;
import edgewise.spi.Backend.Feature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Pipes and FIFOs on the loop, with programs of others at the other end. */
class PipeContract {
  /** What a reader was told. */
  private static final class Read implements PipeReader.Handler {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<String> ends = new ArrayList<>();

    @Override
    public void onData(PipeReader reader, ByteBuffer in) {
      byte[] taken = new byte[in.remaining()];
      in.get(taken);
      bytes.writeBytes(taken);
    }

    @Override
    public void onEnd(PipeReader reader, @Nullable IOException failure) {
      ends.add(failure == null ? "end" : Rig.text(failure));
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  /** What a writer was told. */
  private static final class Written implements PipeWriter.Handler {
    final List<String> events = new ArrayList<>();

    @Override
    public void onWritable(PipeWriter writer) {
      events.add("writable");
    }

    @Override
    public void onBroken(PipeWriter writer, IOException failure) {
      events.add(Rig.text(failure));
    }
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static int[] pipe() {
    int[] ends = new int[2];
    assertEquals(0, File.pipe2(ends, File.O_CLOEXEC));
    return ends;
  }

  @Contract(families = Family.UNIX)
  void whatIsWrittenIsReadInOrderAndThenTheEnd(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    int[] ends = pipe();
    var read = new Read();
    PipeReader reader = PipeReader.of(rig.loop(), ends[0], read);
    PipeWriter writer = PipeWriter.of(rig.loop(), ends[1], PipeWriter.UNHEARD);
    byte[] sent = new byte[3 << 20];
    new Random(1).nextBytes(sent);
    boolean more = writer.write(ByteBuffer.wrap(sent));
    assertFalse(more, "a pipe holds 64 KiB");
    assertTrue(writer.queuedBytes() > PipeWriter.HIGH_WATER_BYTES);
    writer.end();
    assertThrows(IllegalStateException.class, () -> writer.write(text("x")));
    rig.until("the end", () -> !read.ends.isEmpty());
    assertArrayEquals(sent, read.bytes.toByteArray());
    assertEquals(List.of("end"), read.ends);
    assertFalse(reader.isOpen());
    assertFalse(writer.isOpen());
  }

  @Contract(families = Family.UNIX)
  void aPausedReaderTakesNothingAndSpinsNotWhenTheWriterEnds(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    int[] ends = pipe();
    var read = new Read();
    PipeReader reader = PipeReader.of(rig.loop(), ends[0], read);
    var written = new Written();
    PipeWriter writer = PipeWriter.of(rig.loop(), ends[1], written);
    reader.pause();
    assertTrue(reader.isPaused());
    assertFalse(writer.write(ByteBuffer.allocate(1 << 20)));
    rig.assertIdle(Duration.ofMillis(20));
    assertEquals(0, read.bytes.size());
    reader.resume();
    rig.until("writable again", () -> written.events.equals(List.of("writable")));
    assertTrue(writer.write(text("last")));
    rig.until("all is read", () -> read.bytes.size() == (1 << 20) + 4);
    reader.pause();
    assertTrue(writer.write(text("words")));
    writer.end();
    rig.assertIdle(Duration.ofMillis(20));
    assertEquals(List.of(), read.ends);
    reader.resume();
    rig.until("the end", () -> read.ends.equals(List.of("end")));
    assertTrue(read.text().endsWith("lastwords"));
  }

  @Contract(families = Family.UNIX)
  void aReaderThatIsGoneIsEpipeAndNoSignal(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var idle = new Written();
    int[] first = pipe();
    PipeWriter unused = PipeWriter.of(rig.loop(), first[1], idle);
    rig.turns(2);
    File.close(first[0]);
    rig.until("an idle writer hears of it", () -> !idle.events.isEmpty());
    assertTrue(idle.events.getFirst().contains("EPIPE"), idle.events.toString());
    assertFalse(unused.isOpen());

    var busy = new Written();
    int[] second = pipe();
    PipeWriter writer = PipeWriter.of(rig.loop(), second[1], busy);
    rig.turns(2);
    File.close(second[0]);
    assertFalse(writer.write(text("nobody")));
    assertEquals(List.of(), busy.events, "not from within write");
    rig.until("told", () -> !busy.events.isEmpty());
    rig.turns(3);
    assertEquals(1, busy.events.size());
    assertTrue(busy.events.getFirst().contains("EPIPE"), busy.events.toString());
  }

  @Contract(families = Family.UNIX)
  void theQueueHasALimit(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    int[] ends = pipe();
    PipeWriter writer = PipeWriter.of(rig.loop(), ends[1], PipeWriter.UNHEARD);
    ByteBuffer piece = ByteBuffer.allocate(PipeWriter.MAX_QUEUED_BYTES / 4);
    for (int i = 0; i < 4; i++) {
      assertFalse(writer.write(piece.clear()));
    }
    var refusal =
        assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.allocate(1 << 20)));
    assertTrue(Rig.text(refusal).contains("queue"), Rig.text(refusal));
    writer.close();
    File.close(ends[0]);
  }

  // Law 4
  @Needs("yes")
  @Contract(families = Family.UNIX)
  void aPipeThatNeverEndsStarvesNobody(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path fifo = rig.name();
    assertEquals(0, File.mkfifo(fifo.toString(), 0600));
    var read = new Read();
    PipeReader reader = PipeReader.fifo(rig.loop(), fifo, false, read);
    Process endless = Programs.start(List.of("sh", "-c", "exec yes > " + fifo), rig.name());
    rig.closing(() -> Programs.end(endless));
    var counted = new ArrayList<Long>();
    Counter counter = Counter.open(rig.loop(), (_, taken) -> counted.add(taken));
    for (int i = 1; i <= 20; i++) {
      assertTrue(counter.add(1));
      int before = read.bytes.size();
      int wanted = i;
      rig.until("counted", () -> counted.size() == wanted && read.bytes.size() > before);
      read.bytes.reset();
    }
    reader.close();
    counter.close();
  }

  // --- FIFOs, with cat at the other end

  @Contract(families = Family.UNIX)
  void aFifoIsReadFromWhoeverWrites(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path fifo = rig.name();
    Programs.run("mkfifo", fifo.toString()).assertOk();
    var read = new Read();
    PipeReader reader = PipeReader.fifo(rig.loop(), fifo, false, read);
    rig.assertIdle(Duration.ofMillis(20));
    assertTrue(reader.isOpen(), "no writer yet is not the end");
    var writing = rig.aside(() -> Programs.run("sh", "-c", "printf hello > " + fifo));
    rig.until("the end", () -> !read.ends.isEmpty());
    rig.await(writing).assertOk();
    assertEquals("hello", read.text());
    assertEquals(List.of("end"), read.ends);
  }

  @Contract(families = Family.UNIX)
  void aFifoThatIsKeptOpenOutlivesItsWriters(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path fifo = rig.name();
    Programs.run("mkfifo", fifo.toString()).assertOk();
    var read = new Read();
    PipeReader reader = PipeReader.fifo(rig.loop(), fifo, true, read);
    for (String word : List.of("one", "two")) {
      var writing = rig.aside(() -> Programs.run("sh", "-c", "printf " + word + " > " + fifo));
      rig.until(word, () -> read.text().endsWith(word));
      rig.await(writing).assertOk();
    }
    rig.assertIdle(Duration.ofMillis(20));
    assertEquals("onetwo", read.text());
    assertEquals(List.of(), read.ends);
    reader.close();
  }

  @Contract(families = Family.UNIX)
  void aFifoIsWrittenToOnceSomebodyReads(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path fifo = rig.name();
    Programs.run("mkfifo", fifo.toString()).assertOk();
    var refusal =
        assertThrows(
            IOException.class, () -> PipeWriter.fifo(rig.loop(), fifo, PipeWriter.UNHEARD));
    assertTrue(Rig.text(refusal).contains("ENXIO"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("for reading"), Rig.text(refusal));
    int reader =
        new Pipes(rig)
            .owned(File.open(fifo.toString(), File.O_RDONLY | File.O_NONBLOCK | File.O_CLOEXEC, 0));
    PipeWriter writer = PipeWriter.fifo(rig.loop(), fifo, PipeWriter.UNHEARD);
    var reading = rig.aside(() -> Programs.run("cat", fifo.toString()));
    assertTrue(writer.write(text("to whom it may concern")));
    MemorySegment left = Arena.ofAuto().allocate(4, 4);
    rig.until(
        "cat has it",
        () -> Ioctl.ioctl(reader, Ioctl.FIONREAD, left) == 0 && left.get(JAVA_INT, 0) == 0);
    writer.end();
    assertEquals("to whom it may concern", rig.await(reading).assertOk().text());
  }

  @Contract(families = Family.UNIX)
  void aRegularFileIsRefusedWithItsReason(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path file = Files.writeString(rig.name(), "text");
    int fd = new Pipes(rig).owned(File.open(file.toString(), File.O_RDONLY | File.O_CLOEXEC, 0));
    var refusal =
        assertThrows(IOException.class, () -> PipeReader.reopen(rig.loop(), fd, new Read()));
    assertTrue(Rig.text(refusal).contains("EPERM"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("java.nio"), Rig.text(refusal));
    assertThrows(IOException.class, () -> PipeReader.fifo(rig.loop(), file, false, new Read()));
  }

  @Contract(families = Family.UNIX)
  void aDescriptorThatIsOpenedAgainIsLeftBlocking(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    int[] ends = pipe();
    var pipes = new Pipes(rig);
    pipes.owned(ends[0]);
    pipes.owned(ends[1]);
    var read = new Read();
    PipeReader reader = PipeReader.reopen(rig.loop(), ends[0], read);
    PipeWriter writer = PipeWriter.reopen(rig.loop(), ends[1], PipeWriter.UNHEARD);
    assertEquals(0, File.fcntl(ends[0], File.F_GETFL) & File.O_NONBLOCK);
    assertEquals(0, File.fcntl(ends[1], File.F_GETFL) & File.O_NONBLOCK);
    assertTrue(writer.write(text("x")));
    rig.until("read", () -> read.text().equals("x"));
    reader.close();
    writer.close();
  }
}
