package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.Reactor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;

/** Law 8: a task handed over by another thread always runs. */
class TaskContract {
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void tasksFromManyThreadsAllRunEachThreadsInOrder(Rig rig) throws Exception {
    fromThreads(rig, 4, 5_000);
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  @Tag("slow")
  void millionsOfTasksFromManyThreadsAllRunEachThreadsInOrder(Rig rig) throws Exception {
    fromThreads(rig, 4, 500_000);
  }

  private static void fromThreads(Rig rig, int threads, int tasks) throws Exception {
    EventLoop loop = rig.reactor(1).loops().getFirst();
    int[] last = new int[threads];
    var disorder = new AtomicInteger();
    var ran = new AtomicInteger();
    var givers = new ArrayList<CompletableFuture<Boolean>>();
    for (int t = 0; t < threads; t++) {
      int giver = t;
      givers.add(
          rig.aside(() -> {
            for (int i = 1; i <= tasks; i++) {
              int number = i;
              loop.execute(() -> {
                if (last[giver] != number - 1) {
                  disorder.incrementAndGet();
                }
                last[giver] = number;
                ran.incrementAndGet();
              });
            }
            return true;
          }));
    }
    for (var giver : givers) {
      giver.get(50, TimeUnit.SECONDS);
    }
    var after = new CompletableFuture<Integer>();
    loop.execute(() -> after.complete(ran.get()));
    assertEquals(threads * tasks, after.get(20, TimeUnit.SECONDS));
    assertEquals(0, disorder.get());
  }

  // Scenario 53
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void virtualThreadsHandOverAndWaitWithoutADeadlock(Rig rig) throws Exception {
    EventLoop loop = rig.reactor(1).loops().getFirst();
    var answers = new AtomicInteger();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 1000; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            var back = new CompletableFuture<Boolean>();
            loop.execute(() -> back.complete(true));
            if (back.join()) {
              answers.incrementAndGet();
            }
          }));
    }
    for (Thread thread : threads) {
      assertTrue(thread.join(Duration.ofSeconds(10)), "a virtual thread waits for ever");
    }
    assertEquals(1000, answers.get());
  }

  // Scenario 53: answers written from virtual threads, as blocking handlers would
  @Contract
  void virtualThreadsAnswerThroughTheLoop(Rig rig) throws Exception {
    Reactor reactor = rig.reactor(2);
    var listening =
        reactor.listen(
            rig.free(),
            connection ->
                (c, in) -> {
                  byte[] question = new byte[in.remaining()];
                  in.get(question);
                  Thread.startVirtualThread(() -> c.loop().execute(() -> c.write(question)));
                });
    var peers = new ArrayList<CompletableFuture<byte[]>>();
    for (int i = 0; i < 20; i++) {
      Peer peer = rig.dial(listening.endpoint());
      byte[] question = Bytes.random(i, 100);
      peers.add(
          rig.aside(() -> {
            for (int round = 0; round < 20; round++) {
              peer.write(question);
              assertEquals(question.length, peer.read(question.length).length);
            }
            return question;
          }));
    }
    for (var peer : peers) {
      peer.get(10, TimeUnit.SECONDS);
    }
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void tasksRunOnTheLoopsThreadInOrderAlsoThoseFromTheLoopItself(Rig rig) {
    EventLoop loop = rig.loop();
    var order = new ArrayList<String>();
    loop.execute(() -> {
      order.add("first");
      loop.execute(() -> order.add("third"));
      assertSame(Thread.currentThread(), Thread.currentThread());
    });
    loop.execute(() -> order.add("second"));
    assertEquals(List.of(), order, "never run inside execute");
    rig.turns(2);
    assertEquals(List.of("first", "second", "third"), order);
    assertEquals(0, loop.stats().wakeups());
  }

  // Law 12
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void aTaskThatFailsHarmsNobody(Rig rig) {
    var order = new ArrayList<String>();
    rig.loop()
        .execute(() -> {
          throw new StackOverflowError("on purpose");
        });
    rig.loop().execute(() -> order.add("next"));
    rig.turns(1);
    assertEquals(List.of("next"), order);
    assertEquals(false, rig.loop().isClosed());
  }
}
