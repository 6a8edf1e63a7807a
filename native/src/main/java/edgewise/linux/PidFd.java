package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * pidfd_open(2), pidfd_send_signal(2) and waitid(2): processes behind descriptors. Any thread; the
 * descriptor is the caller's. A descriptor stands for one process for ever, where the number of a
 * process is given to another one after its end.
 *
 * <p>The first two are called by number: glibc has functions for them since 2.36 only.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/pidfd_open.2.html">pidfd_open(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/waitid.2.html">waitid(2)</a>
 */
public final class PidFd {
  /** flags of pidfd_open(2), since Linux 5.10: waitid(2) on it does not block. */
  public static final int PIDFD_NONBLOCK = 0x800;

  // idtype of waitid(2)
  public static final int P_ALL = 0;
  public static final int P_PID = 1;
  public static final int P_PGID = 2;
  public static final int P_PIDFD = 3;

  // options of waitid(2)
  public static final int WNOHANG = 1;
  public static final int WSTOPPED = 2;
  public static final int WEXITED = 4;
  public static final int WCONTINUED = 8;

  /** Leaves the child to be waited for once more. */
  public static final int WNOWAIT = 0x0100_0000;

  // si_code of SIGCHLD, sigaction(2)
  public static final int CLD_EXITED = 1;
  public static final int CLD_KILLED = 2;
  public static final int CLD_DUMPED = 3;
  public static final int CLD_TRAPPED = 4;
  public static final int CLD_STOPPED = 5;
  public static final int CLD_CONTINUED = 6;

  /**
   * PIDFD_GET_INFO of linux/pidfd.h, Linux 6.13: _IOWR(0xFF, 11, struct pidfd_info of 64 bytes).
   */
  private static final int GET_INFO = 0xc040_ff0b;

  /** PIDFD_INFO_EXIT, Linux 6.15: the exit status is asked for, and in the answer it is there. */
  private static final long INFO_EXIT = 1 << 3;

  private static final int INFO_MASK = 0;
  private static final int INFO_EXIT_CODE = 60;

  private PidFd() {}

  /**
   * pidfd_open(2). The descriptor is close-on-exec.
   *
   * @return a new descriptor, or {@code -errno}: {@code -ESRCH} if there is no such process, {@code
   *     -EINVAL} if the number is that of a thread
   */
  public static int open(int pid, int flags) {
    return Syscall.call(
        Abi.SYS_PIDFD_OPEN, pid, flags, 0, 0, MemorySegment.NULL, MemorySegment.NULL);
  }

  /**
   * pidfd_send_signal(2), as kill(2) would send it.
   *
   * @param signal 0 only checks
   * @return 0 or {@code -errno}: {@code -ESRCH} if the process has been waited for
   */
  public static int sendSignal(int pidfd, int signal) {
    return Syscall.call(
        Abi.SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, MemorySegment.NULL, MemorySegment.NULL);
  }

  /**
   * waitid(2).
   *
   * @param id a process, a group or a pidfd, as {@code idtype} says
   * @param pidCodeStatus receives the child's number, CLD_EXITED or another code, and the status or
   *     signal; with WNOHANG and nothing to tell, three zeros
   * @return 0 or {@code -errno}: {@code -ECHILD} for what is not a child, or has been waited for
   */
  public static int waitid(int idtype, int id, int[] pidCodeStatus, int options) {
    if (pidCodeStatus.length < 3) {
      throw new IllegalArgumentException("three numbers need room for three");
    }
    Scratch scratch = Scratch.current();
    MemorySegment info = scratch.block().fill((byte) 0);
    try {
      int result = (int) Waitid.CALL.invokeExact(scratch.capture, idtype, id, info, options);
      if (result < 0) {
        return scratch.negatedErrno();
      }
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
    pidCodeStatus[0] = info.get(JAVA_INT, Struct.SiginfoT.SI_PID);
    pidCodeStatus[1] = info.get(JAVA_INT, Struct.SiginfoT.SI_CODE);
    pidCodeStatus[2] = info.get(JAVA_INT, Struct.SiginfoT.SI_STATUS);
    return 0;
  }

  /**
   * PIDFD_GET_INFO of ioctl(2): the status of a process that has been waited for, also of another's
   * child. Since Linux 6.15.
   *
   * @param status receives the status as wait(2) gives it: the exit status in bits 8 to 15, the
   *     signal in bits 0 to 6, bit 7 for a core dump
   * @return 0 or {@code -errno}: {@code -ENOTTY} or {@code -EINVAL} before Linux 6.13, {@code
   *     -EAGAIN} where the status is not there, or the kernel does not tell it
   */
  public static int exitStatus(int pidfd, int[] status) {
    MemorySegment info = Scratch.current().block().fill((byte) 0);
    info.set(JAVA_LONG, INFO_MASK, INFO_EXIT);
    int result = Ioctl.ioctl(pidfd, GET_INFO, info);
    if (result < 0) {
      return result;
    }
    if ((info.get(JAVA_LONG, INFO_MASK) & INFO_EXIT) == 0) {
      return -Errno.EAGAIN;
    }
    status[0] = info.get(JAVA_INT, INFO_EXIT_CODE);
    return 0;
  }

  private static final class Waitid {
    static final MethodHandle CALL =
        Downcall.bind("waitid", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }
}
