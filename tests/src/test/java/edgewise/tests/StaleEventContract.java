package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.Interest;
import edgewise.Listener;
import edgewise.Watch;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Law 7: no stale events. */
class StaleEventContract {
  /** Of two that are readable in one batch the first one called ends the other. */
  private abstract static class EndsTheOther extends Recorder {
    final List<Recorder> both;

    EndsTheOther(List<Recorder> both) {
      this.both = both;
    }

    @Override
    void data(Connection c, ByteBuffer in) {
      take(in);
      for (Recorder each : both) {
        Connection other = each.connection();
        if (!other.equals(c) && other.isOpen()) {
          end(other);
        }
      }
    }

    abstract void end(Connection other);
  }

  // Scenario 11
  @Contract
  void aConnectionAbortedInTheSameBatchIsNotCalled(Rig rig) throws Exception {
    var both = new ArrayList<Recorder>();
    for (int i = 0; i < 2; i++) {
      both.add(
          new EndsTheOther(both) {
            @Override
            void end(Connection other) {
              other.abort();
            }
          });
    }
    oneOfTwoIsCalled(rig, both);
    if (rig.mode.backendName.equals("epoll")) {
      assertEquals(1, rig.loop().stats().staleEvents());
    }
  }

  // Scenario 11
  @Contract
  void aConnectionClosedInTheSameBatchIsNotCalled(Rig rig) throws Exception {
    var both = new ArrayList<Recorder>();
    for (int i = 0; i < 2; i++) {
      both.add(
          new EndsTheOther(both) {
            @Override
            void end(Connection other) {
              other.close();
            }
          });
    }
    oneOfTwoIsCalled(rig, both);
  }

  // Scenario 11, with pause in the place of close
  @Contract
  void aConnectionPausedInTheSameBatchIsNotCalled(Rig rig) throws Exception {
    var both = new ArrayList<Recorder>();
    for (int i = 0; i < 2; i++) {
      both.add(
          new EndsTheOther(both) {
            @Override
            void end(Connection other) {
              other.pause();
            }
          });
    }
    Peer a = rig.connected(both.get(0));
    Peer b = rig.connected(both.get(1));
    rig.turns(3);
    a.write("x");
    b.write("y");
    rig.until("one", () -> both.get(0).dataCalls + both.get(1).dataCalls > 0);
    rig.turns(5);
    assertEquals(1, both.get(0).received() + both.get(1).received());
    for (Recorder each : both) {
      each.connection().resume();
    }
    rig.until("both", () -> both.get(0).received() + both.get(1).received() == 2);
  }

  private static void oneOfTwoIsCalled(Rig rig, List<Recorder> both) throws Exception {
    Peer a = rig.connected(both.get(0));
    Peer b = rig.connected(both.get(1));
    rig.turns(3);
    a.write("x");
    b.write("y");
    rig.until("one is called", () -> both.get(0).dataCalls + both.get(1).dataCalls > 0);
    rig.turns(5);
    assertEquals(1, both.get(0).dataCalls + both.get(1).dataCalls);
    assertEquals(1, both.get(0).count("close") + both.get(1).count("close"));
  }

  // Scenario 12
  @Contract
  void afterCloseNoCallComesAlthoughBytesDo(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().close();
    peer.write("late");
    rig.until("closed", () -> handler.has("close"));
    rig.turns(10);
    assertEquals("close", handler.calls.getLast());
    assertEquals(0, handler.dataCalls);
  }

  // Scenario 19
  @Contract
  void theDescriptorIsFreeWhenOnCloseIsCalled(Rig rig) throws Exception {
    int[] inOnClose = new int[1];
    var handler =
        new Recorder() {
          @Override
          void closed(Connection c) {
            inOnClose[0] = Descriptors.count();
          }
        };
    Peer peer = rig.connected(handler);
    rig.turns(3);
    int before = Descriptors.count();
    handler.connection().close();
    rig.until("closed", () -> handler.has("close"));
    assertEquals(before - 1, inOnClose[0]);
    assertTrue(peer.socket.isOpen());
  }

  // Scenario 11; the number is used again before its event is looked at
  @Contract(families = Family.UNIX)
  void aReusedDescriptorNumberInheritsNoEvent(Rig rig) throws Exception {
    if (!rig.has(Feature.WATCH)) {
      WatchContract.assertRefused(rig);
      return;
    }
    var pipes = new Pipes(rig);
    var calls = new ArrayList<String>();
    int[] first = pipes.open();
    int[] second = pipes.open();
    var watches = new Watch[2];
    // Whichever is called first closes the other and puts a new, empty pipe in its place.
    watches[0] =
        rig.loop()
            .watch(
                first[0],
                Interest.READ,
                rig.mode.trigger,
                w -> replace(rig, pipes, watches, 1, second, calls));
    watches[1] =
        rig.loop()
            .watch(
                second[0],
                Interest.READ,
                rig.mode.trigger,
                w -> replace(rig, pipes, watches, 0, first, calls));
    pipes.write(first[1]);
    pipes.write(second[1]);
    rig.turns(1);
    assertEquals(List.of("replaced"), calls);
    assertEquals(1, rig.loop().stats().staleEvents());
    if (rig.mode == Mode.EPOLL_EDGE) {
      rig.turns(3);
      assertEquals(List.of("replaced"), calls);
    }
  }

  private static void replace(
      Rig rig, Pipes pipes, Watch[] watches, int other, int[] ends, List<String> calls) {
    if (calls.contains("replaced")) {
      return; // level-triggered: called again, nobody reads
    }
    watches[other].close();
    pipes.close(ends);
    int[] fresh = pipes.open();
    assertTrue(fresh[0] == ends[0] || fresh[1] == ends[0], "the number is used again");
    try {
      watches[other] =
          rig.loop()
              .watch(fresh[0], Interest.READ, rig.mode.trigger, w -> calls.add("stale event"));
    } catch (java.io.IOException e) {
      throw new IllegalStateException(e);
    }
    calls.add("replaced");
  }

  @Contract
  void anEventForAClosedListenerIsDropped(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    var listener =
        rig.listen(connection -> {
          accepted.add(connection);
          return new Recorder();
        });
    Peer peer = rig.dial(listener);
    listener.close();
    rig.turns(5);
    assertEquals(List.of(), accepted);
    assertFalse(peer.socket.isConnectionPending());
  }

  // The number of a closed socket is soon another's.
  @Contract
  void aClosedConnectionOrListenerTouchesNoDescriptor(Rig rig) throws Exception {
    var handler = new Recorder();
    Listener listener = rig.listen(connection -> handler);
    rig.dial(listener);
    rig.until("open", () -> handler.has("open"));
    Connection c = handler.connection();
    c.close();
    listener.close();
    rig.until("closed", () -> handler.has("close"));
    var another = new Recorder();
    rig.connected(another); // and takes the numbers
    assertThrows(IOException.class, c::local);
    assertThrows(IOException.class, c::remote);
    assertThrows(IOException.class, () -> c.option(StandardSocketOptions.SO_SNDBUF, 4096));
    assertThrows(IOException.class, () -> listener.option(StandardSocketOptions.SO_RCVBUF));
  }
}
