package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.EventLoop;
import edgewise.Listener;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;

/** Law 13: every descriptor is closed exactly once. Each contract checks that at its end, too. */
class DescriptorContract {
  // Scenario 43
  @Contract
  void openingAndClosingLeavesNothing(Rig rig) throws Exception {
    cycles(rig, 400);
  }

  // Scenario 43
  @Contract
  @Tag("slow")
  void tenThousandTimesOpeningAndClosingLeavesNothing(Rig rig) throws Exception {
    cycles(rig, 10_000);
  }

  private static void cycles(Rig rig, int count) throws Exception {
    var handlers = new ArrayList<Recorder>();
    Listener listener =
        rig.listen(connection -> {
          handlers.add(new Recorder());
          return handlers.getLast();
        });
    rig.turns(2);
    int before = Descriptors.count();
    for (int i = 0; i < count; i++) {
      handlers.clear();
      var out = new Recorder();
      Connection c = rig.loop().connect(listener.endpoint(), out);
      rig.until("both open", () -> out.has("open") && !handlers.isEmpty());
      Recorder in = handlers.getFirst();
      rig.until("open", () -> in.has("open"));
      switch (i % 5) {
        case 0 -> c.close();
        case 1 -> c.abort();
        case 2 -> c.shutdownOutput();
        case 3 -> in.connection().close();
        default -> c.closeLingering(Duration.ofSeconds(1));
      }
      rig.until("one end is told", () -> in.has("end") || in.has("close") || out.has("end"));
      c.abort();
      in.connection().abort();
      rig.until("both closed", () -> in.has("close") && out.has("close"));
      assertEquals(1, in.count("close") + out.count("close") - 1);
      if (i % 100 == 0) {
        assertEquals(before, Descriptors.count(), "after " + i);
      }
    }
    assertEquals(before, Descriptors.count());
    assertEquals(0, rig.loop().connections());
  }

  // Scenario 43
  @Contract
  void refusedConnectsLeaveNothing(Rig rig) throws Exception {
    refused(rig, 300);
  }

  // Scenario 43
  @Contract
  @Tag("slow")
  void tenThousandRefusedConnectsLeaveNothing(Rig rig) throws Exception {
    refused(rig, 10_000);
  }

  private static void refused(Rig rig, int count) throws Exception {
    var server = rig.foreignServer();
    var nobody = Rig.endpoint(server.getLocalAddress());
    server.close();
    rig.loop();
    int before = Descriptors.count();
    for (int i = 0; i < count; i++) {
      var handler = new Recorder();
      rig.loop().connect(nobody, handler);
      rig.until("refused", () -> handler.has("close"));
    }
    assertEquals(before, Descriptors.count());
  }

  @Contract(families = Family.TCP)
  void aLoopOpensAndClosesItsOwn(Rig rig) throws Exception {
    rig.loop();
    int before = Descriptors.count();
    for (int i = 0; i < 50; i++) {
      EventLoop loop = EventLoop.open(rig.options().build());
      assertTrue(Descriptors.count() > before);
      loop.close();
      loop.close();
      assertEquals(before, Descriptors.count());
    }
  }

  @Contract
  void aLoopThatEndsClosesWhatIsOpenOnIt(Rig rig) throws Exception {
    int before = Descriptors.count();
    var peers = new ArrayList<Peer>();
    var handlers = new ArrayList<Recorder>();
    for (int i = 0; i < 10; i++) {
      handlers.add(new Recorder());
      peers.add(rig.connected(handlers.get(i)));
    }
    rig.listen(connection -> new Recorder());
    rig.loop().connect(rig.listen(connection -> new Recorder()).endpoint(), new Recorder());
    rig.loop().close();
    assertEquals(before + peers.size(), Descriptors.count());
    handlers.forEach(each -> assertEquals(1, each.count("close")));
  }
}
