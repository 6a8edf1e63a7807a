package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** Without a look at open descriptors: the JDK's for a process close when they please. */
class PidFdTest {
  private static Process sleeping() throws IOException {
    return new ProcessBuilder("sleep", "50").start();
  }

  @Test
  void aSignalReachesTheProcessAndItsEndMakesItReadable() throws Exception {
    Process process = sleeping();
    try (var fds = new Descriptors();
        var arena = Arena.ofConfined()) {
      int pidfd = fds.own(PidFd.open((int) process.pid(), 0));
      int epoll = fds.epoll();
      ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, pidfd, Epoll.EPOLLIN, 1));
      EpollEvents events = EpollEvents.allocate(arena, 1);
      assertEquals(0, Epoll.wait(epoll, events, 1, 0));
      assertEquals(0, PidFd.sendSignal(pidfd, 0));
      ok(PidFd.sendSignal(pidfd, Signal.SIGTERM));
      assertEquals(1, Epoll.wait(epoll, events, 1, 10_000));
      assertEquals(128 + Signal.SIGTERM, process.waitFor());
      assertErrno(Errno.ESRCH, PidFd.sendSignal(pidfd, 0));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void waitidOnAChildThatRunsHasNothingToTell() throws Exception {
    Process process = sleeping();
    try (var fds = new Descriptors()) {
      int pidfd = fds.own(PidFd.open((int) process.pid(), PidFd.PIDFD_NONBLOCK));
      int[] told = {7, 7, 7};
      int options = PidFd.WEXITED | PidFd.WNOHANG | PidFd.WNOWAIT;
      ok(PidFd.waitid(PidFd.P_PIDFD, pidfd, told, options));
      assertArrayEquals(new int[] {0, 0, 0}, told);
      ok(PidFd.sendSignal(pidfd, Signal.SIGSTOP));
      // The JDK's reaper waits for the end only, so that a stop is ours alone to see.
      ok(PidFd.waitid(PidFd.P_PID, (int) process.pid(), told, PidFd.WSTOPPED | PidFd.WNOWAIT));
      assertArrayEquals(new int[] {(int) process.pid(), PidFd.CLD_STOPPED, Signal.SIGSTOP}, told);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void theStatusOfAProcessThatWasWaitedForIsToldByNewKernels() throws Exception {
    Process process = new ProcessBuilder("sh", "-c", "read x; exit 7").start();
    try (var fds = new Descriptors()) {
      int pidfd = fds.own(PidFd.open((int) process.pid(), 0));
      int[] status = new int[1];
      int running = PidFd.exitStatus(pidfd, status);
      assumeTrue(running == -Errno.EAGAIN, "PIDFD_GET_INFO with exit status is of Linux 6.15");
      process.outputWriter().close();
      assertEquals(7, process.waitFor());
      assertEquals(0, PidFd.exitStatus(pidfd, status));
      assertEquals(7 << 8, status[0]);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatIsNoProcessOrNoChildIsAnError() {
    try (var fds = new Descriptors()) {
      assertErrno(Errno.EINVAL, PidFd.open(-1, 0));
      assertErrno(Errno.ESRCH, PidFd.open(Integer.MAX_VALUE, 0));
      assertErrno(Errno.EINVAL, PidFd.open(Unistd.getpid(), 1));
      int self = fds.own(PidFd.open(Unistd.getpid(), 0));
      assertErrno(
          Errno.ECHILD,
          PidFd.waitid(PidFd.P_PIDFD, self, new int[3], PidFd.WEXITED | PidFd.WNOHANG));
      assertErrno(Errno.EBADF, PidFd.sendSignal(-1, 0));
      assertErrno(Errno.EBADF, PidFd.exitStatus(-1, new int[1]));
      int closeOnExec = File.fcntl(self, File.F_GETFD);
      assertTrue((closeOnExec & File.FD_CLOEXEC) != 0);
      assertThrows(
          IllegalArgumentException.class,
          () -> PidFd.waitid(PidFd.P_ALL, 0, new int[2], PidFd.WEXITED));
    }
  }
}
