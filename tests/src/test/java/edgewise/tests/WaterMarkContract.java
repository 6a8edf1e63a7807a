package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;

/** Law 9: high and low water marks tell the handler. */
class WaterMarkContract {
  private static final ConnectionOptions MARKS =
      ConnectionOptions.builder().waterMarks(10_000, 50_000).sendBufferBytes(4096).build();

  // Scenario 40
  @Contract
  void writabilityIsToldOncePerCrossing(Rig rig) throws Exception {
    long[] queuedWhenTold = {-1};
    var handler =
        new Recorder() {
          @Override
          void writable(Connection c) {
            queuedWhenTold[0] = c.queuedBytes();
          }
        };
    Peer peer = rig.connected(MARKS, handler);
    Connection c = handler.connection();
    for (int crossing = 1; crossing <= 3; crossing++) {
      int written = 0;
      while (c.write(new byte[5000])) {
        written += 5000;
        rig.turns(1);
        assertTrue(written < 50_000_000, "it never says to wait");
      }
      written += 5000;
      assertTrue(c.queuedBytes() > 50_000);
      assertFalse(c.write(new byte[5000]), "still above");
      written += 5000;
      rig.turns(5);
      assertEquals(crossing - 1, handler.count("writable"));
      rig.readFrom(peer, written);
      int expected = crossing;
      rig.until("writable", () -> handler.count("writable") == expected);
      assertTrue(queuedWhenTold[0] <= 10_000, "told with " + queuedWhenTold[0] + " queued");
    }
    rig.turns(10);
    assertEquals(3, handler.count("writable"));
  }

  @Contract
  void belowTheHighMarkNothingIsTold(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(MARKS, handler);
    for (int i = 0; i < 200; i++) {
      assertTrue(handler.connection().write(new byte[40]));
      rig.turns(1);
    }
    rig.readFrom(peer, 200 * 40);
    rig.turns(5);
    assertEquals(0, handler.count("writable"));
  }

  @Contract
  void aHandlerThatRefillsInOnWritableSendsAll(Rig rig) throws Exception {
    int[] left = {3_000_000};
    var handler =
        new Recorder() {
          @Override
          void opened(Connection c) {
            fill(c);
          }

          @Override
          void writable(Connection c) {
            fill(c);
          }

          private void fill(Connection c) {
            boolean more = true;
            while (more && left[0] > 0) {
              left[0] -= 10_000;
              more = c.write(new byte[10_000]);
            }
            if (left[0] == 0) {
              c.shutdownOutput();
            }
          }
        };
    Peer peer = rig.connected(MARKS, handler);
    assertEquals(3_000_000, rig.readAllFrom(peer).length);
  }
}
