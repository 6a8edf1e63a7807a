package edgewise.epoll;

import edgewise.EventLoop;
import edgewise.LoopOptions;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * busyPoll on a virtual clock, where each poll takes a microsecond: when it spins, and when not.
 */
class SimulatedBusyPollTest {
  private static final long POLL = SimulatedKernel.POLL_NANOS;
  private static final int TURNS = 50;

  /** One turn of a quiet loop with one timer. */
  private static final class QuietTurn {
    private final SimulatedKernel kernel;
    private final EventLoop loop;
    private final long busyPoll;
    private long sleptAt = -1;
    private long firedAt = -1;

    QuietTurn(SimulatedKernel kernel, EventLoop loop, long busyPoll) {
      this.kernel = kernel;
      this.loop = loop;
      this.busyPoll = busyPoll;
    }

    private long anyTime() {
      return kernel.faults.random.nextInt(200) * POLL;
    }

    void take() {
      long start = kernel.agenda.now();
      long wait = anyTime();
      long delay = anyTime();
      kernel.beforeSleep = () -> sleptAt = sleptAt < 0 ? kernel.agenda.now() - start : sleptAt;
      var timer =
          loop.schedule(Duration.ofNanos(delay), () -> firedAt = kernel.agenda.now() - start);
      loop.turn(Duration.ofNanos(wait));
      kernel.check();
      timer.cancel();
      long end = Math.min(wait, delay);
      require(isAbout(kernel.agenda.now() - start, end), "the turn did not end at " + end);
      if (delay < wait) {
        require(isAbout(firedAt, delay), "the timer of " + delay + " fired at " + firedAt);
      }
      if (end > busyPoll + POLL) {
        require(isAbout(sleptAt, busyPoll), "it did not sleep at " + busyPoll + " but " + sleptAt);
      }
      if (end < busyPoll) {
        require(sleptAt < 0, "it slept at " + sleptAt + ", for a moment");
      }
    }

    /** Never early, and at most two polls late. */
    private static boolean isAbout(long time, long expected) {
      return time >= expected && time <= expected + 2 * POLL;
    }

    private void require(boolean holds, String otherwise) {
      if (!holds) {
        throw kernel.fail(otherwise + ", busyPoll " + busyPoll);
      }
    }
  }

  @Test
  void aTurnSpinsForItsTimeThenSleepsAndEndsWhenItWasToldOrATimerIsDue() {
    Seeds.check("busy poll", 200, 500, SimulatedBusyPollTest::check);
  }

  private static void check(long seed, Trace trace) throws IOException {
    var kernel = new SimulatedKernel(new Faults(seed), trace);
    long busyPoll = kernel.faults.random.nextInt(200) * POLL;
    kernel.allowBusyPoll(busyPoll);
    SimulatedBackend.use(kernel);
    var options =
        LoopOptions.builder().backend(SimulatedBackend.NAME).busyPoll(Duration.ofNanos(busyPoll));
    try (var loop = EventLoop.open(options.build())) {
      for (int i = 0; i < TURNS; i++) {
        new QuietTurn(kernel, loop, busyPoll).take();
      }
    } finally {
      SimulatedBackend.use(null);
    }
    kernel.check();
  }
}
