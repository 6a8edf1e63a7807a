package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Signals to one thread, which a JVM can block; what a process is sent is another matter. */
@ExtendWith(OpenDescriptors.class)
class SignalFdTest {
  private static final long USR1 = SignalFd.set(Signal.SIGUSR1);
  private static final int FLAGS = SignalFd.SFD_NONBLOCK | SignalFd.SFD_CLOEXEC;

  /** Runs something on a thread whose mask nobody needs afterwards. */
  private static void onOwnThread(Callable<Void> what) throws Exception {
    var task = new FutureTask<>(what);
    Thread.ofPlatform().start(task);
    task.get();
  }

  @Test
  void aSignalToAThreadThatBlocksItIsRead() throws Exception {
    onOwnThread(() -> {
      try (var fds = new Descriptors();
          var arena = Arena.ofConfined()) {
        ok(SignalFd.pthreadSigmask(SignalFd.SIG_BLOCK, USR1, new long[1]));
        int fd = fds.own(SignalFd.signalfd(-1, USR1, FLAGS));
        SignalInfos infos = SignalInfos.allocate(arena, 3);
        assertErrno(Errno.EAGAIN, SignalFd.read(fd, infos));
        ok(SignalFd.raise(Signal.SIGUSR1));
        assertEquals(1, SignalFd.read(fd, infos));
        assertEquals(Signal.SIGUSR1, infos.signo(0));
        assertEquals(SignalInfos.SI_TKILL, infos.code(0));
        assertEquals(Unistd.getpid(), infos.pid(0));
        assertEquals(Unistd.getuid(), infos.uid(0));
        assertErrno(Errno.EAGAIN, SignalFd.read(fd, infos));
      }
      return null;
    });
  }

  @Test
  void severalSignalsFillSeveralSlotsAndOneSignalTwiceFillsOne() throws Exception {
    onOwnThread(() -> {
      try (var fds = new Descriptors();
          var arena = Arena.ofConfined()) {
        long set = SignalFd.set(Signal.SIGUSR1, Signal.SIGWINCH, 64);
        ok(SignalFd.pthreadSigmask(SignalFd.SIG_BLOCK, set, new long[1]));
        int fd = fds.own(SignalFd.signalfd(-1, set, FLAGS));
        SignalInfos infos = SignalInfos.allocate(arena, 8);
        ok(SignalFd.raise(Signal.SIGUSR1));
        ok(SignalFd.raise(Signal.SIGUSR1));
        ok(SignalFd.raise(64));
        ok(SignalFd.raise(64)); // a real-time signal, which queues
        assertEquals(3, SignalFd.read(fd, infos));
        assertEquals(Signal.SIGUSR1, infos.signo(0));
        assertEquals(64, infos.signo(1));
        assertEquals(64, infos.signo(2));
        assertEquals(fd, SignalFd.signalfd(fd, USR1, 0), "another set for the same descriptor");
        ok(SignalFd.raise(64));
        assertErrno(Errno.EAGAIN, SignalFd.read(fd, infos));
        assertEquals(fd, SignalFd.signalfd(fd, set, 0));
        assertEquals(1, SignalFd.read(fd, infos));
      }
      return null;
    });
  }

  @Test
  void theMaskIsTheThreadsOwnAndIsTold() throws Exception {
    long[] here = new long[1];
    ok(SignalFd.pthreadSigmask(SignalFd.SIG_BLOCK, 0, here));
    onOwnThread(() -> {
      long[] before = new long[1];
      ok(SignalFd.pthreadSigmask(SignalFd.SIG_BLOCK, SignalFd.set(Signal.SIGURG), before));
      long[] now = new long[1];
      ok(SignalFd.pthreadSigmask(SignalFd.SIG_SETMASK, before[0], now));
      assertEquals(before[0] | SignalFd.set(Signal.SIGURG), now[0]);
      return null;
    });
    long[] after = new long[1];
    ok(SignalFd.pthreadSigmask(SignalFd.SIG_BLOCK, 0, after));
    assertEquals(here[0], after[0]);
  }

  @Test
  void wrongArgumentsAreErrors() {
    assertErrno(Errno.EINVAL, SignalFd.pthreadSigmask(99, USR1, new long[1]));
    assertErrno(Errno.EINVAL, SignalFd.signalfd(-1, USR1, 1));
    assertErrno(Errno.EBADF, SignalFd.signalfd(1_000_000, USR1, 0));
    assertErrno(Errno.EINVAL, SignalFd.kill(Unistd.getpid(), 65));
    assertEquals(0, SignalFd.kill(Unistd.getpid(), 0));
    assertThrows(IllegalArgumentException.class, () -> SignalFd.set(0));
    assertThrows(IllegalArgumentException.class, () -> SignalFd.set(65));
    try (var arena = Arena.ofConfined()) {
      assertErrno(Errno.EBADF, SignalFd.read(-1, SignalInfos.allocate(arena, 1)));
      assertThrows(IllegalArgumentException.class, () -> SignalInfos.allocate(arena, 0));
    }
  }
}
