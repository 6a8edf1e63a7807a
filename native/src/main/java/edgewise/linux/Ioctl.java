package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * ioctl(2): what a device can do besides reading and writing. Any thread; the descriptor is the
 * caller's. Every method returns {@code >= 0} or {@code -errno}; {@code -ENOTTY} is the answer of
 * whatever does not know the request.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/ioctl.2.html">ioctl(2)</a>
 */
public final class Ioctl {
  // ioctl_tty(2)
  /** Puts the size of the terminal's window into a struct winsize. */
  public static final int TIOCGWINSZ = 0x5413;

  /** Sets it, and tells the foreground processes by SIGWINCH if it is another one. */
  public static final int TIOCSWINSZ = 0x5414;

  /** Puts the number of the pseudoterminal into an int; of its master only. */
  public static final int TIOCGPTN = 0x8004_5430;

  /** Locks the pseudoterminal, or unlocks it, by an int. */
  public static final int TIOCSPTLCK = 0x4004_5431;

  /** Puts the number of bytes that can be read into an int. */
  public static final int FIONREAD = 0x541b;

  private Ioctl() {}

  /**
   * ioctl(2) with a pointer.
   *
   * @param request a number of 32 bits, unsigned
   * @param argument what the request reads or writes, of the size that it takes: not checked
   * @return what the request returns, or {@code -errno}
   */
  public static int ioctl(int fd, int request, MemorySegment argument) {
    Memory.checkNative(argument);
    Memory.checkWritable(argument);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int)
              Call.CALL.invokeExact(
                  scratch.capture, fd, Integer.toUnsignedLong(request), argument));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Call {
    /** The request is an unsigned long in glibc and an int in musl: the same register. */
    static final MethodHandle CALL =
        Downcall.bindVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  }
}
