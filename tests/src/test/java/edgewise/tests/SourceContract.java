package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Trigger;
import edgewise.Watch;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.PidFd;
import edgewise.sources.BlockedSignals;
import edgewise.sources.ChildProcess;
import edgewise.sources.Counter;
import edgewise.sources.DirectoryOptions;
import edgewise.sources.DirectoryWatch;
import edgewise.sources.KernelTimer;
import edgewise.sources.PipeReader;
import edgewise.sources.PipeWriter;
import edgewise.sources.ProcessExit;
import edgewise.sources.Signals;
import edgewise.sources.Source;
import edgewise.sources.Terminal;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What all sources have in common: whose they are, and how they end. */
class SourceContract {
  private interface Opening {
    Source open(EventLoop loop) throws IOException;
  }

  private static int pipeEnd(int which) {
    int[] ends = new int[2];
    assertEquals(0, File.pipe2(ends, File.O_CLOEXEC));
    File.close(ends[1 - which]);
    return ends[which];
  }

  /** Each kind; those that take a descriptor over are given a new one. */
  private static Map<String, Opening> all(Path directory) {
    var all = new LinkedHashMap<String, Opening>();
    all.put("timer", loop -> KernelTimer.open(loop, KernelTimer.Clock.BOOTTIME, (_, _) -> {}));
    all.put("counter", loop -> Counter.open(loop, (_, _) -> {}));
    all.put("semaphore", loop -> Counter.semaphore(loop, 0, (_, _) -> {}));
    all.put("signals", loop -> Signals.open(loop, Set.of("URG"), (_, _, _) -> {}));
    all.put("thread", loop -> BlockedSignals.ofThread(loop, new int[] {64}, (_, _) -> {}));
    all.put(
        "directory",
        loop -> DirectoryWatch.open(loop, directory, DirectoryOptions.TREE, (_, _) -> {}));
    all.put("pid", loop -> ProcessExit.of(loop, 1, (_, _) -> {}));
    all.put("pidfd", loop -> ProcessExit.ofDescriptor(loop, PidFd.open(1, 0), (_, _) -> {}));
    all.put("reader", loop -> PipeReader.of(loop, pipeEnd(0), (_, _) -> {}));
    all.put("fifo", loop -> PipeReader.fifo(loop, directory.resolve("fifo"), true, (_, _) -> {}));
    all.put("writer", loop -> PipeWriter.of(loop, pipeEnd(1), PipeWriter.UNHEARD));
    all.put("terminal", loop -> Terminal.open(loop, Path.of("/dev/ptmx"), (_, _) -> {}));
    all.put("child", loop -> ChildProcess.start(loop, new ProcessBuilder("cat"), (_, _) -> {}));
    return all;
  }

  @Contract(families = Family.UNIX)
  void eachKindIsRefusedWhereDescriptorsCannotBeWatchedAndLeavesNothing(Rig rig) {
    if (rig.has(Feature.WATCH)) {
      return;
    }
    assertEquals(0, File.mkfifo(rig.directory().resolve("fifo").toString(), 0600));
    EventLoop loop = rig.loop();
    int before = Descriptors.count();
    all(rig.directory())
        .forEach((name, opening) -> {
          var refusal =
              assertThrows(UnsupportedOperationException.class, () -> opening.open(loop), name);
          assertTrue(Rig.text(refusal).contains("the epoll backend has it"), Rig.text(refusal));
          assertEquals(before, Descriptors.count(), name);
        });
  }

  @Contract(families = Family.UNIX)
  void eachKindIsRefusedOnAForeignThreadAndLeavesNothing(Rig rig) {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    assertEquals(0, File.mkfifo(rig.directory().resolve("fifo").toString(), 0600));
    EventLoop loop = rig.loop();
    int before = Descriptors.count();
    Rig.join(
        rig.aside(() -> {
          all(rig.directory())
              .forEach((name, opening) -> {
                var refusal =
                    assertThrows(WrongThreadException.class, () -> opening.open(loop), name);
                assertTrue(Rig.text(refusal).contains("EventLoop.execute"), Rig.text(refusal));
              });
          return true;
        }));
    assertEquals(before, Descriptors.count());
  }

  @Contract(families = Family.UNIX)
  void eachKindClosesItsDescriptorOnce(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    assertEquals(0, File.mkfifo(rig.directory().resolve("fifo").toString(), 0600));
    EventLoop loop = rig.loop();
    var pipes = new Pipes(rig);
    for (Map.Entry<String, Opening> each : all(rig.directory()).entrySet()) {
      int before = Descriptors.count();
      Source source = each.getValue().open(loop);
      assertTrue(source.isOpen());
      source.close();
      assertFalse(source.isOpen());
      assertTrue(Rig.eventually(() -> Descriptors.count() == before), each.getKey());
      int[] next = pipes.open(); // which may have got the number
      source.close();
      assertTrue(File.fcntl(next[0], File.F_GETFD) >= 0, each.getKey());
      assertTrue(File.fcntl(next[1], File.F_GETFD) >= 0, each.getKey());
    }
  }

  @Contract(families = Family.UNIX)
  void eachKindEndsWithItsLoop(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    assertEquals(0, File.mkfifo(rig.directory().resolve("fifo").toString(), 0600));
    int before = Descriptors.count();
    EventLoop loop = rig.loop();
    var open = new ArrayList<Source>();
    for (Opening each : all(rig.directory()).values()) {
      open.add(each.open(loop));
    }
    rig.turns(3);
    loop.close();
    assertEquals(List.of(), open.stream().filter(Source::isOpen).toList());
    assertTrue(Rig.eventually(() -> Descriptors.count() == before));
  }

  // Law 12
  @Contract(families = Family.UNIX)
  void aHandlerThatThrowsEndsItsSourceAndNothingElse(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    EventLoop loop = rig.loop();
    int before = Descriptors.count();
    Counter bad =
        Counter.open(
            loop,
            (_, _) -> {
              throw new IllegalStateException("on purpose");
            });
    var counted = new ArrayList<Long>();
    Counter good = Counter.open(loop, (_, taken) -> counted.add(taken));
    assertTrue(bad.add(1));
    rig.until("it has ended", () -> !bad.isOpen());
    assertFalse(bad.add(1));
    assertTrue(good.add(2));
    rig.until("counted", () -> counted.equals(List.of(2L)));
    good.close();
    assertEquals(before, Descriptors.count());
  }

  @Contract(families = Family.UNIX)
  void whatAWatchOwnsIsClosedOnceHoweverItEnds(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    EventLoop loop = rig.loop();
    var pipes = new Pipes(rig);
    var ended = new ArrayList<String>();
    Watch closed = loop.watch(ready(pipes), Interest.READ, Trigger.LEVEL, _ -> {});
    closed.onClose(() -> ended.add("closed"));
    assertThrows(IllegalStateException.class, () -> closed.onClose(() -> {}));
    closed.close();
    closed.close();
    assertEquals(List.of("closed"), ended);
    assertThrows(IllegalStateException.class, () -> closed.onClose(() -> {}));
    Watch failing =
        loop.watch(
            ready(pipes),
            Interest.READ,
            Trigger.LEVEL,
            _ -> {
              throw new IllegalStateException("on purpose");
            });
    failing.onClose(() -> ended.add("failed"));
    rig.turns(3);
    assertEquals(List.of("closed", "failed"), ended);
    Watch left = loop.watch(ready(pipes), Interest.NOTHING, Trigger.LEVEL, _ -> {});
    left.onClose(() -> ended.add("ended"));
    loop.close();
    assertEquals(List.of("closed", "failed", "ended"), ended);
  }

  // Law 4
  @Contract(families = Family.UNIX)
  void aWatchThatAsksToBeCalledAgainWaitsForItsTurn(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var pipes = new Pipes(rig);
    var calls = new ArrayList<String>();
    Watch greedy =
        rig.loop()
            .watch(
                ready(pipes),
                Interest.READ,
                rig.mode.trigger,
                watch -> {
                  calls.add("greedy");
                  watch.again();
                  watch.again();
                });
    rig.turns(2);
    calls.clear();
    rig.loop().execute(() -> calls.add("task"));
    rig.turns(1);
    assertEquals(List.of("task", "greedy"), calls, "once per turn, and after the others");
    greedy.close();
    rig.turns(1);
    assertEquals(List.of("task", "greedy"), calls, "no more after close");
  }

  private static int ready(Pipes pipes) {
    return pipes.owned(EventFd.eventfd(1, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC));
  }
}
