package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.sources.Counter;
import edgewise.sources.KernelTimer;
import edgewise.sources.KernelTimer.Clock;
import edgewise.spi.Backend.Feature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Kernel timers and counters. */
class TimerSourceContract {
  private static final class Told implements KernelTimer.Handler {
    final List<String> events = new ArrayList<>();
    long expirations;

    @Override
    public void onExpired(KernelTimer timer, long count) {
      events.add("expired");
      expirations += count;
    }

    @Override
    public void onClockChanged(KernelTimer timer) {
      events.add("changed");
    }
  }

  @Contract(families = Family.UNIX)
  void eachClockExpiresOnceAndNotBefore(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    for (Clock clock : Clock.values()) {
      var told = new Told();
      KernelTimer timer = KernelTimer.open(rig.loop(), clock, told);
      assertEquals(Duration.ZERO, timer.left());
      long start = System.nanoTime();
      timer.once(Duration.ofMillis(10));
      assertTrue(timer.left().isPositive());
      rig.until("expired", () -> told.expirations > 0);
      assertTrue(System.nanoTime() - start >= 10_000_000, clock.toString());
      rig.assertIdle(Duration.ofMillis(30));
      assertEquals(List.of("expired"), told.events);
      timer.once(Duration.ZERO);
      rig.until("a delay of nothing expires too", () -> told.expirations == 2);
      timer.close();
    }
  }

  @Contract(families = Family.UNIX)
  void aPeriodicOneTellsHowManyPeriodsAreOver(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    KernelTimer timer = KernelTimer.open(rig.loop(), Clock.MONOTONIC, told);
    timer.every(Duration.ofMillis(2));
    rig.until("expired", () -> told.events.size() == 3);
    long before = told.expirations;
    Rig.join(
        rig.aside(() -> {
          Thread.sleep(20); // time is what this is about
          return true;
        }));
    rig.turns(1);
    assertEquals(4, told.events.size());
    assertTrue(told.expirations - before >= 9, "" + (told.expirations - before));
    timer.cancel();
    rig.turns(2);
    int events = told.events.size();
    rig.assertIdle(Duration.ofMillis(20));
    assertEquals(events, told.events.size());
    assertThrows(IllegalArgumentException.class, () -> timer.every(Duration.ZERO));
    assertThrows(IllegalStateException.class, () -> timer.at(Instant.now()));
  }

  @Contract(families = Family.UNIX)
  void aTimeOfTheWallClockIsKept(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    KernelTimer timer = KernelTimer.open(rig.loop(), Clock.REALTIME, told);
    Instant due = Instant.now().plusMillis(15);
    timer.at(due);
    rig.until("expired", () -> told.expirations == 1);
    assertTrue(!Instant.now().isBefore(due));
    timer.at(Instant.now().minusSeconds(5), Duration.ofSeconds(1));
    rig.until("expired", () -> told.expirations >= 6);
    timer.at(Instant.EPOCH.minusSeconds(1));
    rig.until("a time before all time is over", () -> told.events.size() == 3);
  }

  /** Sets the clock to what it says, which is an hour neither way, but takes the right to. */
  @Tag("slow")
  @Needs("python3")
  @Contract(families = Family.UNIX)
  void aClockThatIsSetIsReportedAndTheTimerStaysSet(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var told = new Told();
    KernelTimer timer = KernelTimer.open(rig.loop(), Clock.REALTIME, told);
    timer.at(Instant.now().plusMillis(4000), Duration.ofHours(1));
    String set = "import time; time.clock_settime_ns(0, time.clock_gettime_ns(0))";
    assumeTrue(Programs.run("python3", "-c", set).exitCode() == 0, "not allowed to set the clock");
    rig.until("changed", () -> told.events.equals(List.of("changed")));
    assertTrue(timer.left().isPositive());
    rig.until("expired", () -> told.events.equals(List.of("changed", "expired")));
    assertEquals(1, told.expirations);
    assertTrue(timer.left().compareTo(Duration.ofMinutes(59)) > 0);
  }

  @Contract(families = Family.UNIX)
  void whatManyThreadsAddIsCountedWhole(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    long[] sum = new long[1];
    Counter counter = Counter.open(rig.loop(), (_, taken) -> sum[0] += taken);
    var adding = new ArrayList<java.util.concurrent.CompletableFuture<Boolean>>();
    for (int thread = 0; thread < 4; thread++) {
      adding.add(
          rig.aside(() -> {
            for (int i = 1; i <= 1000; i++) {
              assertTrue(counter.add(i));
            }
            return true;
          }));
    }
    rig.until("all is counted", () -> sum[0] == 4 * 500_500);
    adding.forEach(Rig::join);
    assertThrows(IllegalArgumentException.class, () -> counter.add(0));
    assertTrue(counter.add(Long.MAX_VALUE));
    assertTrue(counter.add(Long.MAX_VALUE));
    assertThrows(IllegalStateException.class, () -> counter.add(1), "it is full");
    counter.close();
    assertTrue(!counter.add(1));
  }

  // Law 4
  @Contract(families = Family.UNIX)
  void aSemaphoreIsTakenOneByOneWithABudgetPerTurn(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      return;
    }
    var order = new ArrayList<String>();
    Counter counter = Counter.semaphore(rig.loop(), 1000, (_, taken) -> order.add("one"));
    rig.turns(1);
    int first = order.size();
    assertTrue(first > 0 && first < 200, "one turn took " + first);
    rig.loop().execute(() -> order.add("task"));
    rig.until("all taken", () -> order.size() == 1001);
    assertTrue(order.indexOf("task") < 300, "the task waited for " + order.indexOf("task"));
    rig.assertIdle(Duration.ofMillis(20));
    counter.close();
  }
}
