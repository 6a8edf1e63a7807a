package edgewise.bench;

import edgewise.EventLoop;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.Trigger;
import java.io.IOException;
import java.time.Duration;

/**
 * How Edgewise's own contestants open their reactor. System properties of experiments: {@code
 * bench.loops}, 1, and {@code bench.timers}, 0, which are set for far in the future on the first
 * loop before it serves.
 */
final class Experiment {
  static final LoopOptions LEVEL = LoopOptions.builder().trigger(Trigger.LEVEL).build();
  static final LoopOptions BUSY = LoopOptions.builder().busyPoll(Duration.ofMillis(10)).build();
  static final LoopOptions SELECT = LoopOptions.builder().backend("select").build();

  private Experiment() {}

  static Reactor open(LoopOptions options) throws IOException {
    var reactor = Reactor.open(Integer.getInteger("bench.loops", 1), options);
    EventLoop first = reactor.loops().getFirst();
    int timers = Integer.getInteger("bench.timers", 0);
    first.execute(() -> {
      for (int i = 0; i < timers; i++) {
        first.schedule(Duration.ofHours(1), () -> {});
      }
    });
    return reactor;
  }
}
