package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * struct termios of termios(3): how a terminal treats what is typed and printed. Its memory belongs
 * to the arena given; not for use by two threads at a time. Methods that make a call return {@code
 * >= 0} or {@code -errno}; the terminal's descriptor is the caller's.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/termios.3.html">termios(3)</a>
 */
public final class Termios {
  // optional_actions of tcsetattr(3)
  public static final int TCSANOW = 0;

  /** After what was written has been sent. */
  public static final int TCSADRAIN = 1;

  /** The same, and what was typed and not read is thrown away. */
  public static final int TCSAFLUSH = 2;

  // c_lflag
  public static final int ISIG = 0x1;
  public static final int ICANON = 0x2;
  public static final int ECHO = 0x8;
  public static final int IEXTEN = 0x8000;

  private final MemorySegment segment;

  private Termios(MemorySegment segment) {
    this.segment = segment;
  }

  /** All zero. */
  public static Termios allocate(Arena arena) {
    return new Termios(arena.allocate(Struct.Termios.SIZEOF, 8));
  }

  /** isatty(3): 1 for a terminal, or {@code -errno}: {@code -ENOTTY} for all else. */
  public static int isatty(int fd) {
    Scratch scratch = Scratch.current();
    try {
      int result = (int) Isatty.CALL.invokeExact(scratch.capture, fd);
      return result > 0 ? result : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * The size of the terminal's window, TIOCGWINSZ of ioctl_tty(2).
   *
   * @param rowsAndColumns receives both in characters; zeros where nobody has said
   * @return 0 or {@code -errno}
   */
  public static int windowSize(int fd, int[] rowsAndColumns) {
    MemorySegment size = Scratch.current().words;
    int result = Ioctl.ioctl(fd, Ioctl.TIOCGWINSZ, size);
    if (result >= 0) {
      rowsAndColumns[0] = Short.toUnsignedInt(size.get(JAVA_SHORT, Struct.Winsize.WS_ROW));
      rowsAndColumns[1] = Short.toUnsignedInt(size.get(JAVA_SHORT, Struct.Winsize.WS_COL));
    }
    return result;
  }

  /** Sets that size, TIOCSWINSZ; returns 0 or {@code -errno}. */
  public static int setWindowSize(int fd, int rows, int columns) {
    MemorySegment size = Scratch.current().longs(0, 0);
    size.set(JAVA_SHORT, Struct.Winsize.WS_ROW, (short) rows);
    size.set(JAVA_SHORT, Struct.Winsize.WS_COL, (short) columns);
    return Ioctl.ioctl(fd, Ioctl.TIOCSWINSZ, size);
  }

  /** tcgetattr(3) into this; returns 0 or {@code -errno}. */
  public int tcgetattr(int fd) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Tcgetattr.CALL.invokeExact(scratch.capture, fd, segment));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * tcsetattr(3) of this. Succeeds if any of the changes could be made.
   *
   * @return 0 or {@code -errno}
   */
  public int tcsetattr(int fd, int optionalActions) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int) Tcsetattr.CALL.invokeExact(scratch.capture, fd, optionalActions, segment));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** cfmakeraw(3) of this: no lines, no echo, no signals from keys, eight bits. Cannot fail. */
  public void cfmakeraw() {
    try {
      Cfmakeraw.CALL.invokeExact(Scratch.current().capture, segment);
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** c_lflag: ECHO, ICANON, ISIG, IEXTEN. */
  public int lflag() {
    return segment.get(JAVA_INT, Struct.Termios.C_LFLAG);
  }

  /** Sets c_lflag. */
  public void lflag(int flags) {
    segment.set(JAVA_INT, Struct.Termios.C_LFLAG, flags);
  }

  private static final class Cfmakeraw {
    static final MethodHandle CALL = Downcall.bindVoid("cfmakeraw", ADDRESS);
  }

  private static final class Isatty {
    static final MethodHandle CALL = Downcall.bind("isatty", JAVA_INT, JAVA_INT);
  }

  private static final class Tcgetattr {
    static final MethodHandle CALL = Downcall.bind("tcgetattr", JAVA_INT, JAVA_INT, ADDRESS);
  }

  private static final class Tcsetattr {
    static final MethodHandle CALL =
        Downcall.bind("tcsetattr", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }
}
