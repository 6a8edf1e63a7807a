package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Reactor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;

/** busyPoll: a loop that looks again and again before it sleeps overlooks nothing, and sleeps. */
class BusyPollContract {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static Reactor reactor(Rig rig, Duration busyPoll) {
    return rig.reactor(1, rig.options().stopTimeout(Duration.ofMillis(500)).busyPoll(busyPoll));
  }

  private static EventLoop loop(Rig rig, Duration busyPoll) {
    return reactor(rig, busyPoll).loops().getFirst();
  }

  /** Runs something on the loop and waits for what it returns. */
  private static <T> T on(EventLoop loop, Callable<T> what) throws Exception {
    var outcome = new CompletableFuture<T>();
    loop.execute(() -> {
      try {
        outcome.complete(what.call());
      } catch (Exception e) {
        outcome.completeExceptionally(e);
      }
    });
    return outcome.get(10, TimeUnit.SECONDS);
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }

  // A second of spinning: whatever is not seen meanwhile makes this take minutes
  @Contract
  void bytesTasksAndTimersAreServedWhileItSpins(Rig rig) throws Exception {
    var reactor = reactor(rig, SECOND);
    EventLoop loop = reactor.loops().getFirst();
    Endpoint address = reactor.listen(rig.free(), connection -> (c, in) -> c.write(in)).endpoint();
    long start = System.nanoTime();
    for (int i = 0; i < 20; i++) {
      Peer peer = rig.dial(address);
      for (int k = 0; k < 5; k++) {
        byte[] sent = {(byte) i, (byte) k};
        peer.write(sent);
        assertArrayEquals(sent, peer.read(2));
        assertEquals(1, on(loop, () -> 1));
      }
      var fired = new CompletableFuture<Boolean>();
      loop.execute(() -> loop.schedule(Duration.ofMillis(1), () -> fired.complete(true)));
      assertTrue(fired.get(10, TimeUnit.SECONDS));
      peer.close();
    }
    assertTrue(millisSince(start) < 10_000, "served, but only when it had done with spinning");
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTimerDueWhileItSpinsIsNeitherEarlyNorMuchLate(Rig rig) {
    EventLoop loop = rig.open(rig.options().busyPoll(SECOND));
    var wrong = new ArrayList<String>();
    int[] fired = {0};
    long[] delays = {0, 50, 999, 5_000, 5_001, 40_000, 41_500, 100_000, 250_000, 1_020_000};
    for (long micros : delays) {
      long start = System.nanoTime();
      loop.schedule(
          Duration.ofNanos(micros * 1000),
          () -> {
            fired[0]++;
            long took = (System.nanoTime() - start) / 1000;
            if (took < micros || took > micros + 400_000) {
              wrong.add(took + " us of " + micros);
            }
          });
    }
    while (fired[0] < delays.length) {
      loop.turn(Duration.ofSeconds(5));
    }
    assertEquals(List.of(), wrong);
  }

  // Law 8: who is awake needs no doorbell
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void tasksHandedOverWhileItSpinsCostNoWakeUp(Rig rig) throws Exception {
    EventLoop loop = loop(rig, SECOND);
    on(loop, () -> true);
    long before = loop.stats().wakeups();
    for (int i = 0; i < 2_000; i++) {
      on(loop, () -> true);
    }
    assertEquals(before, loop.stats().wakeups());
  }

  // Law 8: the moment between the last look and the sleep
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void noTaskIsOverlookedBetweenSpinningAndSleeping(Rig rig) throws Exception {
    fallingAsleep(rig, 1_000);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  @Tag("slow")
  void noTaskIsOverlookedBetweenSpinningAndSleepingManyTimes(Rig rig) throws Exception {
    fallingAsleep(rig, 8_000);
  }

  /** Each thread waits for its task, and then about as long as the loop spins. */
  private static void fallingAsleep(Rig rig, int rounds) throws Exception {
    for (long nanos : new long[] {1, 20_000, 60_000}) {
      EventLoop loop = loop(rig, Duration.ofNanos(nanos));
      var ran = new AtomicInteger();
      var players = new ArrayList<CompletableFuture<Boolean>>();
      for (int player = 0; player < 3; player++) {
        var random = new Random(player);
        players.add(
            rig.aside(() -> {
              for (int round = 0; round < rounds; round++) {
                on(loop, ran::incrementAndGet);
                long end = System.nanoTime() + random.nextLong(2 * nanos + 40_000);
                while (System.nanoTime() - end < 0) {
                  Thread.onSpinWait();
                }
              }
              return true;
            }));
      }
      for (var player : players) {
        assertTrue(player.get(55, TimeUnit.SECONDS));
      }
      assertEquals(3 * rounds, ran.get());
      assertTrue(loop.stats().wakeups() <= ran.get(), loop.stats().toString());
    }
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void manyThreadsHandOverManyTasksAndEachRunsInOrder(Rig rig) throws Exception {
    EventLoop loop = loop(rig, Duration.ofMillis(2));
    int threads = 8;
    int tasks = 20_000;
    int[] last = new int[threads];
    var left = new CountDownLatch(threads * tasks);
    var handing = new ArrayList<CompletableFuture<Boolean>>();
    for (int i = 0; i < threads; i++) {
      int thread = i;
      handing.add(
          rig.aside(() -> {
            for (int number = 1; number <= tasks; number++) {
              int task = number;
              loop.execute(() -> {
                if (last[thread] == task - 1) {
                  last[thread] = task;
                  left.countDown();
                }
              });
              if (number % 1000 == 0) {
                LockSupport.parkNanos(3_000_000);
              }
            }
            return true;
          }));
    }
    assertTrue(left.await(20, TimeUnit.SECONDS), left.getCount() + " did not run in order");
    handing.forEach(Rig::join);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void whenTheTimeIsOverItSleeps(Rig rig) throws Exception {
    EventLoop loop = loop(rig, Duration.ofMillis(60));
    long spent = 0;
    for (int i = 0; i < 5 && spent < 10; i++) { // it may not get a processor in those 60 ms
      spent = millisOfCpuInHalfASecond(loop);
      assertTrue(spent < 200, "it was busy for " + spent + " ms of 500");
    }
    assertTrue(spent >= 10, "it did not spin: " + spent + " ms");
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void byDefaultItDoesNotSpin(Rig rig) throws Exception {
    assertEquals(Duration.ZERO, rig.options().build().busyPoll());
    EventLoop loop = rig.reactor(1).loops().getFirst();
    long spent = millisOfCpuInHalfASecond(loop);
    assertTrue(spent < 50, "it was busy for " + spent + " ms of 500");
  }

  /** What the loop's thread uses while nothing happens, from a task on. */
  private static long millisOfCpuInHalfASecond(EventLoop loop) throws Exception {
    var threads = ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 200; i++) {
      on(loop, () -> true); // what is loaded and compiled once
    }
    long id = on(loop, () -> Thread.currentThread().threadId());
    long before = threads.getThreadCpuTime(id);
    long end = System.nanoTime() + 500_000_000;
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    return (threads.getThreadCpuTime(id) - before) / 1_000_000;
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTurnTakesAsLongAsItWasToldAndNoLonger(Rig rig) {
    rig.open(rig.options().busyPoll(Duration.ofMillis(100)));
    rig.turns(10);
    for (long millis : new long[] {0, 20, 90, 160}) {
      long shortest = Long.MAX_VALUE;
      for (int i = 0; i < 20 && (i < 4 || shortest >= (millis + 15) * 1_000_000); i++) {
        long start = System.nanoTime();
        rig.loop().turn(Duration.ofMillis(millis));
        shortest = Math.min(shortest, System.nanoTime() - start);
      }
      assertTrue(shortest >= millis * 1_000_000, "back after " + shortest + " ns");
      assertTrue(shortest < (millis + 15) * 1_000_000, shortest + " ns, not " + millis + " ms");
    }
  }

  // Law 4: while there is work left it does not spin
  @Contract
  void workLeftFromTheLastTurnDoesNotWaitUntilItHasSpun(Rig rig) throws Exception {
    rig.open(rig.options().busyPoll(SECOND).readBudget(256, 1).receiveBufferBytes(256));
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write(new byte[20_000]);
    long start = System.nanoTime();
    while (handler.received() < 20_000) {
      rig.loop().turn(Duration.ofSeconds(5));
    }
    assertTrue(millisSince(start) < 900, "it spun with octets left to read");
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aLoopThatSpinsStopsAtOnce(Rig rig) throws Exception {
    Reactor reactor = reactor(rig, SECOND);
    on(reactor.loops().getFirst(), () -> true);
    long start = System.nanoTime();
    reactor.close();
    assertTrue(millisSince(start) < 700, "it spun to the end first");
  }
}
