package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Termios;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A terminal: what is typed, the size of its window, and raw mode, termios(3). Opened once more, so
 * that the shell's descriptor is left as it is. What is to be printed goes through a {@link
 * PipeWriter#reopen} of fd 1, or System.out.
 *
 * <p>Modes belong to the terminal and not to a descriptor; those that were found are put back when
 * this ends, also where the JVM exits before: by a shutdown hook, which only SIGKILL prevents.
 */
public final class Terminal extends Source {
  /** Takes what is typed; on the loop. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Bytes have come: whole lines, and in raw mode each key. They have to be taken: the buffer is
     * used again on return. Control-D on an empty line is an empty buffer, read(2)'s 0.
     */
    void onInput(Terminal terminal, ByteBuffer in) throws Exception;

    /** The terminal is gone: its window was closed, or its modem hung up. This is closed. */
    default void onHangup(Terminal terminal) throws Exception {}
  }

  /** In characters; zeros where nobody has said. */
  public record Size(int rows, int columns) {}

  private static final int READS_PER_TURN = 4;

  private final Handler handler;
  private final Termios found = Termios.allocate(Arena.ofAuto());

  /** Guards the modes against the hook. */
  private final Object lock = new Object();

  private @Nullable Thread hook;
  private @Nullable Signals resizes;

  private Terminal(EventLoop loop, int fd, Handler handler) throws IOException {
    super(loop, fd, Interest.READ);
    this.handler = handler;
  }

  /**
   * The terminal that controls this process, /dev/tty; also where stdin is something else.
   *
   * @throws IOException with ENXIO if there is none, as in a service
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static Terminal open(EventLoop loop, Handler handler) throws IOException {
    return open(loop, Path.of("/dev/tty"), handler);
  }

  /** The terminal with that name. */
  public static Terminal open(EventLoop loop, Path name, Handler handler) throws IOException {
    check(loop, "a terminal");
    int flags = File.O_RDWR | File.O_NONBLOCK | File.O_NOCTTY | File.O_CLOEXEC;
    int fd = File.open(name.toString(), flags, 0);
    if (fd < 0) {
      throw Failures.io("open", name, fd, fd == -Errno.ENXIO ? "this process has no terminal" : "");
    }
    return opened(loop, fd, handler);
  }

  /**
   * The terminal that a descriptor stands for, such as 0; the descriptor stays the caller's, and as
   * it is.
   *
   * @throws IOException with ENOTTY if it is no terminal
   */
  public static Terminal reopen(EventLoop loop, int fd, Handler handler) throws IOException {
    check(loop, "a terminal");
    Failures.checked(Termios.isatty(fd), "isatty", "fd " + fd);
    return opened(loop, Descriptors.reopened(fd, File.O_RDWR), handler);
  }

  private static Terminal opened(EventLoop loop, int fd, Handler handler) throws IOException {
    var terminal = new Terminal(loop, fd, handler);
    boolean usable = false;
    try {
      Failures.checked(terminal.found.tcgetattr(fd), "tcgetattr", terminal);
      usable = true;
      return terminal;
    } finally {
      if (!usable) {
        terminal.close();
      }
    }
  }

  /** Whether the descriptor is a terminal, isatty(3). Any thread. */
  public static boolean isTerminal(int fd) {
    return Termios.isatty(fd) > 0;
  }

  /**
   * Each key comes at once and is not shown; Control-C is a byte, 3, and no signal: cfmakeraw(3).
   * Until {@link #cooked}, or the end of this.
   */
  public void raw() throws IOException {
    checkOpen();
    var raw = Termios.allocate(Arena.ofAuto());
    Failures.checked(raw.tcgetattr(fd), "tcgetattr", this);
    raw.cfmakeraw();
    if (hook == null) {
      hook = new Thread(this::restore, "edgewise-terminal");
      Runtime.getRuntime().addShutdownHook(hook);
    }
    Failures.checked(raw.tcsetattr(fd, Termios.TCSADRAIN), "tcsetattr", this);
  }

  /** Puts the modes back that were found. */
  public void cooked() throws IOException {
    checkOpen();
    Failures.checked(found.tcsetattr(fd, Termios.TCSADRAIN), "tcsetattr", this);
    removeHook();
  }

  /** The size of the window, TIOCGWINSZ of ioctl_tty(2). */
  public Size size() throws IOException {
    checkOpen();
    int[] size = new int[2];
    Failures.checked(Termios.windowSize(fd, size), "ioctl TIOCGWINSZ", this);
    return new Size(size[0], size[1]);
  }

  /**
   * Tells of each change of the size: SIGWINCH, which is sent to those in the foreground of their
   * controlling terminal.
   *
   * @throws IllegalStateException if something has taken that signal; see {@link Signals}
   */
  public void onResize(Consumer<Size> handler) throws IOException {
    checkOpen();
    resizes = Signals.open(loop(), Set.of("WINCH"), (_, _, _) -> handler.accept(size()));
  }

  @Override
  boolean drain() throws Exception {
    for (int i = 0; i < READS_PER_TURN && isOpen(); i++) {
      PipeBuffer buffer = PipeBuffer.forReading();
      int count = File.read(fd, buffer.memory, 0, PipeBuffer.BYTES);
      if (count == -Errno.EAGAIN) {
        return false;
      }
      if (count == -Errno.EIO || (count == 0 && isHungUp())) {
        close();
        handler.onHangup(this);
        return false;
      }
      if (count != -Errno.EINTR) {
        Failures.checked(count, "read", this);
        handler.onInput(this, buffer.octets.clear().limit(count));
      }
    }
    return isOpen();
  }

  @Override
  void beforeClose() {
    if (resizes != null) {
      resizes.close();
    }
    if (hook != null) {
      restore();
      removeHook();
    }
  }

  /** On the loop or in the hook. */
  private void restore() {
    synchronized (lock) {
      if (hook != null) { // else they are as they were, and the descriptor may be another's
        int result = found.tcsetattr(fd, Termios.TCSANOW);
        if (result < 0 && result != -Errno.EIO) { // EIO: it is gone
          LOG.warn("tcsetattr {}: {}", this, Errno.describe(-result));
        }
      }
    }
  }

  private void removeHook() {
    Thread set = hook;
    synchronized (lock) {
      hook = null;
    }
    if (set != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(set);
      } catch (IllegalStateException e) {
        LOG.debug("the JVM exits, and the hook finds nothing left to do", e);
      }
    }
  }
}
