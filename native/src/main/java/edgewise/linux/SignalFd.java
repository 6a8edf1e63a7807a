package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * signalfd(2) and pthread_sigmask(3): signals behind a descriptor. The descriptor is the caller's;
 * it may be made by any thread, but a read takes the signals of the thread that reads and those of
 * the process. Only signals that no thread takes in the usual way arrive: all threads have to block
 * them, those of the JVM too.
 *
 * <p>A set of signals is a long: bit {@code n - 1} is signal n, as in /proc/PID/status. A sigset_t
 * of the C library begins with these 64 bits, little endian, and goes on with zeros.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/signalfd.2.html">signalfd(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man3/pthread_sigmask.3.html">
 *     pthread_sigmask(3)</a>
 */
public final class SignalFd {
  public static final int SFD_NONBLOCK = 0x800;
  public static final int SFD_CLOEXEC = 0x80000;

  // how of pthread_sigmask(3)
  public static final int SIG_BLOCK = 0;
  public static final int SIG_UNBLOCK = 1;
  public static final int SIG_SETMASK = 2;

  /** The highest signal there is, SIGRTMAX. */
  private static final int SIGNAL_MAX = 64;

  private SignalFd() {}

  /** The set of these signals, 1 to 64. */
  public static long set(int... signals) {
    long set = 0;
    for (int signal : signals) {
      if (signal < 1 || signal > SIGNAL_MAX) {
        throw new IllegalArgumentException("not a signal: " + signal);
      }
      set |= 1L << (signal - 1);
    }
    return set;
  }

  /**
   * signalfd(2).
   *
   * @param fd -1 for a new descriptor, or one whose set is replaced
   * @return the descriptor, or {@code -errno}
   */
  public static int signalfd(int fd, long set, int flags) {
    Scratch scratch = Scratch.current();
    MemorySegment sigset = sigset(scratch, set);
    try {
      return scratch.result((int) Create.CALL.invokeExact(scratch.capture, fd, sigset, flags));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * pthread_sigmask(3), which in a process with threads takes the place of sigprocmask(2): changes
   * what the calling thread blocks. A virtual thread would change that of its carrier.
   *
   * @param before receives the set that was blocked before; {@code SIG_BLOCK} of 0 only asks
   * @return 0 or {@code -errno}
   */
  public static int pthreadSigmask(int how, long set, long[] before) {
    Scratch scratch = Scratch.current();
    MemorySegment sigset = sigset(scratch, set);
    int error;
    try {
      error = (int) Mask.CALL.invokeExact(scratch.capture, how, sigset, sigset);
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
    if (error == 0) {
      before[0] = sigset.get(JAVA_LONG, 0);
    }
    return -error; // it returns the error, and leaves errno alone
  }

  /**
   * read(2): takes pending signals of the set.
   *
   * @return how many slots were filled, from 0 on, or {@code -errno}
   */
  public static int read(int fd, SignalInfos into) {
    MemorySegment slots = into.segment();
    int bytes = File.read(fd, slots, 0, slots.byteSize());
    return bytes < 0 ? bytes : bytes / Struct.SignalfdSiginfo.SIZEOF;
  }

  /**
   * kill(2).
   *
   * @param pid a process; 0, -1 and negative numbers mean groups, as in the manual page
   * @return 0 or {@code -errno}
   */
  public static int kill(int pid, int signal) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Kill.CALL.invokeExact(scratch.capture, pid, signal));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * raise(3): a signal to the calling thread.
   *
   * @return 0 or {@code -errno}
   */
  public static int raise(int signal) {
    Scratch scratch = Scratch.current();
    try {
      int failed = (int) Raise.CALL.invokeExact(scratch.capture, signal);
      return failed == 0 ? 0 : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static MemorySegment sigset(Scratch scratch, long set) {
    MemorySegment sigset = scratch.block().fill((byte) 0);
    sigset.set(JAVA_LONG, 0, set);
    return sigset;
  }

  private static final class Create {
    static final MethodHandle CALL =
        Downcall.bind("signalfd", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Mask {
    static final MethodHandle CALL =
        Downcall.bind("pthread_sigmask", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  }

  private static final class Kill {
    static final MethodHandle CALL = Downcall.bind("kill", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  private static final class Raise {
    static final MethodHandle CALL = Downcall.bind("raise", JAVA_INT, JAVA_INT);
  }
}
