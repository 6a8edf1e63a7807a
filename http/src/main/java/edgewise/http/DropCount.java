package edgewise.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Counts lines that were dropped, and says so at most once a minute. Any thread may add; what a log
 * does with the message may block, so another thread says it.
 */
final class DropCount {
  static final long REPORT_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final AtomicLong total = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicLong nextReport;
  private final AtomicBoolean reporting = new AtomicBoolean();
  private final LongSupplier nanoTime;
  private final LongConsumer report;

  /**
   * A count of nothing.
   *
   * @param report is given the total
   */
  DropCount(LongSupplier nanoTime, LongConsumer report) {
    this.nanoTime = nanoTime;
    this.report = report;
    nextReport = new AtomicLong(nanoTime.getAsLong());
  }

  void add(long lines) {
    total.addAndGet(lines);
    long now = nanoTime.getAsLong();
    long due = nextReport.get();
    if (now - due >= 0
        && nextReport.compareAndSet(due, now + REPORT_INTERVAL_NANOS)
        && reporting.compareAndSet(false, true)) {
      Thread.startVirtualThread(this::report);
    }
  }

  private void report() {
    try {
      reportRest();
    } finally {
      reporting.set(false);
    }
  }

  /** Says now, on this thread, what has not been said yet. */
  void reportRest() {
    long now = total.get();
    if (reported.getAndSet(now) != now) {
      report.accept(now);
    }
  }

  long total() {
    return total.get();
  }
}
