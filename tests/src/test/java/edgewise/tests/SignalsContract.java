package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Signal;
import edgewise.linux.SignalFd;
import edgewise.linux.SignalInfos;
import edgewise.linux.Unistd;
import edgewise.sources.BlockedSignals;
import edgewise.sources.Signals;
import edgewise.spi.Backend.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Signals in this process; those that it takes a process of its own for are in SignalsTest. */
class SignalsContract {
  @Contract(families = Family.UNIX)
  void whatTheProcessIsSentComesToTheLoop(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new ArrayList<String>();
    Signals signals =
        Signals.open(
            rig.loop(),
            Set.of("URG", "WINCH"),
            (_, name, times) -> {
              assertTrue(rig.loop().inLoop());
              assertEquals(1, times);
              told.add(name);
            });
    for (int signal : new int[] {Signal.SIGURG, Signal.SIGWINCH, Signal.SIGURG}) {
      int before = told.size();
      assertEquals(0, SignalFd.kill(Unistd.getpid(), signal));
      rig.until("told", () -> told.size() == before + 1);
    }
    assertEquals(List.of("URG", "WINCH", "URG"), told);
    var taken =
        assertThrows(
            IllegalStateException.class,
            () -> Signals.open(rig.loop(), Set.of("URG"), (_, _, _) -> {}));
    assertTrue(Rig.text(taken).contains("SIGURG"), Rig.text(taken));
    signals.close();
    assertEquals(0, SignalFd.kill(Unistd.getpid(), Signal.SIGURG)); // ignored by default
    Signals.open(rig.loop(), Set.of("URG"), (_, _, _) -> {}).close();
  }

  @Contract(families = Family.UNIX)
  void aFloodIsCountedAndNotLostAltogether(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    int[] count = new int[1];
    Signals signals = Signals.open(rig.loop(), Set.of("URG"), (_, _, times) -> count[0] += times);
    for (int i = 0; i < 1000; i++) {
      assertEquals(0, SignalFd.kill(Unistd.getpid(), Signal.SIGURG));
    }
    rig.until("some", () -> count[0] > 0);
    // The last one is pending or told, never lost: so one more is told for sure.
    rig.turns(50);
    int before = count[0];
    assertEquals(0, SignalFd.kill(Unistd.getpid(), Signal.SIGURG));
    rig.until("one more", () -> count[0] > before);
    assertTrue(count[0] <= 1001, "" + count[0]);
    signals.close();
  }

  @Contract(families = Family.UNIX)
  void whatTheJvmNeedsIsRefusedAndNothingIsTaken(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    rig.loop();
    int before = Descriptors.count();
    for (String wrong : List.of("KILL", "STOP", "USR2", "SEGV", "QUIT", "PIPE", "NONE", "RTMIN")) {
      var names = new TreeSet<>(Set.of("URG", "WINCH", wrong));
      var refusal =
          assertThrows(
              IllegalArgumentException.class,
              () -> Signals.open(rig.loop(), names, (_, _, _) -> {}));
      assertTrue(Rig.text(refusal).contains(wrong), Rig.text(refusal));
    }
    assertEquals(before, Descriptors.count());
    Signals.open(rig.loop(), Set.of("URG", "WINCH"), (_, _, _) -> {}).close();
  }

  @Contract(families = Family.UNIX)
  void whatTheThreadIsSentComesWithItsSender(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new ArrayList<BlockedSignals.Info>();
    int[] numbers = {Signal.SIGALRM, 64};
    BlockedSignals signals =
        BlockedSignals.ofThread(rig.loop(), numbers, (_, info) -> told.add(info));
    assertEquals(0, SignalFd.raise(Signal.SIGALRM));
    for (int i = 0; i < 100; i++) { // a real-time signal queues
      assertEquals(0, SignalFd.raise(64));
    }
    rig.until("all", () -> told.size() == 101);
    int pid = Unistd.getpid();
    assertEquals(
        new BlockedSignals.Info(Signal.SIGALRM, SignalInfos.SI_TKILL, pid, Unistd.getuid(), 0),
        told.getFirst());
    assertEquals(64, told.getLast().number());
    signals.close();
  }

  @Contract(families = Family.UNIX)
  void signalsThatAThreadDoesNotBlockAreRefusedWithTheRemedy(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    rig.loop();
    int before = Descriptors.count();
    var refusal =
        assertThrows(
            IllegalStateException.class,
            () -> BlockedSignals.open(rig.loop(), new int[] {Signal.SIGURG}, (_, _) -> {}));
    assertTrue(Rig.text(refusal).contains("env --block-signal"), Rig.text(refusal));
    assertFalse(Rig.text(refusal).contains("[]"), Rig.text(refusal));
    assertEquals(before, Descriptors.count());
  }
}
