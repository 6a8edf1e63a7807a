package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;

/**
 * unistd.h: who this process is. Any thread. These calls cannot fail.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/getpid.2.html">getpid(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/getuid.2.html">getuid(2)</a>
 */
public final class Unistd {
  private Unistd() {}

  /** getpid(2). */
  public static int getpid() {
    return call(Getpid.CALL);
  }

  /** getuid(2): the real user, 0 to 2^32-1. */
  public static long getuid() {
    return Integer.toUnsignedLong(call(Getuid.CALL));
  }

  /** geteuid(2): the effective user, 0 to 2^32-1. */
  public static long geteuid() {
    return Integer.toUnsignedLong(call(Geteuid.CALL));
  }

  /** getgid(2): the real group, 0 to 2^32-1. */
  public static long getgid() {
    return Integer.toUnsignedLong(call(Getgid.CALL));
  }

  /** getegid(2): the effective group, 0 to 2^32-1. */
  public static long getegid() {
    return Integer.toUnsignedLong(call(Getegid.CALL));
  }

  private static int call(MethodHandle function) {
    try {
      return (int) function.invokeExact(Scratch.current().capture);
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Getpid {
    static final MethodHandle CALL = Downcall.bind("getpid", JAVA_INT);
  }

  private static final class Getuid {
    static final MethodHandle CALL = Downcall.bind("getuid", JAVA_INT);
  }

  private static final class Geteuid {
    static final MethodHandle CALL = Downcall.bind("geteuid", JAVA_INT);
  }

  private static final class Getgid {
    static final MethodHandle CALL = Downcall.bind("getgid", JAVA_INT);
  }

  private static final class Getegid {
    static final MethodHandle CALL = Downcall.bind("getegid", JAVA_INT);
  }
}
