package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/**
 * eventfd(2): a 64-bit counter behind a descriptor, with which one thread wakes another. Any
 * thread; the descriptor is the caller's.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>
 */
public final class EventFd {
  public static final int EFD_SEMAPHORE = 1;
  public static final int EFD_NONBLOCK = 0x800;
  public static final int EFD_CLOEXEC = 0x80000;

  private static final long COUNTER_BYTES = 8;

  private EventFd() {}

  /**
   * eventfd(2).
   *
   * @return a new descriptor, or {@code -errno}
   */
  public static int eventfd(int initval, int flags) {
    return Downcall.call(Create.CALL, initval, flags, 0);
  }

  /**
   * Takes the counter and resets it to 0; with EFD_SEMAPHORE, takes 1. Blocks, or returns {@code
   * -EAGAIN}, while it is 0.
   *
   * @return what was taken, or {@code -errno}; a counter of 2^63 or more, which has no place in a
   *     positive long, is returned as Long.MAX_VALUE
   */
  public static long read(int fd) {
    Scratch scratch = Scratch.current();
    try {
      long n = (long) Read.CALL.invokeExact(scratch.capture, fd, scratch.words, COUNTER_BYTES);
      if (n < 0) {
        return scratch.negatedErrno();
      }
      long taken = scratch.words.get(JAVA_LONG, 0);
      return taken >= 0 ? taken : Long.MAX_VALUE;
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * Adds to the counter. Blocks, or returns {@code -EAGAIN}, where it would pass 2^64-2.
   *
   * @param value unsigned; -1 is refused by the kernel with EINVAL
   * @return 8, the bytes written, or {@code -errno}
   */
  public static int write(int fd, long value) {
    Scratch scratch = Scratch.current();
    scratch.words.set(JAVA_LONG, 0, value);
    return Downcall.call(Write.CALL, fd, scratch.words.address(), COUNTER_BYTES);
  }

  private static final class Create {
    static final MethodHandle CALL = Downcall.bindPlain("eventfd");
  }

  private static final class Read {
    static final MethodHandle CALL = Downcall.bind("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  }

  private static final class Write {
    static final MethodHandle CALL = Downcall.bindPlain("write");
  }
}
