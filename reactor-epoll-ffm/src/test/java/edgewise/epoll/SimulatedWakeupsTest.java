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

  @Test
  void aTaskOfAnotherThreadRunsAtOnceInOrderAndWakesTheLoopAtMostOncePerSleep() {
    Seeds.check("wakeups", 100, 500, SimulatedWakeupsTest::check);
  }

  private static void check(long seed, Trace trace) throws IOException {
    var faults = new Faults(seed);
    faults.interruption = 0.1;
    var kernel = new SimulatedKernel(faults, trace);
    SimulatedBackend.use(kernel);
    List<Integer> ran = new ArrayList<>();
    List<Integer> handedOver = new ArrayList<>();
    try (var loop = EventLoop.open(LoopOptions.builder().backend(SimulatedBackend.NAME).build())) {
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
                    if (now != kernel.agenda.now()) {
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
