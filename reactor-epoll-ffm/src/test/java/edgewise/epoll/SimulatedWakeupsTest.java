package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.LoopOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Law 8: tasks handed over by other threads, at any moment of a turn or of a sleep. The threads are
 * real, but the kernel waits for each, so that a seed says what happens.
 */
class SimulatedWakeupsTest {
  private static final int TASKS = 20;

  /** Tasks come within 5 ms: a loop that spins for so long is awake for all of them. */
  private static final long ALL_THE_TIME = 6 * Faults.MILLISECOND;

  @Test
  void aTaskOfAnotherThreadRunsAtOnceInOrderAndWakesTheLoopAtMostOncePerSleep() {
    Seeds.check("wakeups", 100, 500, (seed, trace) -> check(seed, trace, 0));
  }

  @Test
  void whileTheLoopSpinsATaskIsSeenByTheNextPoll() {
    Seeds.check("wakeups busy", 100, 500, (seed, trace) -> check(seed, trace, seed & 1023));
  }

  @Test
  void aLoopThatSpinsAllTheTimeIsNeverWoken() {
    Seeds.check("wakeups awake", 50, 500, (seed, trace) -> check(seed, trace, ALL_THE_TIME / 1000));
  }

  private static void check(long seed, Trace trace, long busyPollMicros) throws IOException {
    var faults = new Faults(seed);
    faults.interruption = 0.1;
    var kernel = new SimulatedKernel(faults, trace);
    SimulatedBackend.use(kernel);
    List<Integer> ran = new ArrayList<>();
    List<Integer> handedOver = new ArrayList<>();
    kernel.allowBusyPoll(busyPollMicros * Faults.MICROSECOND);
    var options =
        LoopOptions.builder()
            .backend(SimulatedBackend.NAME)
            .busyPoll(Duration.ofNanos(busyPollMicros * Faults.MICROSECOND));
    try (var loop = EventLoop.open(options.build())) {
      kernel.isOver = () -> ran.size() == TASKS;
      for (int i = 0; i < TASKS; i++) {
        int task = i;
        kernel.agenda.after(
            faults.random.nextInt(5) * Faults.MILLISECOND,
            () -> {
              long now = kernel.agenda.now();
              handedOver.add(task);
              onAnotherThread(() ->
                  loop.execute(() -> {
                    ran.add(task);
                    if (kernel.agenda.now() - now > SimulatedKernel.POLL_NANOS) {
                      throw kernel.fail("the task had to wait");
                    }
                  }));
            });
      }
      while (ran.size() < TASKS) {
        loop.turn(Duration.ofNanos(SimulatedKernel.FOREVER_NANOS));
        kernel.check();
      }
      assertEquals(handedOver, ran);
      long wakeups = loop.stats().wakeups();
      assertTrue(wakeups <= kernel.sleeps, wakeups + " wake-ups, " + kernel.sleeps + " sleeps");
      assertEquals(wakeups, kernel.eventfdWrites);
      assertTrue(busyPollMicros < ALL_THE_TIME / 1000 || wakeups == 0, wakeups + " wake-ups");
    } finally {
      SimulatedBackend.use(null);
    }
    kernel.check();
  }

  private static void onAnotherThread(Runnable action) {
    Thread thread = Thread.ofPlatform().start(action);
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
