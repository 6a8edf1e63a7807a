package edgewise.epoll;

import java.util.Comparator;
import java.util.PriorityQueue;

/** The virtual clock, and what is going to happen in the world outside of the loop. */
final class Agenda {
  private record Entry(long time, long order, Runnable action) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::time).thenComparingLong(Entry::order));
  private long now;
  private long orders;

  /** Nanoseconds since the world began. */
  long now() {
    return now;
  }

  /** Whether nothing more will happen by itself. */
  boolean isEmpty() {
    return entries.isEmpty();
  }

  void after(long nanos, Runnable action) {
    entries.add(new Entry(now + nanos, orders++, action));
  }

  /** Time passes, and what is due happens. */
  void pass(long nanos) {
    long end = now + nanos;
    while (advance(end)) {}
    now = end;
  }

  /** Time passes until the next thing has happened; false if {@code latest} comes before it. */
  boolean advance(long latest) {
    Entry next = entries.peek();
    if (next == null || next.time > latest) {
      return false;
    }
    entries.remove(next);
    now = Math.max(now, next.time);
    next.action.run();
    return true;
  }
}
