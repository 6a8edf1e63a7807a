package edgewise;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The channels that have work left without a new event, first come first served. Intrusive. */
final class ReadyQueue {
  private @Nullable Channel head;
  private @Nullable Channel tail;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Puts the channel at the back, unless it is in the queue already. */
  void add(Channel channel) {
    if (channel.queued) {
      return;
    }
    channel.queued = true;
    if (tail == null) {
      head = channel;
    } else {
      tail.nextReady = channel;
    }
    tail = channel;
    size++;
  }

  Channel remove() {
    Channel first = Objects.requireNonNull(head, "the ready queue is empty");
    head = first.nextReady;
    if (head == null) {
      tail = null;
    }
    first.nextReady = null;
    first.queued = false;
    size--;
    return first;
  }
}
