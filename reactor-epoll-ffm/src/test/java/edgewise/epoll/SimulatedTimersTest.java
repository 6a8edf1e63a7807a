package edgewise.epoll;

import edgewise.EventLoop;
import edgewise.LoopOptions;
import edgewise.Timer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Timers on a virtual clock, where many are due at exactly the same time. */
class SimulatedTimersTest {
  private static final int MOST_SETTINGS = 300;

  /** A timer and what is known about it. */
  private static final class Expected {
    Timer timer;
    boolean set;
    long deadline;
    int order;

    Expected(EventLoop loop) {
      timer = loop.timer(() -> {});
    }
  }

  /** Some timers that set and cancel one another at random. */
  private static final class Clockwork {
    private final SimulatedKernel kernel;
    private final EventLoop loop;
    private final List<Expected> timers = new ArrayList<>();
    private int orders;

    Clockwork(SimulatedKernel kernel, EventLoop loop) {
      this.kernel = kernel;
      this.loop = loop;
      for (int i = kernel.faults.upTo(20); i > 0; i--) {
        var expected = new Expected(loop);
        expected.timer = loop.timer(() -> fired(expected));
        timers.add(expected);
      }
    }

    private void fired(Expected fired) {
      kernel.trace.add(kernel.agenda.now(), "fired", timers.indexOf(fired), fired.order);
      require(fired.set, "a timer fired that was not set");
      require(fired.deadline <= kernel.agenda.now(), "a timer fired early");
      for (Expected other : timers) {
        boolean before =
            other.deadline < fired.deadline
                || (other.deadline == fired.deadline && other.order < fired.order);
        require(!other.set || !before, "a timer fired before one that comes first");
      }
      fired.set = false;
      meddle();
    }

    private void meddle() {
      for (int i = kernel.faults.random.nextInt(3); i > 0 && orders < MOST_SETTINGS; i--) {
        Expected any = timers.get(kernel.faults.random.nextInt(timers.size()));
        if (kernel.faults.random.nextInt(4) == 0) {
          any.set = false;
          any.timer.cancel();
        } else {
          long delay = kernel.faults.random.nextInt(5) * Faults.MILLISECOND;
          any.set = true;
          any.deadline = kernel.agenda.now() + delay;
          any.order = orders++;
          any.timer.set(Duration.ofNanos(delay));
        }
        require(any.timer.isSet() == any.set, "isSet is wrong");
      }
    }

    private void turn() {
      meddle();
      int before = orders;
      loop.turn(Duration.ofMillis(kernel.faults.random.nextInt(10)));
      kernel.check();
      for (Expected timer : timers) {
        boolean late = timer.set && timer.order < before && timer.deadline <= kernel.agenda.now();
        require(!late, "a timer is due and has not fired");
      }
    }

    private void require(boolean holds, String otherwise) {
      if (!holds) {
        throw kernel.fail(otherwise);
      }
    }
  }

  @Test
  void timersFireInOrderAndNeitherEarlyNorLateAlthoughSignalsInterruptTheWait() {
    Seeds.check("timers", 500, 500, SimulatedTimersTest::check);
  }

  private static void check(long seed, Trace trace) throws IOException {
    var faults = new Faults(seed);
    faults.interruption = faults.random.nextDouble(0.5);
    var kernel = new SimulatedKernel(faults, trace);
    SimulatedBackend.use(kernel);
    try (var loop = EventLoop.open(LoopOptions.builder().backend(SimulatedBackend.NAME).build())) {
      var clockwork = new Clockwork(kernel, loop);
      for (int i = 0; i < 60; i++) {
        clockwork.turn();
      }
    } finally {
      SimulatedBackend.use(null);
    }
    kernel.check();
  }
}
