package edgewise;

import java.time.Duration;

/**
 * Something that a loop does later; made by {@link EventLoop#schedule}. Belongs to the loop's
 * thread. Never fires before its deadline; timers with the same deadline fire in the order in which
 * they were set.
 */
public final class Timer {
  final EventLoop loop;
  final Runnable action;

  /** When to fire, on the loop's clock. */
  long deadline;

  /** Breaks ties: counts how often any timer was set. */
  long order;

  /** Where it stands in the heap: its deadline there may be earlier than {@link #deadline}. */
  long heapDeadline;

  /** The {@link #order} of {@link #heapDeadline}: to change it would disturb the heap too. */
  long heapOrder;

  /** The index in the heap, or -1 while it is not set. */
  int index = -1;

  Timer(EventLoop loop, Runnable action) {
    this.loop = loop;
    this.action = action;
  }

  /**
   * Sets the timer, again if it has fired or was cancelled. Moving a set timer to a later time
   * costs next to nothing, so an idle timeout may be reset on every message.
   */
  public void set(Duration delay) {
    loop.checkThread();
    loop.timers.set(this, Timers.deadline(loop.nanoTime(), Limits.nanos(delay)));
  }

  /** Prevents it from firing. Harmless when it is not set. */
  public void cancel() {
    loop.checkThread();
    loop.timers.cancel(this);
  }

  /** Whether it is going to fire. */
  public boolean isSet() {
    return index >= 0;
  }
}
