package edgewise.tests;

import static edgewise.tests.ChildRecorder.shell;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.PidFd;
import edgewise.linux.Signal;
import edgewise.sources.ChildProcess;
import edgewise.sources.ProcessExit;
import edgewise.sources.ProcessExit.Status;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The ends of processes, own and foreign. */
class ProcessExitContract {
  @Contract(families = Family.UNIX)
  void theEndOfAForeignProcessIsReported(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    // A child of the shell: the shell waits for it, and nobody here can.
    var told = new ChildRecorder();
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
    var told = new ChildRecorder();
    ChildProcess parent =
        ChildProcess.start(
            rig.loop(),
            shell("exec 3<&0; sh -c 'read x; exit 4' <&3 & echo $!; exec sleep 50"),
            told);
    rig.until("started", () -> told.output().endsWith("\n"));
    rig.until(
        "the shell, which might wait, is gone",
        () -> parent.toHandle().info().command().orElse("").endsWith("sleep"));
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
