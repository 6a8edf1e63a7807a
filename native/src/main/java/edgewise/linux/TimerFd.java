package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * timerfd_create(2): timers behind a descriptor. Any thread; the descriptor is the caller's. Times
 * are in nanoseconds, at most 2^63-1 of them, which for an absolute time is the year 2262.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/timerfd_create.2.html">timerfd_create(2)</a>
 */
public final class TimerFd {
  // clock_gettime(2)
  public static final int CLOCK_REALTIME = 0;
  public static final int CLOCK_MONOTONIC = 1;
  public static final int CLOCK_BOOTTIME = 7;
  public static final int CLOCK_REALTIME_ALARM = 8;
  public static final int CLOCK_BOOTTIME_ALARM = 9;

  public static final int TFD_NONBLOCK = 0x800;
  public static final int TFD_CLOEXEC = 0x80000;
  public static final int TFD_TIMER_ABSTIME = 1;

  /** A read fails with ECANCELED after the clock was set; with ABSTIME and a realtime clock. */
  public static final int TFD_TIMER_CANCEL_ON_SET = 2;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private TimerFd() {}

  /**
   * timerfd_create(2).
   *
   * @return a new descriptor, or {@code -errno}
   */
  public static int create(int clock, int flags) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Create.CALL.invokeExact(scratch.capture, clock, flags));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * timerfd_settime(2).
   *
   * @param nanos when it expires first, from now on, or with TFD_TIMER_ABSTIME on the clock; 0
   *     disarms it
   * @param intervalNanos the time between later expirations; 0 for none
   * @return 0 or {@code -errno}
   */
  public static int settime(int fd, int flags, long nanos, long intervalNanos) {
    Scratch scratch = Scratch.current();
    MemorySegment spec = scratch.block();
    timespec(spec, Struct.Itimerspec.IT_VALUE, nanos);
    timespec(spec, Struct.Itimerspec.IT_INTERVAL, intervalNanos);
    try {
      return scratch.result(
          (int) Settime.CALL.invokeExact(scratch.capture, fd, flags, spec, MemorySegment.NULL));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * timerfd_gettime(2).
   *
   * @param leftAndInterval receives the nanoseconds until the next expiration, 0 if it is disarmed,
   *     and the interval
   * @return 0 or {@code -errno}
   */
  public static int gettime(int fd, long[] leftAndInterval) {
    if (leftAndInterval.length < 2) {
      throw new IllegalArgumentException("two times need room for two");
    }
    Scratch scratch = Scratch.current();
    MemorySegment spec = scratch.block();
    try {
      int result = (int) Gettime.CALL.invokeExact(scratch.capture, fd, spec);
      if (result < 0) {
        return scratch.negatedErrno();
      }
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
    leftAndInterval[0] = nanos(spec, Struct.Itimerspec.IT_VALUE);
    leftAndInterval[1] = nanos(spec, Struct.Itimerspec.IT_INTERVAL);
    return 0;
  }

  /**
   * read(2): how often it has expired since the last read. Blocks, or returns {@code -EAGAIN},
   * while that is 0.
   *
   * @return the number, or {@code -errno}; {@code -ECANCELED} if the clock was set
   */
  public static long read(int fd) {
    return EventFd.read(fd); // the same eight bytes
  }

  private static void timespec(MemorySegment into, long offset, long nanos) {
    into.set(JAVA_LONG, offset + Struct.Timespec.TV_SEC, nanos / NANOS_PER_SECOND);
    into.set(JAVA_LONG, offset + Struct.Timespec.TV_NSEC, nanos % NANOS_PER_SECOND);
  }

  private static long nanos(MemorySegment from, long offset) {
    return from.get(JAVA_LONG, offset + Struct.Timespec.TV_SEC) * NANOS_PER_SECOND
        + from.get(JAVA_LONG, offset + Struct.Timespec.TV_NSEC);
  }

  private static final class Create {
    static final MethodHandle CALL = Downcall.bind("timerfd_create", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  private static final class Settime {
    static final MethodHandle CALL =
        Downcall.bind("timerfd_settime", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  }

  private static final class Gettime {
    static final MethodHandle CALL = Downcall.bind("timerfd_gettime", JAVA_INT, JAVA_INT, ADDRESS);
  }
}
