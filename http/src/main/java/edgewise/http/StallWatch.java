package edgewise.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches whether handlers hold up their loops, and reports the stack of one that does. A loop pays
 * two plain stores a request: it counts when a handler begins and when it returns, and a thread
 * that looks now and then sees whether the count has stood still at an odd number.
 */
final class StallWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int LOOKS_PER_STALL = 4;

  /** What is done about a loop that stands still. */
  @FunctionalInterface
  interface Report {
    void stalled(long nanos, Exception stack);
  }

  private static final Report TO_LOG =
      (nanos, stack) ->
          LOG.warn(
              "a handler has blocked its loop for more than {} ms, and all connections of that loop"
                  + " with it; make it a blocking or asynchronous handler",
              nanos / 1_000_000,
              stack);

  /** One loop's count; odd while HTTP, and so perhaps a handler, runs. */
  static final class Mark {
    private static final VarHandle COUNT;

    static {
      try {
        COUNT = MethodHandles.lookup().findVarHandle(Mark.class, "count", long.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final Thread thread = Thread.currentThread();

    @SuppressWarnings("unused") // by the handle
    private long count;

    // The watcher's notes.
    private long countBefore;
    private long sinceNanos;
    private boolean reported;

    void enter() {
      set((long) COUNT.get(this) | 1);
    }

    /** Also harmless when repeated, as where handlers of two connections call one another. */
    void leave() {
      long now = (long) COUNT.get(this);
      set(now + (now & 1));
    }

    private void set(long value) {
      COUNT.setOpaque(this, value);
    }

    private void look(long now, long limitNanos, Report report) {
      long seen = (long) COUNT.getOpaque(this);
      if (seen != countBefore) {
        countBefore = seen;
        sinceNanos = now;
        reported = false;
      } else if ((seen & 1) == 1 && !reported && now - sinceNanos >= limitNanos) {
        reported = true;
        var stack = new Exception("where " + thread.getName() + " is");
        stack.setStackTrace(thread.getStackTrace());
        report.stalled(limitNanos, stack);
      }
    }
  }

  private final long limitNanos;
  private final Report report;
  private final List<Mark> marks = new ArrayList<>();
  private final Thread watcher;
  private volatile boolean closed;

  StallWatch(Duration limit) {
    this(limit, TO_LOG);
  }

  StallWatch(Duration limit, Report report) {
    limitNanos = limit.toNanos();
    this.report = report;
    watcher = Thread.ofPlatform().daemon().name("edgewise-stall-watch").unstarted(this::watch);
  }

  /** A mark for the loop of this thread. */
  Mark mark() {
    var mark = new Mark();
    synchronized (marks) {
      marks.add(mark);
      if (marks.size() == 1 && !closed) {
        watcher.start();
      }
    }
    return mark;
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(limitNanos / LOOKS_PER_STALL);
      synchronized (marks) {
        long now = System.nanoTime();
        marks.forEach(mark -> mark.look(now, limitNanos, report));
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watcher);
  }
}
