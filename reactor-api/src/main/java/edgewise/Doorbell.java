package edgewise;

import edgewise.spi.Poller;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides who wakes a sleeping loop, so that no wake-up is lost, none is wasted, and none comes
 * after the poller's descriptors are closed (law 8).
 *
 * <pre>
 *            loop: about to sleep            other: won the right to ring
 *   AWAKE ---------------------------> ASLEEP ---------------------------> RINGING
 *     ^  ^        loop: woke by itself    |                                   |
 *     |  `--------------------------------'             other: has rung       |
 *     `-----------------------------------------------------------------------'
 *   AWAKE -> CLOSED  for ever; the loop waits for RINGING to end first
 * </pre>
 *
 * The state is one volatile word, so "set ASLEEP, then look at the tasks" on the loop and "push the
 * task, then look at the state" elsewhere cannot both miss (sequential consistency; the store
 * buffering that bit netty 10796 and 13738). Only the winner of ASLEEP to RINGING rings: one write
 * per sleep. RINGING is a state of its own because a loop that slept while a ringer had written but
 * not yet said so would have a doorbell that nobody else rings.
 */
final class Doorbell {
  private static final int AWAKE = 0;
  private static final int ASLEEP = 1;
  private static final int RINGING = 2;
  private static final int CLOSED = 3;

  private final AtomicInteger state = new AtomicInteger(AWAKE);
  private final AtomicLong rings = new AtomicLong();
  private final Poller poller;

  Doorbell(Poller poller) {
    this.poller = poller;
  }

  /** The loop: says that it will sleep unless there is work; false if it must not sleep now. */
  boolean beforeSleep() {
    return state.compareAndSet(AWAKE, ASLEEP);
  }

  /** The loop: is awake again. */
  void afterSleep() {
    state.compareAndSet(ASLEEP, AWAKE);
  }

  /** Any thread: work has been put where the loop will look; wakes the loop if it sleeps. */
  void ring() {
    if (state.get() == ASLEEP && state.compareAndSet(ASLEEP, RINGING)) {
      try {
        rings.incrementAndGet();
        poller.wakeup();
      } finally {
        state.set(AWAKE);
      }
    }
  }

  /** Any thread: how often a sleep was ended by ringing. */
  long rings() {
    return rings.get();
  }

  /** The loop, awake: from here on nobody rings. */
  void close() {
    while (!state.compareAndSet(AWAKE, CLOSED)) {
      Thread.onSpinWait();
    }
  }
}
