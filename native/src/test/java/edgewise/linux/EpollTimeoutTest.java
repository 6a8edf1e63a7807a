package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class EpollTimeoutTest {
  private static final long[] TIMEOUTS = {
    1, 999, 50_000, 500_000, 1_000_000, 1_000_001, 1_500_000, 2_999_999, 20_000_000
  };

  private final EpollEvents events = EpollEvents.allocate(Arena.ofAuto(), 4);

  @Test
  void aTimeoutInNanosecondsIsNeverEarly() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      assertNeverEarly(nanos -> Epoll.waitNanos(epoll, events, 4, nanos));
    }
  }

  @Test
  void theFallbackToMillisecondsIsNeverEarly() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      assertNeverEarly(nanos -> Epoll.wait(epoll, events, 4, Epoll.millisRoundedUp(nanos)));
    }
  }

  private static void assertNeverEarly(LongToIntFunction wait) {
    for (long nanos : TIMEOUTS) {
      for (int i = 0; i < 10; i++) {
        long start = System.nanoTime();
        assertEquals(0, wait.applyAsInt(nanos));
        long waited = System.nanoTime() - start;
        assertTrue(waited >= nanos, "waited " + waited + " of " + nanos + " ns");
      }
    }
  }

  @Test
  void millisecondsAreRoundedUpAndCapped() {
    assertEquals(1, Epoll.millisRoundedUp(1));
    assertEquals(1, Epoll.millisRoundedUp(999_999));
    assertEquals(1, Epoll.millisRoundedUp(1_000_000));
    assertEquals(2, Epoll.millisRoundedUp(1_000_001));
    assertEquals(Integer.MAX_VALUE, Epoll.millisRoundedUp(Integer.MAX_VALUE * 1_000_000L));
    assertEquals(Integer.MAX_VALUE, Epoll.millisRoundedUp(Integer.MAX_VALUE * 1_000_000L + 1));
    assertEquals(Integer.MAX_VALUE, Epoll.millisRoundedUp(Long.MAX_VALUE));
  }

  @Test
  void aTimeoutBelowAMillisecondIsKeptWhereTheKernelCan() {
    assumeTrue(Epoll.hasPwait2(), "this kernel has no epoll_pwait2");
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      long best = Long.MAX_VALUE;
      for (int i = 0; i < 50; i++) {
        long start = System.nanoTime();
        assertEquals(0, Epoll.waitNanos(epoll, events, 4, 100_000));
        best = Math.min(best, System.nanoTime() - start);
      }
      assertTrue(best < 900_000, "the best of 50 waits for 0.1 ms took " + best + " ns");
    }
  }

  @Test
  void zeroDoesNotWaitAndAnEventEndsAnyTimeout() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      assertEquals(0, Epoll.waitNanos(epoll, events, 4, 0));
      ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, fds.eventFd(1), Epoll.EPOLLIN, 7));
      for (long nanos : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
        assertEquals(1, Epoll.waitNanos(epoll, events, 4, nanos));
        assertEquals(7, events.data(0));
      }
      assertEquals(1, Epoll.wait(epoll, events, 4, -1));
    }
  }

  @Test
  void pwait2TakesATimespecOrWaitsForEver() {
    assumeTrue(Epoll.hasPwait2(), "this kernel has no epoll_pwait2");
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      MemorySegment timespec = Arena.ofAuto().allocate(16, 8);
      timespec.set(ValueLayout.JAVA_LONG, 8, 1_000_000);
      assertEquals(0, Epoll.pwait2(epoll, events, 4, timespec));
      timespec.set(ValueLayout.JAVA_LONG, 8, 1_000_000_000);
      assertErrno(Errno.EINVAL, Epoll.pwait2(epoll, events, 4, timespec));
      assertErrno(Errno.EBADF, Epoll.pwait2(-1, events, 4, null));
      ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, fds.eventFd(1), Epoll.EPOLLIN, 7));
      assertEquals(1, Epoll.pwait2(epoll, events, 4, null));
    }
  }

  /** signal(7): a process that is stopped and continued finds its epoll_wait interrupted. */
  @Test
  void anInterruptedWaitIsReportedAndNotRepeated() throws IOException, InterruptedException {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      long pid = ProcessHandle.current().pid();
      String script = "sleep 0.3; kill -STOP %d; sleep 0.1; kill -CONT %d".formatted(pid, pid);
      Process shell = new ProcessBuilder("sh", "-c", script).inheritIO().start();
      assertErrno(Errno.EINTR, Epoll.wait(epoll, events, 4, 30_000));
      assertEquals(0, shell.waitFor());
    }
  }
}
