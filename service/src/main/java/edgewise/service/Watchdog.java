package edgewise.service;

import edgewise.EventLoop;
import edgewise.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager twice per interval that the loops are alive. A round begins with a
 * timer on the first loop and visits all of them; {@code WATCHDOG=1} is sent when the last has been
 * there. So one loop that is stuck, whichever it is, ends the heartbeat, and the manager ends the
 * service: WatchdogSec= in systemd.service(5).
 *
 * <pre>
 *   timer on loop 0 --> task on loop 0, 1, ... n --the last one--> WATCHDOG=1
 *      `-- while a round is under way no other begins
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_watchdog_enabled.3.html">
 *     sd_watchdog_enabled(3)</a>
 */
public final class Watchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  private final Notify notify;
  private final List<EventLoop> loops;
  private final Duration beat;

  /** Loops that the round has not visited yet; 0 between rounds. */
  private final AtomicInteger missing = new AtomicInteger();

  private volatile boolean closed;
  private @Nullable Timer timer;

  private Watchdog(Notify notify, List<EventLoop> loops, Duration beat) {
    this.notify = notify;
    this.loops = List.copyOf(loops);
    this.beat = beat;
  }

  /**
   * Starts if WATCHDOG_USEC asks this process (WATCHDOG_PID) for it; does nothing otherwise. Any
   * thread. It ends with the loops, or when closed.
   *
   * @param loops at least one
   */
  public static Watchdog start(Notify notify, List<EventLoop> loops) {
    Duration interval = interval(System.getenv(), ProcessHandle.current().pid());
    return start(notify, loops, notify.isActive() ? interval : null);
  }

  static Watchdog start(Notify notify, List<EventLoop> loops, @Nullable Duration interval) {
    var watchdog =
        new Watchdog(notify, loops, interval == null ? Duration.ZERO : interval.dividedBy(2));
    if (interval != null) {
      loops.getFirst().execute(watchdog::begin);
    }
    return watchdog;
  }

  /** After what time without a sign the manager acts; null if it does not watch this process. */
  static @Nullable Duration interval(Map<String, String> environment, long pid) {
    String micros = environment.get("WATCHDOG_USEC");
    String whose = environment.get("WATCHDOG_PID");
    if (micros == null || (whose != null && !whose.equals(Long.toString(pid)))) {
      return null;
    }
    long value = micros.matches("[0-9]{1,18}") ? Long.parseLong(micros) : 0;
    if (value <= 0) {
      LOG.warn("WATCHDOG_USEC={} is not a number of microseconds; it is ignored", micros);
      return null;
    }
    return Duration.of(value, java.time.temporal.ChronoUnit.MICROS);
  }

  private void begin() {
    timer = loops.getFirst().timer(this::beat);
    beat();
  }

  private void beat() {
    if (closed || timer == null) {
      return;
    }
    timer.set(beat);
    if (!missing.compareAndSet(0, loops.size())) {
      LOG.warn("a loop has been busy for {} ms; the watchdog waits for it", beat.toMillis());
      return;
    }
    try {
      loops.forEach(loop -> loop.execute(this::visit));
    } catch (RejectedExecutionException e) {
      closed = true; // a loop has ended, and this with it
      LOG.debug("the watchdog ends", e);
    }
  }

  private void visit() {
    if (missing.decrementAndGet() == 0 && !closed) {
      notify.watchdog();
    }
  }

  /** No further signs of life. Any thread. */
  @Override
  public void close() {
    closed = true;
  }
}
