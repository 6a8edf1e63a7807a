package edgewise.tests;

import static edgewise.tests.ChildRecorder.shell;
import static edgewise.tests.ChildRecorder.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Timer;
import edgewise.linux.Signal;
import edgewise.sources.ChildOptions;
import edgewise.sources.ChildProcess;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Children with their pipes on the loop. */
class ChildProcessContract {
  /** A script that goes on when there is that file. */
  private static String awaits(Path file) {
    return "until [ -e " + file + " ]; do sleep 0.01; done";
  }

  /** Turns the loop for that time, in which something is not to happen. */
  private static void letPass(Rig rig, Duration time) {
    var over = new ArrayList<String>();
    Timer ignored = rig.loop().schedule(time, () -> over.add("over"));
    rig.until("time has passed", () -> !over.isEmpty());
  }

  @Contract(families = Family.UNIX)
  void bothOutputsAreCompleteBeforeTheExit(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new ChildRecorder();
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
    var all = new ArrayList<ChildRecorder>();
    for (int i = 0; i < 20; i++) {
      var told = new ChildRecorder();
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
    var told = new ChildRecorder();
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
    var told = new ChildRecorder();
    var options = ChildOptions.DEFAULT.withOutputGrace(Duration.ofMillis(1));
    ChildProcess child = ChildProcess.start(rig.loop(), shell("echo last"), options, told);
    child.pause();
    rig.until("it has ended", () -> !child.toHandle().isAlive());
    rig.turns(3);
    letPass(rig, Duration.ofMillis(30));
    assertEquals(List.of(), told.exits);
    child.resume();
    rig.until("exit", () -> told.exits.equals(List.of(0)));
    assertEquals("last\n", told.output());
  }

  @Contract(families = Family.UNIX)
  void whatIsPausedAfterTheExitIsNotCutOffEither(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new ChildRecorder();
    Path asked = rig.name();
    Path said = rig.name();
    var options = ChildOptions.DEFAULT.withOutputGrace(Duration.ofMillis(200));
    ChildProcess child =
        ChildProcess.start(
            rig.loop(),
            shell("(" + awaits(asked) + "; echo late; : > " + said + ") & exit 0"),
            options,
            told);
    rig.until("it has ended", () -> !child.toHandle().isAlive());
    rig.turns(2);
    child.pause();
    letPass(rig, Duration.ofMillis(500)); // more than the grace
    assertTrue(child.isOpen());
    Files.createFile(asked);
    rig.until("it is in the pipe", () -> Files.exists(said));
    child.resume();
    rig.until("exit", () -> told.exits.equals(List.of(0)));
    assertEquals("late\n", told.output());
  }

  @Contract(families = Family.UNIX)
  void aGrandchildThatKeepsThePipeDelaysTheExitOnlyForAWhile(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new ChildRecorder();
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
    var deaf = new ChildRecorder();
    var options = ChildOptions.DEFAULT.withKillGrace(Duration.ofMillis(50));
    ChildProcess child =
        ChildProcess.start(
            rig.loop(), shell("trap '' TERM; echo ready; exec sleep 50"), options, deaf);
    var gentle = new ChildRecorder();
    ChildProcess other = // in the time of the default, which a busy machine needs
        ChildProcess.start(rig.loop(), new ProcessBuilder("sleep", "50"), gentle);
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
    var told = new ChildRecorder();
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
    var exits = new ArrayList<Integer>();
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
                exits.add(status);
              }
            });
    ProcessHandle handle = child.toHandle();
    rig.until("closed", () -> !child.isOpen());
    assertTrue(Rig.eventually(() -> !handle.isAlive()));
    rig.turns(3);
    assertEquals(List.of(), exits, "it is closed");
  }

  @Contract(families = Family.UNIX)
  void streamsThatAreRedirectedStayAsTheBuilderSays(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    Path file = rig.name();
    var told = new ChildRecorder();
    var builder = shell("echo out; echo err >&2").redirectOutput(file.toFile());
    ChildProcess child = ChildProcess.start(rig.loop(), builder, told);
    rig.until("exit", () -> told.exits.equals(List.of(0)));
    assertEquals("out\n", Files.readString(file));
    assertEquals("err\n", told.err.toString(StandardCharsets.UTF_8));
    assertFalse(child.isOpen());

    var joined = new ChildRecorder();
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
    var told = new ChildRecorder();
    Path over = rig.name();
    ChildProcess child =
        ChildProcess.start(rig.loop(), shell("exec <&-; echo closed; " + awaits(over)), told);
    rig.until("stdin is closed", () -> told.output().equals("closed\n"));
    assertFalse(child.write(text("lost")));
    rig.turns(3);
    assertFalse(child.write(text("lost")));
    Files.createFile(over);
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
    assertThrows(
        IOException.class, () -> ChildProcess.start(rig.loop(), builder, new ChildRecorder()));
    assertEquals(before, Descriptors.count());
  }
}
