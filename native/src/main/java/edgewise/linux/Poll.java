package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.invoke.MethodHandle;

/**
 * poll(2): how one descriptor is right now. Any thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a>
 */
public final class Poll {
  public static final int POLLIN = 0x001;
  public static final int POLLPRI = 0x002;
  public static final int POLLOUT = 0x004;
  public static final int POLLERR = 0x008;
  public static final int POLLHUP = 0x010;
  public static final int POLLNVAL = 0x020;
  public static final int POLLRDHUP = 0x2000;

  private Poll() {}

  /**
   * poll(2) of one descriptor.
   *
   * @param timeoutMillis how long to wait for one of the events; 0 does not wait, -1 for ever
   * @return the events that are there, 0 for none, POLLNVAL among them for a descriptor that is not
   *     open; or {@code -errno}
   */
  public static int poll(int fd, int events, int timeoutMillis) {
    Scratch scratch = Scratch.current();
    scratch.words.set(JAVA_INT, Struct.Pollfd.FD, fd);
    scratch.words.set(JAVA_SHORT, Struct.Pollfd.EVENTS, (short) events);
    scratch.words.set(JAVA_SHORT, Struct.Pollfd.REVENTS, (short) 0);
    try {
      int n = (int) Call.CALL.invokeExact(scratch.capture, scratch.words, 1L, timeoutMillis);
      return n >= 0
          ? Short.toUnsignedInt(scratch.words.get(JAVA_SHORT, Struct.Pollfd.REVENTS))
          : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Call {
    static final MethodHandle CALL = Downcall.bind("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  }
}
