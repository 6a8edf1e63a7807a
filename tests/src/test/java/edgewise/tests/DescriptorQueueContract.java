package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.SocketType;
import edgewise.spi.Backend.Feature;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Descriptors that wait to be passed, since the peer does not read: whose they are, how many. */
class DescriptorQueueContract {
  private static final int FULL = 20_000;

  /** The writing end of a pair, whose other end reads nothing until it is resumed. */
  private static Connection blocked(Rig rig, SocketType type, Recorder near, Recorder far)
      throws Exception {
    ConnectionOptions how = ConnectionOptions.builder().type(type).maxDescriptors(253).build();
    List<Descriptor> pair = rig.loop().socketPair(type);
    Connection c = rig.loop().adopt(pair.get(0), how, near);
    rig.loop().adopt(pair.get(1), how, far);
    rig.until("open", () -> near.has("open") && far.has("open"));
    far.connection().pause();
    while (c.queuedBytes() == 0) {
      c.write(new byte[FULL]);
      rig.turns(1);
    }
    return c;
  }

  private static Descriptor some(Rig rig) throws Exception {
    List<Descriptor> pair = rig.loop().socketPair(SocketType.STREAM);
    pair.get(1).close();
    return pair.get(0);
  }

  /** Takes what comes, and closes it. */
  private static final class Closer extends Recorder {
    int closed;

    @Override
    void data(Connection c, ByteBuffer in) {
      take(in);
      Descriptor next;
      while ((next = c.takeDescriptor()) != null) {
        next.close();
        closed++;
      }
    }
  }

  // A peer that asks for descriptors and reads none must not take all that the process may open.
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.EPOLL_LEVEL},
      families = Family.UNIX)
  void aFewThatWaitAreAboveTheHighWaterMark(Rig rig) throws Exception {
    assertTrue(rig.has(Feature.DESCRIPTORS));
    for (SocketType type : SocketType.values()) {
      var near = new Recorder();
      var far = new Closer();
      Connection c = blocked(rig, type, near, far);
      int count = 0;
      boolean goOn = true;
      while (goOn && count < 100) {
        goOn = c.write(ByteBuffer.allocate(1), List.of(some(rig)));
        count++;
      }
      assertFalse(goOn, "after " + count);
      assertFalse(near.has("writable"));
      far.connection().resume();
      int all = count;
      rig.until("all", () -> far.closed == all && near.has("writable"));
      assertEquals(0, c.queuedBytes());
      assertTrue(c.write(new byte[1]));
      c.close();
      far.connection().close();
      rig.until("closed", () -> rig.loop().connections() == 0);
    }
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.EPOLL_LEVEL},
      families = Family.UNIX)
  void theWriterHasGivenThemAwayEvenIfTheyWait(Rig rig) throws Exception {
    for (SocketType type : SocketType.values()) {
      var far = new Closer();
      Connection c = blocked(rig, type, new Recorder(), far);
      int before = Descriptors.count();
      try (Descriptor mine = some(rig)) { // a mistake, which must do no harm
        assertThrows(
            IllegalStateException.class,
            () -> c.write(ByteBuffer.allocate(1), List.of(mine, mine)));
        assertTrue(mine.isOwned());
        c.write(ByteBuffer.allocate(1), List.of(mine));
        assertFalse(mine.isOwned());
        assertThrows(
            IllegalStateException.class, () -> c.write(ByteBuffer.allocate(1), List.of(mine)));
      }
      var more = new ArrayList<>(List.of(some(rig), some(rig)));
      more.get(1).close();
      assertThrows(IllegalStateException.class, () -> c.write(ByteBuffer.allocate(1), more));
      assertTrue(more.get(0).isOwned(), "as with every exception");
      more.get(0).close();
      assertEquals(before + 1, Descriptors.count());
      far.connection().resume();
      rig.until("it", () -> far.closed == 1);
      assertEquals(before, Descriptors.count());
      c.close();
      far.connection().close();
      rig.until("closed", () -> rig.loop().connections() == 0);
    }
  }
}
