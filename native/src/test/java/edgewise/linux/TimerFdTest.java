package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class TimerFdTest {
  private static final long MILLI = 1_000_000;
  private static final long HOUR = 3_600_000 * MILLI;

  private static int timer(Descriptors fds, int clock, int flags) {
    return fds.own(TimerFd.create(clock, flags | TimerFd.TFD_CLOEXEC));
  }

  @Test
  void aBlockingReadReturnsWhenItHasExpired() {
    try (var fds = new Descriptors()) {
      int fd = timer(fds, TimerFd.CLOCK_MONOTONIC, 0);
      long start = System.nanoTime();
      ok(TimerFd.settime(fd, 0, 5 * MILLI, 0));
      assertEquals(1, TimerFd.read(fd));
      assertTrue(System.nanoTime() - start >= 5 * MILLI);
    }
  }

  @Test
  void expirationsAreCounted() throws InterruptedException {
    try (var fds = new Descriptors()) {
      int fd = timer(fds, TimerFd.CLOCK_BOOTTIME, 0);
      ok(TimerFd.settime(fd, 0, MILLI, MILLI));
      Thread.sleep(20);
      assertTrue(TimerFd.read(fd) >= 20);
    }
  }

  @Test
  void itTellsWhatIsLeftAndADisarmedOneHasNothing() {
    try (var fds = new Descriptors()) {
      int fd = timer(fds, TimerFd.CLOCK_MONOTONIC, TimerFd.TFD_NONBLOCK);
      long[] times = new long[2];
      ok(TimerFd.gettime(fd, times));
      assertEquals(0, times[0]);
      ok(TimerFd.settime(fd, 0, HOUR + 7, 2_000_000_003));
      ok(TimerFd.gettime(fd, times));
      assertTrue(times[0] > HOUR - 10_000 * MILLI && times[0] <= HOUR + 7, "" + times[0]);
      assertEquals(2_000_000_003, times[1]);
      assertErrno(Errno.EAGAIN, TimerFd.read(fd));
      ok(TimerFd.settime(fd, 0, 0, 0));
      ok(TimerFd.gettime(fd, times));
      assertEquals(0, times[0]);
    }
  }

  @Test
  void anAbsoluteTimeThatIsOverExpiresAtOnce() {
    try (var fds = new Descriptors()) {
      int fd = timer(fds, TimerFd.CLOCK_REALTIME, TimerFd.TFD_NONBLOCK);
      int flags = TimerFd.TFD_TIMER_ABSTIME | TimerFd.TFD_TIMER_CANCEL_ON_SET;
      ok(TimerFd.settime(fd, flags, (System.currentTimeMillis() - 1000) * MILLI, 0));
      assertEquals(1, TimerFd.read(fd));
    }
  }

  @Test
  void wrongArgumentsAreErrors() {
    try (var fds = new Descriptors()) {
      assertErrno(Errno.EINVAL, TimerFd.create(99, 0));
      int fd = timer(fds, TimerFd.CLOCK_MONOTONIC, 0);
      assertErrno(Errno.EINVAL, TimerFd.settime(fd, 0, -1, 0));
      assertErrno(Errno.EBADF, TimerFd.settime(-1, 0, 1, 0));
      assertErrno(Errno.EBADF, TimerFd.gettime(-1, new long[2]));
      assertErrno(Errno.EINVAL, TimerFd.settime(fds.eventFd(0), 0, 1, 0));
    }
  }
}
