package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Timers: never early, in order, and they starve nobody. */
class TimerContract {
  private static final Duration MS = Duration.ofMillis(1);

  // Scenario 4
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerNeverFiresBeforeItsDelayIsOver(Rig rig) {
    EventLoop loop = rig.loop();
    var early = new ArrayList<String>();
    int[] fired = {0};
    for (long micros : new long[] {0, 1, 10, 99, 500, 999, 1000, 1001, 1500, 2999, 7000, 20_500}) {
      for (int i = 0; i < 5; i++) {
        long start = System.nanoTime();
        loop.schedule(
            Duration.ofNanos(micros * 1000),
            () -> {
              fired[0]++;
              long took = System.nanoTime() - start;
              if (took < micros * 1000) {
                early.add(took + " ns of " + micros + " us");
              }
            });
      }
    }
    rig.until("all", () -> fired[0] == 60);
    assertEquals(List.of(), early);
  }

  // Scenario 4: set late in a long turn, on a clock that may be cached
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerSetLateInALongTurnIsNotEarly(Rig rig) {
    EventLoop loop = rig.loop();
    long[] took = {-1};
    loop.execute(() -> {
      long busyUntil = System.nanoTime() + 20_000_000;
      while (System.nanoTime() < busyUntil) {
        Thread.onSpinWait();
      }
      long start = System.nanoTime();
      loop.schedule(Duration.ofMillis(10), () -> took[0] = System.nanoTime() - start);
    });
    rig.until("fired", () -> took[0] >= 0);
    assertTrue(took[0] >= 10_000_000, "after " + took[0]);
  }

  // Scenario 3
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void timersWithOneDelayFireInTheOrderInWhichTheyWereSet(Rig rig) {
    var fired = new ArrayList<Integer>();
    for (int i = 0; i < 200; i++) {
      int number = i;
      rig.loop().schedule(MS, () -> fired.add(number));
    }
    rig.until("all", () -> fired.size() == 200);
    assertEquals(IntStream.range(0, 200).boxed().toList(), fired);
  }

  // Scenario 2
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aHugeDelayNeitherOverflowsNorSpins(Rig rig) {
    var fired = new ArrayList<String>();
    for (Duration huge :
        List.of(
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ofMillis(Integer.MAX_VALUE),
            Duration.ofMillis(Integer.MAX_VALUE).plusMillis(1),
            Duration.ofDays(365))) {
      rig.loop().schedule(huge, () -> fired.add("huge"));
    }
    rig.assertIdle(Duration.ofMillis(50));
    rig.loop().schedule(MS, () -> fired.add("soon"));
    rig.until("soon", () -> !fired.isEmpty());
    assertEquals(List.of("soon"), fired);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aNegativeDelayIsNone(Rig rig) {
    var fired = new ArrayList<String>();
    rig.loop().schedule(Duration.ofSeconds(Long.MIN_VALUE), () -> fired.add("a"));
    rig.loop().schedule(Duration.ofNanos(-1), () -> fired.add("b"));
    rig.turns(1);
    assertEquals(2, fired.size());
  }

  // Scenario 3
  @Contract
  void aZeroDelayThatSetsItselfAgainDoesNotStarveIo(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    int[] fired = {0};
    var timers = new ArrayList<Timer>();
    timers.add(
        rig.loop()
            .timer(() -> {
              fired[0]++;
              timers.getFirst().set(Duration.ZERO);
            }));
    timers.getFirst().set(Duration.ZERO);
    peer.write("x");
    rig.until("x", () -> handler.received() == 1);
    int before = fired[0];
    rig.turns(10);
    assertTrue(fired[0] - before <= 10, "more than one call per turn");
    assertTrue(fired[0] - before >= 9, "it did not fire");
  }

  // Scenario 4
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void atMostOneCallPerTurnAndTimer(Rig rig) {
    int[] fired = {0};
    rig.loop().schedule(Duration.ZERO, () -> fired[0]++);
    rig.turns(1);
    assertEquals(1, fired[0]);
    rig.turns(5);
    assertEquals(1, fired[0]);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerCancelsAnotherThatIsDueInTheSameTurn(Rig rig) {
    var fired = new ArrayList<String>();
    var timers = new ArrayList<Timer>();
    for (int i = 0; i < 10; i++) {
      timers.add(
          rig.loop()
              .timer(() -> {
                fired.add("one");
                timers.forEach(Timer::cancel);
              }));
    }
    timers.forEach(timer -> timer.set(Duration.ZERO));
    rig.turns(5);
    assertEquals(List.of("one"), fired);
    timers.forEach(timer -> assertFalse(timer.isSet()));
    rig.assertIdle(Duration.ofMillis(20));
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerMovedToALaterTimeFiresOnceAndThen(Rig rig) {
    long start = System.nanoTime();
    var fired = new ArrayList<Long>();
    Timer timer = rig.loop().schedule(MS, () -> fired.add(System.nanoTime() - start));
    for (int i = 1; i <= 20; i++) {
      timer.set(Duration.ofMillis(30 + i));
    }
    rig.until("fired", () -> !fired.isEmpty());
    rig.turns(5);
    assertEquals(1, fired.size());
    assertTrue(fired.getFirst() >= 50_000_000, "after " + fired);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerMovedToAnEarlierTimeFiresThen(Rig rig) {
    var fired = new ArrayList<String>();
    Timer timer = rig.loop().schedule(Duration.ofHours(1), () -> fired.add("x"));
    timer.set(MS);
    rig.until("fired", () -> !fired.isEmpty());
    assertFalse(timer.isSet());
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTurnWaitsNoLongerThanForTheNextTimer(Rig rig) {
    var fired = new ArrayList<String>();
    rig.loop().schedule(Duration.ofMillis(20), () -> fired.add("x"));
    long start = System.nanoTime();
    rig.loop().turn(Duration.ofSeconds(30));
    rig.turns(1);
    assertEquals(1, fired.size());
    assertTrue(System.nanoTime() - start < 5_000_000_000L);
  }

  // Against a model: whatever is set, moved and cancelled, what fires is what should, in order
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void randomSettingMovingAndCancellingFiresWhatAModelSays(Rig rig) {
    record Entry(int number, long deadline) {}
    for (int seed = 1; seed <= 5; seed++) {
      EventLoop loop = rig.loop();
      var fired = new ArrayList<Integer>();
      var timers = new ArrayList<Timer>();
      long[] deadlines = new long[300];
      for (int i = 0; i < deadlines.length; i++) {
        int number = i;
        timers.add(loop.timer(() -> fired.add(number)));
      }
      // Steps of 10 ms tell deadlines apart, unless the clock goes on for longer than that
      // meanwhile.
      int tries = 0;
      while (setAndCancel(timers, deadlines, new Random(seed)) > 9_000_000 && tries < 50) {
        tries++;
      }
      var expected = new ArrayList<Entry>();
      for (int i = 0; i < deadlines.length; i++) {
        assertEquals(deadlines[i] != 0, timers.get(i).isSet());
        if (deadlines[i] != 0) {
          expected.add(new Entry(i, deadlines[i]));
        }
      }
      expected.sort(Comparator.comparingLong(Entry::deadline));
      rig.until("all of seed " + seed, () -> fired.size() >= expected.size());
      rig.turns(2);
      assertEquals(expected.stream().map(Entry::number).toList(), fired, "seed " + seed);
    }
  }

  /** How long it took, in nanoseconds. */
  private static long setAndCancel(List<Timer> timers, long[] deadlines, Random random) {
    timers.forEach(Timer::cancel);
    Arrays.fill(deadlines, 0);
    long start = System.nanoTime();
    for (int step = 0; step < 3000; step++) {
      int i = random.nextInt(deadlines.length);
      if (random.nextInt(4) == 0) {
        timers.get(i).cancel();
        deadlines[i] = 0;
      } else {
        int tens = 5 + random.nextInt(6);
        timers.get(i).set(Duration.ofMillis(tens * 10L));
        deadlines[i] = System.nanoTime() + tens * 10_000_000L;
      }
    }
    return System.nanoTime() - start;
  }

  // Law 12
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerThatFailsHarmsNobody(Rig rig) {
    var fired = new ArrayList<String>();
    rig.loop()
        .schedule(
            Duration.ZERO,
            () -> {
              throw new IllegalStateException("on purpose");
            });
    rig.loop().schedule(Duration.ZERO, () -> fired.add("next"));
    rig.turns(2);
    assertEquals(List.of("next"), fired);
    assertFalse(rig.loop().isClosed());
  }

  // jetty 3022, netty PR 565: no spin while a timer is near
  @Contract
  void waitingForANearTimerDoesNotSpin(Rig rig) throws Exception {
    rig.connected(new Recorder());
    var fired = new ArrayList<String>();
    rig.loop().schedule(Duration.ofMillis(40), () -> fired.add("x"));
    long before = rig.loop().stats().turns();
    long start = System.nanoTime();
    while (fired.isEmpty() && System.nanoTime() - start < 5_000_000_000L) {
      rig.loop().turn(Duration.ofSeconds(1));
    }
    long turns = rig.loop().stats().turns() - before;
    assertTrue(turns <= 5, turns + " turns for one timer");
  }
}
