package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.TimerFd;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * A timer of the kernel: timerfd_create(2). For what {@link edgewise.Timer} cannot do: a time of
 * the wall clock, also when that is set; time that goes on while the machine is suspended; a period
 * that does not drift, with the number of periods that were missed. For timeouts of connections
 * {@code Timer} is the better one: it costs no system call.
 */
public final class KernelTimer extends Source {
  /** What it goes by; clock_gettime(2). */
  public enum Clock {
    /** Time since the machine has started, without the time in which it was suspended. */
    MONOTONIC(TimerFd.CLOCK_MONOTONIC),
    /** The same with the time in which it was suspended. A suspended machine is not woken. */
    BOOTTIME(TimerFd.CLOCK_BOOTTIME),
    /** The wall clock, which can be set. */
    REALTIME(TimerFd.CLOCK_REALTIME);

    private final int number;

    Clock(int number) {
      this.number = number;
    }
  }

  /** Is told what has happened; on the loop. */
  @FunctionalInterface
  public interface Handler {
    /** It has expired that often, once at least, since it was told last. */
    void onExpired(KernelTimer timer, long expirations) throws Exception;

    /**
     * The wall clock was set, TFD_TIMER_CANCEL_ON_SET: only of a timer set by {@link #at}, which
     * stays set for the same time; where that is over by the new clock, it expires next.
     */
    default void onClockChanged(KernelTimer timer) throws Exception {}
  }

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final int AT = TimerFd.TFD_TIMER_ABSTIME | TimerFd.TFD_TIMER_CANCEL_ON_SET;

  private final Clock clock;
  private final Handler handler;

  /** What {@link #at} was given; 0 while it is not set by that. */
  private long instant;

  private long period;

  private KernelTimer(EventLoop loop, int fd, Clock clock, Handler handler) throws IOException {
    super(loop, fd, Interest.READ);
    this.clock = clock;
    this.handler = handler;
  }

  /**
   * Makes a timer that is not set yet.
   *
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static KernelTimer open(EventLoop loop, Clock clock, Handler handler) throws IOException {
    check(loop, "a kernel timer");
    int fd =
        Failures.checked(
            TimerFd.create(clock.number, TimerFd.TFD_NONBLOCK | TimerFd.TFD_CLOEXEC),
            "timerfd_create",
            clock);
    return new KernelTimer(loop, fd, clock, handler);
  }

  /** Sets it to expire once, after that time; again, if it was set. */
  public void once(Duration delay) throws IOException {
    set(0, 0, nanos(delay), 0);
  }

  /** Sets it to expire after that time, and again and again. */
  public void every(Duration period) throws IOException {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("a period must be positive, not " + period);
    }
    set(0, 0, nanos(period), nanos(period));
  }

  /**
   * Sets it to expire at a time of the wall clock, whatever is done to that; at once if it is over.
   *
   * @throws IllegalStateException if the clock is not {@link Clock#REALTIME}
   */
  public void at(Instant time) throws IOException {
    at(time, Duration.ZERO);
  }

  /** As {@link #at(Instant)}, and then once per period, of that clock. */
  public void at(Instant time, Duration period) throws IOException {
    if (clock != Clock.REALTIME) {
      throw new IllegalStateException("a time of the wall clock needs REALTIME, not " + clock);
    }
    long nanos = Math.multiplyExact(time.getEpochSecond(), NANOS_PER_SECOND) + time.getNano();
    set(AT, Math.max(nanos, 1), Math.max(nanos, 1), period.isZero() ? 0 : nanos(period));
  }

  /** Prevents it from expiring. Harmless when it is not set. */
  public void cancel() throws IOException {
    set(0, 0, 0, 0);
  }

  /** The time until it expires next; zero while it is not set. */
  public Duration left() throws IOException {
    checkOpen();
    long[] times = new long[2];
    Failures.checked(TimerFd.gettime(fd, times), "timerfd_gettime", this);
    return Duration.ofNanos(times[0]);
  }

  private void set(int flags, long at, long nanos, long interval) throws IOException {
    checkOpen();
    instant = at;
    period = interval;
    int result = TimerFd.settime(fd, flags, nanos, interval);
    if (result != -Errno.ECANCELED) { // set, and the next read says that the clock was set too
      Failures.checked(result, "timerfd_settime", this);
    }
  }

  /** At least one: zero would unset it. */
  private static long nanos(Duration duration) {
    try {
      return Math.max(1, duration.toNanos());
    } catch (ArithmeticException tooLong) {
      return Long.MAX_VALUE; // 292 years
    }
  }

  /** A read takes all expirations, so one is enough. */
  @Override
  boolean drain() throws Exception {
    long expirations = TimerFd.read(fd);
    if (expirations > 0) {
      passed(expirations);
      handler.onExpired(this, expirations);
    } else if (expirations == -Errno.ECANCELED) {
      boolean wasSet = instant != 0;
      set(wasSet ? AT : 0, instant, instant, period); // the kernel does not go on by itself
      if (wasSet) {
        handler.onClockChanged(this);
      }
    } else if (expirations != -Errno.EAGAIN) {
      throw Failures.io("read", this, expirations);
    }
    return false;
  }

  /** Moves on, so that a clock that is set later does not bring back what was told. */
  private void passed(long expirations) {
    if (instant != 0) {
      instant = period == 0 ? 0 : instant + expirations * period;
    }
  }
}
