package edgewise;

import edgewise.spi.Poller;
import java.io.IOException;

/**
 * How a loop waits for events: not at all while there is work, then awake for as long as its
 * options ask for, then asleep in the kernel, until an event, a timer, or a task of another thread.
 * One per loop, on its thread.
 */
final class Polling {
  private final Poller poller;
  private final Doorbell doorbell;
  private final TaskQueue tasks;
  private final Timers timers;
  private final ReadyQueue ready;
  private final long busyNanos;

  Polling(
      Poller poller,
      Doorbell doorbell,
      TaskQueue tasks,
      Timers timers,
      ReadyQueue ready,
      long busyNanos) {
    this.poller = poller;
    this.doorbell = doorbell;
    this.tasks = tasks;
    this.timers = timers;
    this.ready = ready;
    this.busyNanos = busyNanos;
  }

  /** Waits, but not while there is work; returns the number of events. */
  int poll(long maxWaitNanos) throws IOException {
    long wait = ready.isEmpty() ? untilNextTimer(maxWaitNanos) : 0;
    return busyNanos > 0 && wait != 0 ? pollBusily(wait) : sleep(wait);
  }

  /** Asks again and again, awake; after the time for that it sleeps for what is left. */
  private int pollBusily(long wait) throws IOException {
    long most = wait < 0 ? busyNanos : Math.min(wait, busyNanos);
    long start = poller.nanoTime();
    long passed;
    do {
      int events = poller.poll(0);
      if (events > 0 || !tasks.isEmpty()) {
        return events;
      }
      passed = poller.nanoTime() - start;
    } while (passed < most);
    return sleep(wait < 0 ? wait : Math.max(0, wait - passed));
  }

  /** See {@link Doorbell} for how no task is overlooked. */
  private int sleep(long wait) throws IOException {
    if (wait == 0 || !doorbell.beforeSleep()) {
      return poller.poll(0);
    }
    try {
      return poller.poll(tasks.isEmpty() ? wait : 0);
    } finally {
      doorbell.afterSleep();
    }
  }

  private long untilNextTimer(long maxWaitNanos) {
    long next = timers.size() == 0 ? -1 : timers.nanosUntilNext(poller.nanoTime());
    return next < 0 ? maxWaitNanos : maxWaitNanos < 0 ? next : Math.min(next, maxWaitNanos);
  }
}
