package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.EventFd;
import java.io.IOException;

/**
 * A counter that other threads, and other processes that have the descriptor, add to: eventfd(2).
 * The loop takes all that was added at once, or as a semaphore one by one.
 */
public final class Counter extends Source {
  /** Is told what was added; on the loop. */
  @FunctionalInterface
  public interface Handler {
    /** That much was taken; 1 of a semaphore. Long.MAX_VALUE stands for that and more. */
    void onCount(Counter counter, long taken) throws Exception;
  }

  /** Units of a semaphore that are taken in one turn; then others have theirs. */
  private static final int BUDGET = 64;

  private final boolean semaphore;
  private final Handler handler;

  /** Guards the descriptor's number against being closed, and given away again, within an add. */
  private final Object lock = new Object();

  private boolean gone;

  private Counter(EventLoop loop, int fd, boolean semaphore, Handler handler) throws IOException {
    super(loop, fd, Interest.READ);
    this.semaphore = semaphore;
    this.handler = handler;
  }

  /**
   * Makes a counter at zero.
   *
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static Counter open(EventLoop loop, Handler handler) throws IOException {
    return open(loop, 0, false, handler);
  }

  /** Makes a counter of which the handler takes one at a time, EFD_SEMAPHORE. */
  public static Counter semaphore(EventLoop loop, int initial, Handler handler) throws IOException {
    return open(loop, initial, true, handler);
  }

  private static Counter open(EventLoop loop, int initial, boolean semaphore, Handler handler)
      throws IOException {
    check(loop, "a counter");
    int flags = EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC;
    int fd = EventFd.eventfd(initial, semaphore ? flags | EventFd.EFD_SEMAPHORE : flags);
    return new Counter(loop, Failures.checked(fd, "eventfd", ""), semaphore, handler);
  }

  /**
   * Any thread: adds to it.
   *
   * @param value 1 or more
   * @return false if it is closed
   * @throws IllegalStateException if it would pass 2^64-2
   */
  public boolean add(long value) {
    if (value < 1) {
      throw new IllegalArgumentException("not a number to be added: " + value);
    }
    synchronized (lock) {
      if (gone) {
        return false;
      }
      int result = EventFd.write(fd, value);
      if (result < 0) {
        throw new IllegalStateException("write " + this + ": " + Errno.describe(-result));
      }
      return true;
    }
  }

  /** The descriptor, to be handed to another process; it stays this counter's. */
  public int fd() {
    return fd;
  }

  @Override
  boolean drain() throws Exception {
    for (int i = 0; i < BUDGET && isOpen(); i++) {
      long taken = EventFd.read(fd);
      if (taken == -Errno.EAGAIN) {
        return false;
      }
      if (taken < 0) {
        throw Failures.io("read", this, taken);
      }
      handler.onCount(this, taken);
      if (!semaphore) {
        return false; // it was all, and what comes now is a new event
      }
    }
    return true;
  }

  @Override
  void beforeClose() {
    synchronized (lock) {
      gone = true;
    }
  }
}
