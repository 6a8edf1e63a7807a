package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.Handler;
import edgewise.Listener;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;

/** Law 10: an idle connection costs no buffer, and no work. */
class IdleConnectionsContract {
  private static final int IDLE = 5_000;
  private static final int BUSY = 10;
  private static final int ROUNDS = 200;

  /** Echoes, and counts whom it was called for. */
  private static final class Counting implements Handler {
    private int open;
    private int calls;

    @Override
    public void onOpen(Connection connection) {
      open++;
    }

    @Override
    public void onData(Connection connection, ByteBuffer in) {
      calls++;
      connection.write(in);
    }
  }

  private static long directMemory() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  @Contract(families = Family.TCP)
  void fiveThousandIdleConnectionsHoldNoBufferAndDisturbNobody(Rig rig) throws Exception {
    var handler = new Counting();
    Listener listener = rig.listen(connection -> handler);
    var peers = new ArrayList<Peer>();
    for (int i = 0; i < BUSY; i++) {
      peers.add(rig.dial(listener));
    }
    rig.until("the busy ones are accepted", () -> handler.open == BUSY);
    talk(rig, peers, handler); // whatever is allocated once is there now
    long memoryBefore = directMemory();

    for (int i = BUSY; i < BUSY + IDLE; i++) {
      rig.dial(listener);
      rig.loop().turn(java.time.Duration.ZERO);
    }
    rig.until("all are accepted", () -> handler.open == BUSY + IDLE);
    rig.turns(5);
    assertEquals(BUSY + IDLE, rig.loop().connections());
    assertNoMoreThan(memoryBefore, directMemory());

    long eventsBefore = rig.loop().stats().events();
    int callsBefore = handler.calls;
    talk(rig, peers, handler);
    long events = rig.loop().stats().events() - eventsBefore;
    assertTrue(
        events <= 2L * (handler.calls - callsBefore),
        events + " events for " + (handler.calls - callsBefore) + " messages: idle ones cost work");
    assertNoMoreThan(memoryBefore, directMemory());
  }

  /** Less is possible: what earlier tests left may be collected meanwhile. */
  private static void assertNoMoreThan(long before, long after) {
    assertTrue(after <= before, () -> (after - before) + " bytes of native memory more");
  }

  private static void talk(Rig rig, Iterable<Peer> peers, Counting handler) throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      int expected = handler.calls + BUSY;
      byte[] message = {(byte) round, 1, 2, 3};
      for (Peer peer : peers) {
        peer.write(message);
      }
      rig.until("a round of echoes", () -> handler.calls == expected);
      for (Peer peer : peers) {
        assertArrayEquals(message, peer.read(message.length));
      }
    }
  }
}
