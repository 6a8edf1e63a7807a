package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    var reports = new java.util.concurrent.atomic.AtomicInteger();
    try (var watch = new StallWatch(Duration.ofMillis(200), (t, s) -> reports.incrementAndGet())) {
      StallWatch.Mark mark = watch.mark();
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600);
      while (System.nanoTime() < end) {
        mark.enter();
        mark.leave();
      }
    }
    assertEquals(0, reports.get());
  }
}
