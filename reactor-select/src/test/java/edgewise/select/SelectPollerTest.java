package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import edgewise.Trigger;
import edgewise.spi.ListeningSocket;
import edgewise.spi.Poller;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SameDescriptors.class)
@Timeout(30)
class SelectPollerTest {
  private static final long MILLI = 1_000_000;

  private static long nanosOf(Poller poller, long timeoutNanos) throws Exception {
    long start = System.nanoTime();
    assertEquals(0, poller.poll(timeoutNanos));
    return System.nanoTime() - start;
  }

  @Test
  void aPollWithNothingToTellIsNeverEarly() throws Exception {
    try (var rig = new Rig()) {
      for (long timeout : new long[] {1, 100_000, 999_999, MILLI, 1_000_001, 7 * MILLI + 1}) {
        for (int i = 0; i < 5; i++) {
          long waited = nanosOf(rig.poller, timeout);
          assertTrue(waited >= timeout, "asked for " + timeout + ", waited " + waited);
        }
      }
    }
  }

  @Test
  void aPollWithoutTimeDoesNotWait() throws Exception {
    try (var rig = new Rig()) {
      long shortest = Long.MAX_VALUE;
      for (int i = 0; i < 10; i++) {
        shortest = Math.min(shortest, nanosOf(rig.poller, 0));
      }
      assertTrue(shortest < 50 * MILLI, "waited " + shortest);
    }
  }

  @Test
  void aHugeTimeoutAndForeverWaitUntilTheWakeUp() throws Exception {
    try (var rig = new Rig();
        var other = Executors.newSingleThreadScheduledExecutor()) {
      for (long timeout :
          new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 2, 3_000_000_000L * MILLI, Poller.FOREVER}) {
        long start = System.nanoTime();
        var ring = other.schedule(rig.poller::wakeup, 30, TimeUnit.MILLISECONDS);
        assertEquals(0, rig.poller.poll(timeout));
        long waited = System.nanoTime() - start;
        assertTrue(waited >= 30 * MILLI, timeout + " was cut to " + waited);
        ring.get();
      }
    }
  }

  @Test
  void manyWakeUpsBeforeAPollEndThatPollAndNoOther() throws Exception {
    try (var rig = new Rig()) {
      for (int i = 0; i < 1000; i++) {
        rig.poller.wakeup();
      }
      assertTrue(nanosOf(rig.poller, Rig.SECOND) < Rig.SECOND / 2);
      assertTrue(nanosOf(rig.poller, 20 * MILLI) >= 20 * MILLI);
    }
  }

  /** Closing selects, and that select would drink the wake-up. */
  @Test
  void aWakeUpOutlivesTheClosingOfASocket() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "socket", Readiness.READ);
      rig.poller.poll(0);
      rig.poller.wakeup();
      pair.near().close();
      assertTrue(nanosOf(rig.poller, 5 * Rig.SECOND) < 4 * Rig.SECOND);
    }
  }

  @Test
  void theMarkOfAnInterruptNeitherSpinsNorIsLost() throws Exception {
    try (var rig = new Rig()) {
      Thread.currentThread().interrupt();
      try {
        assertTrue(nanosOf(rig.poller, 20 * MILLI) >= 20 * MILLI);
      } finally {
        assertTrue(Thread.interrupted());
      }
    }
  }

  @Test
  void anInterruptDuringThePollEndsIt() throws Exception {
    try (var rig = new Rig();
        var other = Executors.newSingleThreadScheduledExecutor()) {
      Thread loop = Thread.currentThread();
      var ring = other.schedule(loop::interrupt, 20, TimeUnit.MILLISECONDS);
      assertEquals(0, rig.poller.poll(Poller.FOREVER));
      assertTrue(Thread.interrupted());
      ring.get();
    }
  }

  @Test
  void aSelectorThatSpinsIsReplacedAndItsSocketsMove() throws Exception {
    var broken = new SpinningSelector();
    var selectors = new ArrayList<Selector>(List.of(broken));
    var poller =
        new SelectPoller(
            new SelectBackend(),
            4,
            () -> selectors.isEmpty() ? Selector.open() : selectors.removeFirst());
    try (var rig = new Rig(poller)) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "socket", Readiness.READ);
      pair.far().write(Rig.text("x"));
      assertEquals(Readiness.READ, rig.await("socket"));
      assertEquals(SelectPoller.PREMATURE_LIMIT, broken.selects);
      assertFalse(broken.isOpen());
      pair.near().interest(0);
      assertTrue(nanosOf(poller, 20 * MILLI) >= 20 * MILLI);
    }
  }

  @Test
  void aSelectorThatSpinsIsKeptWhileNoOtherCanBeOpened() throws Exception {
    var broken = new SpinningSelector();
    var opens = new AtomicInteger();
    var poller =
        new SelectPoller(
            new SelectBackend(),
            4,
            () -> {
              int open = opens.getAndIncrement();
              if (open == 1) {
                throw new IOException("Too many open files");
              }
              return open == 0 ? broken : Selector.open();
            });
    try (var rig = new Rig(poller)) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "socket", Readiness.READ);
      pair.far().write(Rig.text("x"));
      assertEquals(Readiness.READ, rig.await("socket"));
      assertEquals(2 * SelectPoller.PREMATURE_LIMIT, broken.selects);
    }
  }

  @Test
  void anEventOfASocketClosedInTheSameBatchIsStale() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      Rig.Pair first = rig.pair(door);
      Rig.Pair second = rig.pair(door);
      rig.register(first.near(), "first", Readiness.WRITE);
      rig.register(second.near(), "second", Readiness.WRITE);
      assertEquals(2, rig.poller.poll(Rig.SECOND));
      first.near().close();
      second.near().close();
      assertNull(rig.poller.attachment(0));
      assertNull(rig.poller.attachment(1));
      assertEquals(2, rig.poller.staleEvents());
    }
  }

  @Test
  void moreEventsThanAskedForAreAllTold() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      for (int i = 0; i < 40; i++) {
        Rig.Pair pair = rig.pair(door);
        rig.register(pair.near(), i, Readiness.WRITE);
      }
      Set<Object> told = new HashSet<>();
      int events = rig.poller.poll(Rig.SECOND);
      for (int i = 0; i < events; i++) {
        told.add(String.valueOf(rig.poller.attachment(i)));
      }
      assertEquals(40, told.size());
    }
  }

  @Test
  void onlyWhatIsAskedForIsTold() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      pair.far().write(Rig.text("x"));
      rig.register(pair.near(), "socket", Readiness.READ | Readiness.WRITE);
      assertEquals(Readiness.READ | Readiness.WRITE, rig.await("socket"));
      pair.near().interest(Readiness.READ | Readiness.ERROR | Readiness.PEER_HANGUP);
      assertEquals(Readiness.READ, rig.await("socket"));
      pair.near().interest(Readiness.WRITE);
      assertEquals(Readiness.WRITE, rig.await("socket"));
    }
  }

  @Test
  void noInterestIsSilentEvenAboutAReset() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "socket", Readiness.READ);
      pair.near().interest(Readiness.ERROR | Readiness.PEER_HANGUP);
      pair.far().setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
      pair.far().close();
      assertTrue(nanosOf(rig.poller, 30 * MILLI) >= 30 * MILLI);
      pair.near().interest(Readiness.READ);
      assertEquals(Readiness.READ, rig.await("socket"));
    }
  }

  @Test
  void aSecondRegistrationIsRefusedAndTheFirstGoesOn() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "first", Readiness.WRITE);
      assertThrows(
          IllegalStateException.class, () -> rig.register(pair.near(), "second", Readiness.READ));
      assertEquals(Readiness.WRITE, rig.await("first"));
    }
  }

  @Test
  void whatIsLackingIsRefusedWithTheNameOfTheBackendThatHasIt() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      for (Trigger trigger : new Trigger[] {Trigger.EDGE, Trigger.ONESHOT}) {
        var refusal =
            assertThrows(
                UnsupportedOperationException.class,
                () -> rig.poller.register(pair.near(), "socket", Readiness.READ, trigger));
        assertEquals(
            "trigger mode "
                + trigger
                + " is not offered by the select backend; the epoll backend has it",
            Rig.message(refusal));
      }
      assertThrows(
          UnsupportedOperationException.class,
          () -> rig.poller.watch(0, "fd", Readiness.READ, Trigger.LEVEL));
    }
  }

  /**
   * Law 11, as far as it is ours. The JDK looks a key up in a map from Integer, which is boxed for
   * descriptors above 127: 16 bytes per event and per change of interest, and nothing else.
   */
  @Test
  void aMessageLeavesNoGarbageBehindButTheBoxedDescriptorOfTheJdk() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      Rig.Pair pair = rig.pair(door);
      for (int i = 0; i < 130; i++) { // so that the descriptors are above 127
        pair = rig.pair(door);
      }
      rig.register(pair.near(), "socket", Readiness.READ);
      ByteBuffer there = ByteBuffer.allocateDirect(8);
      pingPong(rig, pair.near(), pair.far(), there, 20_000);
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      int messages = 5_000;
      pingPong(rig, pair.near(), pair.far(), there, messages);
      long each = (threads.getCurrentThreadAllocatedBytes() - before) / messages;
      assertTrue(each <= 16, each + " bytes per message");
    }
  }

  private static void pingPong(
      Rig rig, StreamSocket near, SocketChannel far, ByteBuffer bytes, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      far.write(bytes.clear());
      int events = rig.poller.poll(Poller.FOREVER);
      for (int event = 0; event < events; event++) {
        if (rig.poller.attachment(event) != null) {
          int count = near.receive(rig.buffer, 0, 8);
          near.send(rig.buffer, 0, count, false);
        }
      }
      far.read(bytes.clear());
    }
  }
}
