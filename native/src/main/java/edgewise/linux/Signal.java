package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/**
 * signal(2): what a signal does to this process. Any thread; dispositions belong to the process.
 *
 * <p>Only the two dispositions that need no function: Java code cannot run in a signal handler.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/signal.2.html">signal(2)</a>
 */
public final class Signal {
  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGQUIT = 3;
  public static final int SIGUSR1 = 10;
  public static final int SIGSEGV = 11;
  public static final int SIGUSR2 = 12;
  public static final int SIGPIPE = 13;
  public static final int SIGALRM = 14;
  public static final int SIGTERM = 15;
  public static final int SIGCHLD = 17;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  public static final int SIGTSTP = 20;
  public static final int SIGURG = 23;
  public static final int SIGWINCH = 28;
  public static final int SIGIO = 29;
  public static final int SIGKILL = 9;

  /** What the manual page signal(7) lists as the signal's default action. */
  public static final long SIG_DFL = 0;

  /** The signal is thrown away. */
  public static final long SIG_IGN = 1;

  /** What signal(2) returns where it fails. */
  private static final long SIG_ERR = -1;

  private Signal() {}

  /**
   * signal(2). Replaces a handler of the JVM as well as any other; what was there before is not
   * told, since it could not be put back with this call.
   *
   * @param disposition {@link #SIG_DFL} or {@link #SIG_IGN}
   * @return 0 or {@code -errno}
   */
  public static int signal(int signum, long disposition) {
    if (disposition != SIG_DFL && disposition != SIG_IGN) {
      throw new IllegalArgumentException("neither SIG_DFL nor SIG_IGN: " + disposition);
    }
    Scratch scratch = Scratch.current();
    try {
      long before = (long) Call.CALL.invokeExact(scratch.capture, signum, disposition);
      return before != SIG_ERR ? 0 : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Call {
    /** The disposition is a pointer to a function in C, and as wide as a long on every Abi. */
    static final MethodHandle CALL = Downcall.bind("signal", JAVA_LONG, JAVA_INT, JAVA_LONG);
  }
}
