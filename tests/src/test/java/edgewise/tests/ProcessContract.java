package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.PidFd;
import edgewise.linux.Signal;
import edgewise.sources.ChildOptions;
import edgewise.sources.ChildProcess;
import edgewise.sources.ProcessExit;
import edgewise.sources.ProcessExit.Status;
import edgewise.spi.Backend.Feature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The ends of processes, and children with their pipes on the loop. */
class ProcessContract {
  /** What a child's handler was told. */
  private static final class Told implements ChildProcess.Handler {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final List<Integer> exits = new ArrayList<>();
    int writable;

    @Override
    public void onOutput(ChildProcess child, ByteBuffer bytes) {
      out.writeBytes(taken(bytes));
    }

    @Override
    public void onError(ChildProcess child, ByteBuffer bytes) {
      err.writeBytes(taken(bytes));
    }

    @Override
    public void onWritable(ChildProcess child) {
      writable++;
    }

    @Override
    public void onExit(ChildProcess child, int status) {
      assertFalse(child.isOpen());
      exits.add(status);
    }

    private static byte[] taken(ByteBuffer bytes) {
      byte[] taken = new byte[bytes.remaining()];
      bytes.get(taken);
      return taken;
    }

    String output() {
      return out.toString(StandardCharsets.UTF_8);
    }
  }

  private static ProcessBuilder shell(String script) {
    return new ProcessBuilder("sh", "-c", script);
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  // --- children

  @Contract(families = Family.UNIX)
  void bothOutputsAreCompleteBeforeTheExit(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    var builder = shell("cat; echo complaint >&2; exit 7");
    ChildProcess child = ChildProcess.start(rig.loop(), builder, told);
    assertEquals(Redirect.PIPE, builder.redirectInput(), "the builder is as it was");
    String big = "0123456789".repeat(100_000);
    assertFalse(child.write(text(big)), "more than a pipe holds");
    rig.until("the child takes it", () -> told.writable == 1);
    assertTrue(child.write(text("end")));
    child.endInput();
    assertThrows(IllegalStateException.class, () -> child.write(text("x")));
    rig.until("exit", () -> !told.exits.isEmpty());
    assertEquals(List.of(7), told.exits);
    assertEquals(big + "end", told.output());
    assertEquals("complaint\n", told.err.toString(StandardCharsets.UTF_8));
  }

  @Contract(families = Family.UNIX)
  void manyShortChildrenAreAllReportedOnce(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var all = new ArrayList<Told>();
    for (int i = 0; i < 20; i++) {
      var told = new Told();
      all.add(told);
      ChildProcess child = ChildProcess.start(rig.loop(), shell("echo " + i), told);
      assertTrue(child.pid() > 0);
    }
    rig.until("all", () -> all.stream().allMatch(told -> !told.exits.isEmpty()));
    rig.turns(3);
    for (int i = 0; i < all.size(); i++) {
      assertEquals(i + "\n", all.get(i).output());
      assertEquals(List.of(0), all.get(i).exits);
    }
  }

  @Contract(families = Family.UNIX)
  void aChildThatIsNotListenedToHasToWait(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    ChildProcess child =
        ChildProcess.start(
            rig.loop(),
            shell("head -c 300000 /dev/zero; echo done >&2"),
            ChildOptions.DEFAULT.withOutputGrace(Duration.ofMillis(10)),
            told);
    child.pause();
    rig.assertIdle(Duration.ofMillis(60));
    assertEquals(0, told.out.size() + told.err.size());
    assertTrue(child.toHandle().isAlive(), "it waits for room in the pipe");
    child.resume();
    rig.until("some of it", () -> told.out.size() > 100_000);
    rig.until("exit", () -> told.exits.equals(List.of(0)));
    assertEquals(300_000, told.out.size());
  }

  @Contract(families = Family.UNIX)
  void outputOfAPausedChildIsNotCutOffAfterItsEnd(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    var options = ChildOptions.DEFAULT.withOutputGrace(Duration.ofMillis(1));
    ChildProcess child = ChildProcess.start(rig.loop(), shell("echo last"), options, told);
    child.pause();
    rig.until("it has ended", () -> !child.toHandle().isAlive());
    rig.turns(3);
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(List.of(), told.exits);
    child.resume();
    rig.until("exit", () -> told.exits.equals(List.of(0)));
    assertEquals("last\n", told.output());
  }

  @Contract(families = Family.UNIX)
  void aGrandchildThatKeepsThePipeDelaysTheExitOnlyForAWhile(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    var options = ChildOptions.DEFAULT.withOutputGrace(Duration.ofMillis(50));
    ChildProcess child =
        ChildProcess.start(rig.loop(), shell("sleep 30 & echo $!; exit 3"), options, told);
    long start = System.nanoTime();
    rig.until("exit", () -> told.exits.equals(List.of(3)));
    assertTrue(System.nanoTime() - start >= 50_000_000);
    assertFalse(child.isOpen());
    ProcessHandle.of(Long.parseLong(told.output().strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Contract(families = Family.UNIX)
  void whoeverIgnoresSigtermGetsSigkill(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var deaf = new Told();
    var options = ChildOptions.DEFAULT.withKillGrace(Duration.ofMillis(50));
    ChildProcess child =
        ChildProcess.start(
            rig.loop(), shell("trap '' TERM; echo ready; exec sleep 50"), options, deaf);
    var gentle = new Told();
    ChildProcess other =
        ChildProcess.start(rig.loop(), new ProcessBuilder("sleep", "50"), options, gentle);
    rig.until("ready", () -> deaf.output().equals("ready\n"));
    child.terminate();
    other.terminate();
    rig.until("killed", () -> deaf.exits.equals(List.of(128 + Signal.SIGKILL)));
    rig.until("ended", () -> gentle.exits.equals(List.of(128 + Signal.SIGTERM)));
    assertThrows(IllegalStateException.class, child::terminate);
  }

  @Contract(families = Family.UNIX)
  void aChildDoesNotOutliveItsLoop(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    ChildProcess child = ChildProcess.start(rig.loop(), new ProcessBuilder("sleep", "50"), told);
    ProcessHandle handle = child.toHandle();
    rig.loop().close();
    assertTrue(Rig.eventually(() -> !handle.isAlive()));
    assertEquals(List.of(), told.exits);
  }

  @Contract(families = Family.UNIX)
  void aHandlerThatThrowsEndsTheChild(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    ChildProcess child =
        ChildProcess.start(
            rig.loop(),
            shell("echo x; exec sleep 50"),
            new ChildProcess.Handler() {
              @Override
              public void onOutput(ChildProcess from, ByteBuffer out) {
                throw new IllegalStateException("on purpose");
              }

              @Override
              public void onExit(ChildProcess from, int status) {
                throw new AssertionError("it is closed");
              }
            });
    ProcessHandle handle = child.toHandle();
    rig.until("closed", () -> !child.isOpen());
    assertTrue(Rig.eventually(() -> !handle.isAlive()));
  }

  @Contract(families = Family.UNIX)
  void streamsThatAreRedirectedStayAsTheBuilderSays(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path file = rig.name();
    var told = new Told();
    var builder = shell("echo out; echo err >&2").redirectOutput(file.toFile());
    ChildProcess child = ChildProcess.start(rig.loop(), builder, told);
    rig.until("exit", () -> told.exits.equals(List.of(0)));
    assertEquals("out\n", Files.readString(file));
    assertEquals("err\n", told.err.toString(StandardCharsets.UTF_8));
    assertFalse(child.isOpen());

    var joined = new Told();
    ChildProcess ignored =
        ChildProcess.start(
            rig.loop(), shell("echo out; echo err >&2").redirectErrorStream(true), joined);
    rig.until("exit", () -> joined.exits.equals(List.of(0)));
    assertEquals("out\nerr\n", joined.output());
    assertFalse(ignored.isOpen());
  }

  @Contract(families = Family.UNIX)
  void aChildThatReadsNothingLosesWhatItIsSentAndNothingElse(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    ChildProcess child =
        ChildProcess.start(rig.loop(), shell("exec <&-; echo closed; exec sleep 0.1"), told);
    rig.until("stdin is closed", () -> told.output().equals("closed\n"));
    assertFalse(child.write(text("lost")));
    rig.turns(3);
    assertFalse(child.write(text("lost")));
    rig.until("exit", () -> told.exits.equals(List.of(0)));
  }

  @Contract(families = Family.UNIX)
  void aProgramThatIsNotThereLeavesNothing(Rig rig) {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    rig.loop();
    int before = Descriptors.count();
    var builder = new ProcessBuilder("/nonexistent/program");
    assertThrows(IOException.class, () -> ChildProcess.start(rig.loop(), builder, new Told()));
    assertEquals(before, Descriptors.count());
  }

  // --- any process

  @Contract(families = Family.UNIX)
  void theEndOfAForeignProcessIsReported(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    // A child of the shell: the shell waits for it, and nobody here can.
    var told = new Told();
    ChildProcess shell =
        ChildProcess.start(rig.loop(), shell("sleep 50 & echo $!; wait; echo waited"), told);
    rig.until("started", () -> told.output().endsWith("\n"));
    var ends = new ArrayList<Status>();
    long pid = Long.parseLong(told.output().strip());
    ProcessExit exit = ProcessExit.of(rig.loop(), pid, (_, status) -> ends.add(status));
    assertTrue(exit.signal(0));
    rig.assertIdle(Duration.ofMillis(20));
    assertTrue(exit.signal(Signal.SIGTERM));
    rig.until("ended", () -> !ends.isEmpty());
    boolean kernelTells = kernelTellsStatus();
    assertEquals(
        kernelTells ? new ProcessExit.Killed(Signal.SIGTERM) : new ProcessExit.Unknown(),
        ends.getFirst());
    assertFalse(exit.isOpen());
    rig.until("the shell too", () -> !told.exits.isEmpty());
    assertFalse(shell.isOpen());
    assertEquals(1, ends.size());
  }

  private static boolean kernelTellsStatus() {
    int self = PidFd.open((int) ProcessHandle.current().pid(), 0);
    int result = PidFd.exitStatus(self, new int[1]);
    File.close(self);
    return result == -Errno.EAGAIN;
  }

  @Contract(families = Family.UNIX)
  void aProcessThatNobodyWaitsForIsReportedAllTheSame(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    // sh becomes sleep, which waits for no child
    var told = new Told();
    ChildProcess parent =
        ChildProcess.start(
            rig.loop(), shell("sh -c 'read x; exit 4' <&0 & echo $!; exec sleep 50"), told);
    rig.until("started", () -> told.output().endsWith("\n"));
    var ends = new ArrayList<Status>();
    long pid = Long.parseLong(told.output().strip());
    ProcessExit exit = ProcessExit.of(rig.loop(), pid, (_, status) -> ends.add(status));
    parent.endInput();
    assertTrue(exit.isOpen());
    rig.until("ended", () -> !ends.isEmpty());
    assertEquals(new ProcessExit.Unknown(), ends.getFirst());
    parent.close();
  }

  @Contract(families = Family.UNIX)
  void theStatusOfAnOwnChildIsTold(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH) || !kernelTellsStatus()) {
      return;
    }
    Process child = shell("read x; exit 9").start();
    rig.closing(() -> Programs.end(child));
    var ends = new ArrayList<Status>();
    int pidfd = PidFd.open((int) child.pid(), 0);
    ProcessExit exit = ProcessExit.ofDescriptor(rig.loop(), pidfd, (_, status) -> ends.add(status));
    child.getOutputStream().close();
    rig.until("ended", () -> !exit.isOpen());
    assertEquals(List.of(new ProcessExit.Exited(9)), ends);
  }

  @Contract(families = Family.UNIX)
  void whatIsNoProcessIsRefused(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var missing =
        assertThrows(
            IOException.class, () -> ProcessExit.of(rig.loop(), Integer.MAX_VALUE, (_, _) -> {}));
    assertTrue(Rig.text(missing).contains("ESRCH"), Rig.text(missing));
    int before = Descriptors.count();
    int[] pipe = new int[2];
    assertEquals(0, File.pipe2(pipe, File.O_CLOEXEC));
    for (int end : pipe) {
      var refusal =
          assertThrows(
              IOException.class, () -> ProcessExit.ofDescriptor(rig.loop(), end, (_, _) -> {}));
      assertTrue(Rig.text(refusal).contains("not a pidfd"), Rig.text(refusal));
    }
    assertEquals(before, Descriptors.count());
  }
}
