package edgewise;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a loop: a binary heap by deadline, then by the order in which they were set.
 * Setting, cancelling and firing cost O(log n); moving a timer to a later time costs O(1), because
 * it only notes the new deadline and is put in its new place when the old one comes up.
 *
 * <p>Deadlines are compared by their difference, as {@link System#nanoTime()} demands.
 */
final class Timers {
  private @Nullable Timer[] heap = new @Nullable Timer[16];
  private int size;
  private long orders;

  /** {@code now + delay}; a delay of more than 146 years is cut to that so that it cannot wrap. */
  static long deadline(long now, long delayNanos) {
    return now + Math.min(Math.max(delayNanos, 0), Long.MAX_VALUE >> 1);
  }

  int size() {
    return size;
  }

  /** Nanoseconds until the first timer is due, 0 if it is, or -1 if there is none. */
  long nanosUntilNext(long now) {
    return size == 0 ? -1 : Math.max(0, at(0).heapDeadline - now);
  }

  void set(Timer timer, long deadline) {
    timer.deadline = deadline;
    timer.order = orders++;
    if (timer.index >= 0 && deadline - timer.heapDeadline > 0) {
      return; // it moves when its old place comes up
    }
    if (timer.index < 0) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      timer.index = size++;
    }
    timer.heapDeadline = deadline;
    timer.heapOrder = timer.order;
    siftUp(timer, timer.index);
    siftDown(timer, timer.index);
  }

  void cancel(Timer timer) {
    if (timer.index >= 0) {
      remove(timer);
    }
  }

  /**
   * Runs what was due at {@code now}. A timer set meanwhile waits for the next turn even if it is
   * due, so that a timer with delay zero that sets itself again starves nobody.
   */
  void runDue(long now, EventLoop loop) {
    long end = orders;
    while (size > 0 && at(0).heapDeadline - now <= 0) {
      Timer first = at(0);
      if (first.deadline - first.heapDeadline > 0) {
        first.heapDeadline = first.deadline;
        first.heapOrder = first.order;
        siftDown(first, 0);
      } else if (first.order >= end) {
        return;
      } else {
        remove(first);
        loop.run(first.action);
      }
    }
  }

  private void remove(Timer timer) {
    int hole = timer.index;
    timer.index = -1;
    Timer last = at(--size);
    heap[size] = null;
    if (last != timer) {
      siftUp(last, hole);
      siftDown(last, last.index);
    }
  }

  private Timer at(int index) {
    return Objects.requireNonNull(heap[index]);
  }

  private static boolean before(Timer a, Timer b) {
    long difference = a.heapDeadline - b.heapDeadline;
    return difference < 0 || (difference == 0 && a.heapOrder < b.heapOrder);
  }

  private void siftUp(Timer timer, int from) {
    int index = from;
    while (index > 0) {
      int up = (index - 1) >>> 1;
      Timer parent = at(up);
      if (!before(timer, parent)) {
        break;
      }
      place(parent, index);
      index = up;
    }
    place(timer, index);
  }

  private void siftDown(Timer timer, int from) {
    int index = from;
    while (2 * index + 1 < size) {
      int child = 2 * index + 1;
      if (child + 1 < size && before(at(child + 1), at(child))) {
        child++;
      }
      if (!before(at(child), timer)) {
        break;
      }
      place(at(child), index);
      index = child;
    }
    place(timer, index);
  }

  private void place(Timer timer, int index) {
    heap[index] = timer;
    timer.index = index;
  }
}
