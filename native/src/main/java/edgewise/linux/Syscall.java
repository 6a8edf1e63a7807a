package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * syscall(2): system calls by number, for those that a C library may have no function for, and for
 * openat(2), whose function has variable arguments as syscall(2) has. All of them share one type of
 * handle, for the reason that {@link Downcall#bindPlain} gives.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/syscall.2.html">syscall(2)</a>
 */
final class Syscall {
  /** Six arguments, each as wide as a register, and two segments that syscall(2) does not see. */
  private static final MethodHandle CALL =
      Downcall.bindVariadic(
          "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
          JAVA_LONG, ADDRESS, ADDRESS);

  private Syscall() {}

  /**
   * With four arguments.
   *
   * @param held a segment that an address among the arguments lies in, which stays open until the
   *     call has returned; or NULL
   * @param alsoHeld another one, or NULL
   * @return what the call has returned, as an int; below 0 it is {@code -errno}
   */
  static int call(
      long number, long a, long b, long c, long d, MemorySegment held, MemorySegment alsoHeld) {
    return call(number, a, b, c, d, 0, 0, held, alsoHeld);
  }

  /** With six. */
  static int call(
      long number,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      MemorySegment held,
      MemorySegment alsoHeld) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) CALL.invokeExact(scratch.capture, number, a, b, c, d, e, f, held, alsoHeld));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }
}
