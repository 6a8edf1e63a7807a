package edgewise.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.LoopOptions;
import edgewise.Reactor;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The heartbeat of all loops, and of all loops only. */
class WatchdogTest {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private static String unique() {
    return "@edgewise-watchdog-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  @Test
  void theHeartbeatComesTwicePerInterval() throws Exception {
    String name = unique();
    long begin = System.nanoTime();
    try (var manager = new Manager(name);
        var reactor = Reactor.open(3, LoopOptions.DEFAULT);
        var _ = Watchdog.start(Notify.to(name), reactor.loops(), INTERVAL)) {
      for (int i = 0; i < 10; i++) {
        assertEquals("WATCHDOG=1", manager.await());
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      assertTrue(millis >= 9 * 50, "10 beats took " + millis + " ms");
    }
  }

  @Test
  void aStuckLoopEndsTheHeartbeatWhicheverItIs() throws Exception {
    for (int stuck = 0; stuck < 3; stuck++) {
      String name = unique();
      try (var manager = new Manager(name);
          var reactor = Reactor.open(3, LoopOptions.DEFAULT);
          var _ = Watchdog.start(Notify.to(name), reactor.loops(), INTERVAL)) {
        assertEquals("WATCHDOG=1", manager.await());
        var isStuck = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        reactor
            .loops()
            .get(stuck)
            .execute(() -> {
              isStuck.countDown();
              awaitQuietly(release);
            });
        isStuck.await();
        drain(manager); // sent before it was stuck
        Thread.sleep(INTERVAL.multipliedBy(5)); // in which ten beats would have come
        int late = drain(manager);
        assertTrue(late <= 2, "loop " + stuck + " was stuck, and there were " + late + " beats");
        release.countDown();
        assertEquals("WATCHDOG=1", manager.await(), "it goes on");
      }
    }
  }

  private static int drain(Manager manager) {
    int count = 0;
    while (manager.poll() != null) {
      count++;
    }
    return count;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void theIntervalIsForTheProcessThatIsNamed() {
    assertNull(Watchdog.interval(Map.of(), 7));
    assertNull(Watchdog.interval(Map.of("WATCHDOG_USEC", "5000", "WATCHDOG_PID", "8"), 7));
    assertNull(Watchdog.interval(Map.of("WATCHDOG_USEC", "0"), 7));
    assertNull(Watchdog.interval(Map.of("WATCHDOG_USEC", "soon"), 7));
    assertEquals(Duration.ofMillis(5), Watchdog.interval(Map.of("WATCHDOG_USEC", "5000"), 7));
    assertEquals(
        Duration.ofSeconds(30),
        Watchdog.interval(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "7"), 7));
  }
}
