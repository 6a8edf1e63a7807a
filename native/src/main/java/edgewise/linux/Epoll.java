package edgewise.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * epoll(7): readiness of many descriptors. Any thread; descriptors are the caller's, and are closed
 * with {@link File#close}. Every method returns {@code >= 0} or {@code -errno}; EINTR is returned
 * like any other error.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/epoll.7.html">epoll(7)</a>
 */
public final class Epoll {
  // struct epoll_event.events, epoll_ctl(2)
  public static final int EPOLLIN = 0x001;
  public static final int EPOLLPRI = 0x002;
  public static final int EPOLLOUT = 0x004;
  public static final int EPOLLERR = 0x008;
  public static final int EPOLLHUP = 0x010;
  public static final int EPOLLRDNORM = 0x040;
  public static final int EPOLLRDBAND = 0x080;
  public static final int EPOLLWRNORM = 0x100;
  public static final int EPOLLWRBAND = 0x200;
  public static final int EPOLLMSG = 0x400;
  public static final int EPOLLRDHUP = 0x2000;
  public static final int EPOLLEXCLUSIVE = 1 << 28;
  public static final int EPOLLWAKEUP = 1 << 29;
  public static final int EPOLLONESHOT = 1 << 30;
  public static final int EPOLLET = 1 << 31;

  // op of epoll_ctl(2)
  public static final int EPOLL_CTL_ADD = 1;
  public static final int EPOLL_CTL_DEL = 2;
  public static final int EPOLL_CTL_MOD = 3;

  // flags of epoll_create1(2)
  public static final int EPOLL_CLOEXEC = 0x80000;

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private Epoll() {}

  /**
   * epoll_create1(2).
   *
   * @return a new descriptor, or {@code -errno}
   */
  public static int create1(int flags) {
    return Downcall.call(Create1.CALL, flags, 0, 0);
  }

  /**
   * epoll_ctl(2) with slot 0 of {@code event}.
   *
   * @param event what to set; null is for EPOLL_CTL_DEL, which reads none
   * @return 0 or {@code -errno}
   */
  public static int ctl(int epfd, int op, int fd, @Nullable EpollEvents event) {
    MemorySegment slot = event == null ? MemorySegment.NULL : event.first(1);
    return ctl(epfd, op, fd, slot);
  }

  /**
   * epoll_ctl(2) with an event of this thread's own, so that no slot of an array that is being
   * worked off is overwritten.
   *
   * @return 0 or {@code -errno}
   */
  public static int ctl(int epfd, int op, int fd, int events, long data) {
    Scratch scratch = Scratch.current();
    return ctl(epfd, op, fd, EpollEvents.write(scratch.words, events, data));
  }

  private static int ctl(int epfd, int op, int fd, MemorySegment event) {
    return Downcall.call(Ctl.CALL, epfd, op, fd, event.address(), 0, event);
  }

  /**
   * epoll_wait(2).
   *
   * @param maxEvents at most the capacity of {@code events}
   * @param timeoutMillis -1 waits for ever, 0 does not wait
   * @return how many slots were filled, from 0 on; 0 after the timeout; or {@code -errno}
   */
  public static int wait(int epfd, EpollEvents events, int maxEvents, int timeoutMillis) {
    Scratch scratch = Scratch.current();
    MemorySegment memory = events.first(maxEvents);
    try {
      return scratch.result(
          (int)
              (long)
                  Wait.CALL.invokeExact(
                      scratch.capture,
                      (long) epfd,
                      memory.address(),
                      (long) maxEvents,
                      (long) timeoutMillis,
                      0L,
                      memory));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * epoll_pwait2(2) without a signal mask. Called by number, because glibc has a wrapper only since
   * 2.35 and musl has none.
   *
   * @param timespec 16 bytes, struct timespec; null waits for ever
   * @return as {@link #wait}; {@code -ENOSYS} before Linux 5.11
   */
  public static int pwait2(
      int epfd, EpollEvents events, int maxEvents, @Nullable MemorySegment timespec) {
    if (timespec == null) {
      return pwait2(epfd, events.first(maxEvents), maxEvents, MemorySegment.NULL);
    }
    Memory.readable(timespec, 0, Struct.Timespec.SIZEOF);
    return pwait2(epfd, events.first(maxEvents), maxEvents, timespec);
  }

  private static int pwait2(int epfd, MemorySegment events, int maxEvents, MemorySegment timespec) {
    return Syscall.call(
        Abi.SYS_EPOLL_PWAIT2,
        epfd,
        events.address(),
        maxEvents,
        timespec.address(),
        0,
        0,
        events,
        timespec);
  }

  /** Whether the kernel has epoll_pwait2(2) and lets this process use it. Asked once. */
  public static boolean hasPwait2() {
    return Probe.PWAIT2;
  }

  /**
   * epoll_pwait2(2), or epoll_wait(2) where the kernel lacks it; that one rounds up to the next
   * millisecond, and to at most 2^31-1 of them. Neither returns 0 before the timeout is over.
   *
   * @param timeoutNanos negative waits for ever, 0 does not wait
   * @return as {@link #wait}
   */
  public static int waitNanos(int epfd, EpollEvents events, int maxEvents, long timeoutNanos) {
    if (timeoutNanos <= 0) {
      return wait(epfd, events, maxEvents, timeoutNanos == 0 ? 0 : -1);
    }
    if (!Probe.PWAIT2) {
      return wait(epfd, events, maxEvents, millisRoundedUp(timeoutNanos));
    }
    MemorySegment timespec =
        Scratch.current().longs(timeoutNanos / NANOS_PER_SECOND, timeoutNanos % NANOS_PER_SECOND);
    return pwait2(epfd, events.first(maxEvents), maxEvents, timespec);
  }

  /**
   * The shortest timeout of epoll_wait(2) that is not shorter than a positive one in nanoseconds.
   */
  static int millisRoundedUp(long nanos) {
    long millis = nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  private static final class Create1 {
    static final MethodHandle CALL = Downcall.bindPlain("epoll_create1");
  }

  private static final class Ctl {
    static final MethodHandle CALL = Downcall.bindPlain("epoll_ctl");
  }

  private static final class Wait {
    static final MethodHandle CALL = Downcall.bindPlain("epoll_wait");
  }

  private static final class Probe {
    static final boolean PWAIT2 = Linux.refusal() == null && isKnown();

    /**
     * A call that epoll_pwait2 refuses, as EBADF or, having no room for events, as EINVAL; which of
     * them comes first has changed. Only a kernel without it says ENOSYS, and old container
     * sandboxes say EPERM to whatever they do not know.
     */
    private static boolean isKnown() {
      int refusal = pwait2(-1, MemorySegment.NULL, 0, MemorySegment.NULL);
      return refusal == -Errno.EBADF || refusal == -Errno.EINVAL;
    }
  }
}
