package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Trigger;
import edgewise.Watch;
import edgewise.linux.File;
import edgewise.spi.Backend;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A descriptor on a loop, and what it stands for. Belongs to the loop's thread, where its handler
 * is called too. Owns the descriptor: it is closed once, when the source ends.
 *
 * <p>Watched under the loop's trigger, and drained under any: until EAGAIN, or until the budget of
 * the turn is spent; then others have theirs, and it goes on without a new event.
 */
public abstract sealed class Source implements AutoCloseable
    permits BlockedSignals,
        ChildProcess,
        Counter,
        DirectoryWatch,
        KernelTimer,
        PipeReader,
        PipeWriter,
        ProcessExit,
        Signals,
        Terminal {
  static final Logger LOG = LoggerFactory.getLogger(Source.class);

  final int fd;
  private final EventLoop loop;
  private final Watch watch;
  private Interest interest;
  private boolean closed;

  /** Takes the descriptor over in any case: it is closed if it cannot be watched. */
  Source(EventLoop loop, int fd, Interest interest) throws IOException {
    this.loop = loop;
    this.fd = fd;
    this.interest = interest;
    boolean watched = false;
    try {
      watch = loop.watch(fd, interest, loop.trigger(), _ -> turn());
      watched = true;
    } finally {
      if (!watched) {
        File.close(fd);
      }
    }
    watch.onClose(this::ended);
  }

  /**
   * To be asked before a descriptor is made, so that nothing is to be undone.
   *
   * @throws UnsupportedOperationException on a backend that cannot watch descriptors
   */
  static void check(EventLoop loop, String what) {
    if (!loop.backend().has(Backend.Feature.WATCH)) {
      throw loop.backend().lacks(what);
    }
    if (!loop.inLoop()) {
      throw new WrongThreadException(
          what + " is opened on the loop's thread; hand the call over with EventLoop.execute");
    }
  }

  private void turn() {
    try {
      boolean more = drain();
      if (closed) {
        return;
      }
      if (more) {
        watch.again();
      } else if (loop.trigger() == Trigger.ONESHOT && interest != Interest.NOTHING) {
        watch.interest(interest);
      }
    } catch (Throwable t) {
      LOG.warn("{} or its handler failed; it is closed", this, t);
      close();
    }
  }

  /**
   * Takes what is there.
   *
   * @return whether the budget of this turn was spent before the end
   */
  abstract boolean drain() throws Exception;

  /** The source has ended, its descriptor is still open. */
  void beforeClose() {}

  private void ended() {
    closed = true;
    try {
      beforeClose();
    } finally {
      File.close(fd); // whatever it returns, it is closed
    }
  }

  /** What is waited for from now on; what is there already is told. */
  final void interest(Interest next) throws IOException {
    if (interest != next) {
      interest = next;
      watch.interest(next);
    }
  }

  /** Has {@link #drain} called without an event. */
  final void again() {
    watch.again();
  }

  /** Whether the last event told of a hang-up or an error. */
  final boolean isHungUp() {
    return watch.isHungUp() || watch.isFailed();
  }

  final void checkThread() {
    if (!loop.inLoop()) {
      throw new WrongThreadException(
          this + " belongs to its loop's thread; hand the call over with EventLoop.execute");
    }
  }

  final void checkOpen() {
    checkThread();
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  /** The loop that it belongs to. Any thread. */
  public final EventLoop loop() {
    return loop;
  }

  /** Whether it has not ended. */
  public final boolean isOpen() {
    return !closed;
  }

  /** Ends it and closes its descriptor; the handler is not called any more. Idempotent. */
  @Override
  public final void close() {
    watch.close();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[fd " + fd + "]";
  }
}
