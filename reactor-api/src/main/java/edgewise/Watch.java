package edgewise;

import edgewise.spi.Readiness;
import edgewise.spi.WatchedDescriptor;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor of the user's that a loop watches; made by {@link EventLoop#watch}. The descriptor
 * stays the user's, who closes the watch before the descriptor. Belongs to the loop's thread.
 *
 * <p>This is readiness and nothing more: with {@link Trigger#EDGE} whoever watches must read or
 * write until EAGAIN (epoll(7)).
 */
public final class Watch extends Channel implements AutoCloseable {
  private final Consumer<Watch> handler;
  private final WatchedDescriptor descriptor;
  private @Nullable Runnable onClose;
  private int readiness;
  private boolean closed;

  Watch(EventLoop loop, int fd, Interest interest, Trigger trigger, Consumer<Watch> handler)
      throws IOException {
    super(loop);
    this.handler = handler;
    this.descriptor = loop.poller.watch(fd, this, interest.bits, trigger);
  }

  @Override
  void onReady(int ready) {
    readiness = ready;
    if (!queued) {
      turn();
    }
  }

  @Override
  void turn() {
    if (closed) {
      return;
    }
    try {
      handler.accept(this);
    } catch (Throwable t) {
      loop.log.warn("the handler of {} failed; the watch is closed", this, t);
      close();
    }
  }

  /** The descriptor's number. */
  public int fd() {
    return descriptor.fd();
  }

  /** Whether the last event said that it can be read, or has ended. */
  public boolean isReadable() {
    return (readiness & (Readiness.READ | Readiness.PEER_HANGUP | Readiness.HUP)) != 0;
  }

  /** Whether the last event said that it can be written. */
  public boolean isWritable() {
    return (readiness & Readiness.WRITE) != 0;
  }

  /** Whether the last event said that the other end is gone. */
  public boolean isHungUp() {
    return (readiness & (Readiness.PEER_HANGUP | Readiness.HUP)) != 0;
  }

  /** Whether the last event told of an error. */
  public boolean isFailed() {
    return (readiness & Readiness.ERROR) != 0;
  }

  /** Changes what is watched for, and arms a {@link Trigger#ONESHOT} watch again. */
  public void interest(Interest interest) throws IOException {
    loop.checkThread();
    if (closed) {
      throw new IllegalStateException("the watch is closed");
    }
    descriptor.interest(interest.bits);
  }

  /**
   * Has the handler called again without a new event, after all others have had their turn: for one
   * that has not drained the descriptor, so as not to starve them. It is called once, however often
   * this is asked for, and should an event come meanwhile.
   */
  public void again() {
    loop.checkThread();
    if (!closed) {
      loop.requeue(this);
    }
  }

  /**
   * Runs the action once, on the loop, when the watch ends: by {@link #close}, by an exception of
   * the handler, or with the loop. No event is reported after it, so this is the place to close a
   * descriptor that belongs to the watch.
   *
   * @throws IllegalStateException if the watch is closed, or has such an action
   */
  public void onClose(Runnable action) {
    loop.checkThread();
    if (closed || onClose != null) {
      throw new IllegalStateException(closed ? "the watch is closed" : "set before");
    }
    onClose = action;
  }

  /** The loop that it belongs to. */
  public EventLoop loop() {
    return loop;
  }

  /** Ends the watch; no event comes after it, the descriptor stays open. Idempotent. */
  @Override
  public void close() {
    loop.checkThread();
    if (!closed) {
      closed = true;
      descriptor.close();
      loop.closed(this);
      loop.run(onClose);
    }
  }

  @Override
  void stop() {}

  @Override
  void end(@Nullable Throwable cause) {
    close();
  }

  @Override
  public String toString() {
    return "Watch[fd " + descriptor.fd() + "]";
  }
}
