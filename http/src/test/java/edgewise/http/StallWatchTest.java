package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StallWatchTest {
  @Test
  void aHandlerThatHoldsUpItsLoopIsReportedOnceWithItsStack() throws Exception {
    var reported = new CountDownLatch(1);
    var stacks = new java.util.ArrayList<StackTraceElement[]>();
    StallWatch.Report report =
        (thread, stack) -> {
          stacks.add(stack.getStackTrace());
          reported.countDown();
        };
    try (var watch = new StallWatch(Duration.ofMillis(40), report)) {
      StallWatch.Mark mark = watch.mark();
      mark.enter();
      assertTrue(reported.await(20, TimeUnit.SECONDS));
      mark.enter(); // a handler called by a filter
      mark.leave();
      mark.leave();
    }
    assertEquals(1, stacks.size());
    String where = java.util.Arrays.toString(stacks.getFirst());
    assertTrue(where.contains("aHandlerThatHoldsUpItsLoopIsReported"), where);
  }

  @Test
  void shortCallsAreNotReportedHoweverMany() throws Exception {
    var reports = new AtomicInteger();
    long longest = Long.MAX_VALUE;
    // On a busy machine a call is not short when its thread has to wait for a processor within it.
    for (int i = 0; i < 20 && longest > TimeUnit.MILLISECONDS.toNanos(40); i++) {
      reports.set(0);
      longest = longestOfManyCalls(reports);
    }
    assertEquals(0, reports.get(), "the longest call took " + longest + " ns");
  }

  private static long longestOfManyCalls(AtomicInteger reports) {
    long longest = 0;
    try (var watch = new StallWatch(Duration.ofMillis(200), (t, s) -> reports.incrementAndGet())) {
      StallWatch.Mark mark = watch.mark();
      long begin = System.nanoTime();
      for (long now = begin; now - begin < TimeUnit.MILLISECONDS.toNanos(600); ) {
        mark.enter();
        mark.leave();
        long then = now;
        now = System.nanoTime();
        longest = Math.max(longest, now - then);
      }
    }
    return longest;
  }
}
