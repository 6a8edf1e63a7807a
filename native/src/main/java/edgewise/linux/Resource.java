package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * getrlimit(2): the limits of this process. Any thread; limits belong to the process.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</a>
 */
public final class Resource {
  public static final int RLIMIT_STACK = 3;
  public static final int RLIMIT_CORE = 4;
  public static final int RLIMIT_NPROC = 6;

  /** One more than the highest descriptor. */
  public static final int RLIMIT_NOFILE = 7;

  public static final int RLIMIT_MEMLOCK = 8;
  public static final int RLIMIT_AS = 9;

  /** No limit: the largest unsigned value, so compare limits with Long.compareUnsigned. */
  public static final long RLIM_INFINITY = -1;

  private Resource() {}

  /**
   * getrlimit(2).
   *
   * @param softAndHard receives the limit that holds, and how far it may be raised
   * @return 0 or {@code -errno}
   */
  public static int getrlimit(int resource, long[] softAndHard) {
    if (softAndHard.length < 2) {
      throw new IllegalArgumentException("two limits need room for two");
    }
    Scratch scratch = Scratch.current();
    int result = call(Getrlimit.CALL, resource, scratch.words);
    if (result >= 0) {
      softAndHard[0] = scratch.words.get(JAVA_LONG, Struct.Rlimit.RLIM_CUR);
      softAndHard[1] = scratch.words.get(JAVA_LONG, Struct.Rlimit.RLIM_MAX);
    }
    return result;
  }

  /**
   * setrlimit(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int setrlimit(int resource, long soft, long hard) {
    return call(Setrlimit.CALL, resource, Scratch.current().longs(soft, hard));
  }

  private static int call(MethodHandle function, int resource, MemorySegment limits) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) function.invokeExact(scratch.capture, resource, limits));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Getrlimit {
    static final MethodHandle CALL = Downcall.bind("getrlimit", JAVA_INT, JAVA_INT, ADDRESS);
  }

  private static final class Setrlimit {
    static final MethodHandle CALL = Downcall.bind("setrlimit", JAVA_INT, JAVA_INT, ADDRESS);
  }
}
