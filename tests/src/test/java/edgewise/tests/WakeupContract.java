package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.LoopStats;
import edgewise.linux.Errno;
import edgewise.linux.EventFd;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;

/** Law 8: no lost and no wasted wake-ups. */
class WakeupContract {
  // Scenario 1
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTurnWithZeroDoesNotWaitAndATurnWithTimeWaitsAllOfIt(Rig rig) {
    EventLoop loop = rig.loop();
    rig.turns(10);
    long start = System.nanoTime();
    loop.turn(Duration.ZERO);
    assertTrue(System.nanoTime() - start < 1_000_000_000, "it waited");
    for (long micros : new long[] {100, 1500, 20_000}) {
      start = System.nanoTime();
      loop.turn(Duration.ofNanos(micros * 1000));
      long took = System.nanoTime() - start;
      assertTrue(took >= micros * 1000, "back after " + took + " ns of " + micros + " us");
    }
  }

  // Scenario 1 and 6: a wait for ever ends when somebody hands over a task
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aLoopThatWaitsForEverIsWokenByATask(Rig rig) throws Exception {
    var loop = rig.reactor(1).loops().getFirst();
    for (int i = 0; i < 50; i++) {
      var ran = new CompletableFuture<Boolean>();
      loop.execute(() -> ran.complete(true));
      assertTrue(ran.get(5, TimeUnit.SECONDS));
    }
  }

  // Scenario 5
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTaskHandedOverBeforeTheWaitEndsItAtOnceAndOnlyOnce(Rig rig) {
    var ran = new AtomicInteger();
    rig.loop();
    rig.turns(2);
    Rig.join(
        rig.aside(() -> {
          rig.loop().execute(ran::incrementAndGet);
          return true;
        }));
    long start = System.nanoTime();
    rig.loop().turn(Duration.ofSeconds(10));
    assertEquals(1, ran.get());
    assertTrue(System.nanoTime() - start < 5_000_000_000L, "it waited with a task to run");
    start = System.nanoTime();
    rig.loop().turn(Duration.ofMillis(50));
    assertTrue(System.nanoTime() - start >= 50_000_000, "woken a second time");
  }

  // The eventfd's number is higher than that of any channel of the loop
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aLoopOpenedInAProcessWithManyDescriptorsIsWoken(Rig rig) throws Exception {
    var pipes = new Pipes(rig);
    for (int i = 0; i < 300; i++) {
      pipes.open();
    }
    aLoopThatWaitsForEverIsWokenByATask(rig);
  }

  // Scenario 6; netty 10312
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void manyHandOversToABusyLoopCostNoWakeUp(Rig rig) throws Exception {
    var loop = rig.reactor(1).loops().getFirst();
    var busy = new CountDownLatch(1);
    var on = new CountDownLatch(1);
    loop.execute(() -> {
      busy.countDown();
      awaitQuietly(on);
    });
    assertTrue(busy.await(5, TimeUnit.SECONDS));
    long before = loop.stats().wakeups();
    var ran = new AtomicInteger();
    for (int i = 0; i < 10_000; i++) {
      loop.execute(ran::incrementAndGet);
    }
    assertEquals(before, loop.stats().wakeups());
    on.countDown();
    assertTrue(Rig.eventually(() -> ran.get() == 10_000));
  }

  // Scenario 6; netty 10312
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void thousandsOfHandOversCostAtMostOneWakeUpPerSleep(Rig rig) throws Exception {
    var loop = rig.reactor(1).loops().getFirst();
    var ran = new AtomicInteger();
    for (int i = 0; i < 20_000; i++) {
      loop.execute(ran::incrementAndGet);
    }
    assertTrue(Rig.eventually(() -> ran.get() == 20_000));
    var done = new CompletableFuture<LoopStats>();
    loop.execute(() -> done.complete(loop.stats()));
    LoopStats stats = done.get(5, TimeUnit.SECONDS);
    assertTrue(stats.wakeups() <= stats.turns() + 1, stats.toString());
    assertTrue(stats.wakeups() < 20_000, "one write per task: " + stats);
  }

  // netty 10796, 13738, PR 5258, PR 9561: asleep with a full queue
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void noTaskIsOverlookedByALoopThatFallsAsleep(Rig rig) throws Exception {
    fallingAsleep(rig, 2_000);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  @Tag("slow")
  void noTaskIsOverlookedByALoopThatFallsAsleepAHundredThousandTimes(Rig rig) throws Exception {
    fallingAsleep(rig, 100_000);
  }

  /** Two threads play ping-pong with the loop: each task meets the loop as it falls asleep. */
  private static void fallingAsleep(Rig rig, int rounds) throws Exception {
    var loop = rig.reactor(1).loops().getFirst();
    var players = new CompletableFuture<?>[2];
    for (int i = 0; i < players.length; i++) {
      players[i] =
          rig.aside(() -> {
            var answer = new SynchronousQueue<Integer>();
            for (int round = 0; round < rounds; round++) {
              int number = round;
              var ran = new AtomicBoolean();
              loop.execute(() -> ran.set(true));
              if (round % 16 != 0) {
                var back = new CompletableFuture<Integer>();
                loop.execute(() -> back.complete(number));
                assertEquals(number, back.get(10, TimeUnit.SECONDS));
              } else {
                assertTrue(Rig.eventually(ran::get), "task " + number + " was overlooked");
              }
            }
            return answer;
          });
    }
    for (var player : players) {
      player.get(50, TimeUnit.SECONDS);
    }
  }

  // Scenario 7
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTaskForALoopThatHasEndedIsRefused(Rig rig) {
    EventLoop loop = rig.loop();
    loop.close();
    assertTrue(loop.isClosed());
    assertThrows(RejectedExecutionException.class, () -> loop.execute(() -> {}));
    loop.stop(Duration.ofSeconds(1)); // harmless
    loop.close();
  }

  // Scenario 7; netty 9362: the number of the closed eventfd is used again
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aWakeUpThatRacesWithCloseTouchesNoForeignDescriptor(Rig rig) throws Exception {
    var target = new java.util.concurrent.atomic.AtomicReference<EventLoop>();
    var handedOver = new AtomicLong();
    var ran = new AtomicLong();
    var going = new AtomicBoolean(true);
    var hammer =
        rig.aside(() -> {
          while (going.get()) {
            EventLoop loop = target.get();
            if (loop != null) {
              try {
                loop.execute(ran::incrementAndGet);
                handedOver.incrementAndGet();
              } catch (RejectedExecutionException e) {
                Thread.onSpinWait(); // ended; the next one comes
              }
            }
          }
          return true;
        });
    int[] fresh = new int[4];
    for (int round = 0; round < 60; round++) {
      EventLoop loop = EventLoop.open(rig.options().build());
      target.set(loop);
      for (int i = 0; i < 5; i++) {
        loop.turn(Duration.ofNanos(50_000));
      }
      loop.close();
      for (int i = 0; i < fresh.length; i++) { // these get the numbers that the loop had
        fresh[i] = EventFd.eventfd(0, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC);
      }
      for (int i = 0; i < 100; i++) {
        Thread.onSpinWait();
      }
      for (int fd : fresh) {
        assertEquals(-Errno.EAGAIN, EventFd.read(fd), "somebody wrote to a foreign descriptor");
        assertEquals(0, edgewise.linux.File.close(fd));
      }
    }
    going.set(false);
    Rig.join(hammer);
    assertEquals(handedOver.get(), ran.get(), "a task that was taken always runs");
    assertTrue(ran.get() > 0);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
