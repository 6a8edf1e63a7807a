package edgewise;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Tasks handed to a loop by any thread. A stack that producers push to with one compare-and-set,
 * and that the loop takes whole and turns round: first in, first out, and no producer ever waits
 * for another. Once closed it refuses for ever, so that no task can be forgotten.
 */
final class TaskQueue {
  /** A task and the one pushed before it; once taken, the one pushed after it. */
  static final class Node {
    final @Nullable Runnable task;
    @Nullable Node next;

    Node(@Nullable Runnable task) {
      this.task = task;
    }
  }

  private static final Node CLOSED = new Node(null);
  private static final VarHandle TOP;

  static {
    try {
      TOP = MethodHandles.lookup().findVarHandle(TaskQueue.class, "top", Node.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Node top;

  /** Any thread: adds the task; false if the queue is closed. */
  boolean add(Runnable task) {
    var node = new Node(task);
    while (true) {
      Node seen = top;
      if (seen == CLOSED) {
        return false;
      }
      node.next = seen;
      if (TOP.compareAndSet(this, seen, node)) {
        return true;
      }
    }
  }

  boolean isEmpty() {
    return top == null;
  }

  /** The loop: takes all tasks, the oldest first. */
  @Nullable Node takeAll() {
    Node seen = top; // only the loop closes: once closed the queue stays so, also when looked into
    return seen == null || seen == CLOSED ? null : oldestFirst((Node) TOP.getAndSet(this, null));
  }

  /** The loop: takes all tasks and refuses further ones. */
  @Nullable Node close() {
    return oldestFirst((Node) TOP.getAndSet(this, CLOSED));
  }

  private static @Nullable Node oldestFirst(@Nullable Node newest) {
    Node oldest = null;
    Node rest = newest == CLOSED ? null : newest;
    while (rest != null) {
      Node next = rest.next;
      rest.next = oldest;
      oldest = rest;
      rest = next;
    }
    return oldest;
  }
}
