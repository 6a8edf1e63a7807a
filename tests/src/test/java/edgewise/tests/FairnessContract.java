package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;

/** Law 4: nobody starves; law 5: a budget that ran out goes on without a new event. */
class FairnessContract {
  private static final int HEAVY = 6;

  // gattaca-com/flux 67, twemproxy 416, mio 45: one event at a time, edge-triggered
  @Contract
  void aLightConnectionIsServedBetweenHeavyOnes(Rig rig) throws Exception {
    pingsAmongFloods(rig, 1, 30);
  }

  @Contract
  void aLightConnectionIsServedBetweenHeavyOnesWithManyEventsAtOnce(Rig rig) throws Exception {
    pingsAmongFloods(rig, 1024, 30);
  }

  @Contract
  @Tag("slow")
  void aLightConnectionIsServedBetweenHeavyOnesForLong(Rig rig) throws Exception {
    pingsAmongFloods(rig, 4, 3000);
  }

  private static void pingsAmongFloods(Rig rig, int eventsPerPoll, int pings) throws Exception {
    rig.open(
        rig.options()
            .eventsPerPoll(eventsPerPoll)
            .receiveBufferBytes(4096)
            .readBudget(16 << 10, 4));
    Recorder[] last = new Recorder[1];
    Listener listener =
        rig.listen(connection -> {
          last[0] =
              new Recorder() {
                @Override
                void data(Connection c, ByteBuffer in) {
                  in.position(in.limit());
                }
              };
          return last[0];
        });
    var flooding = new AtomicBoolean(true);
    var floods = new ArrayList<CompletableFuture<Boolean>>();
    for (int i = 0; i < HEAVY; i++) {
      Peer heavy = rig.dial(listener);
      floods.add(rig.aside(() -> flood(heavy, flooding)));
    }
    rig.until("all are accepted", () -> listener.accepted() == HEAVY);
    Peer light = rig.dial(listener);
    rig.until("all are accepted", () -> listener.accepted() == HEAVY + 1);
    Recorder handler = last[0];
    int worst = 0;
    for (int i = 0; i < pings; i++) {
      int before = handler.dataCalls;
      light.write("ping");
      int turns = 0;
      while (handler.dataCalls == before && turns < 1000) {
        rig.loop().turn(Duration.ofMillis(100));
        turns++;
      }
      worst = Math.max(worst, turns);
    }
    flooding.set(false);
    for (var flood : floods) {
      rig.await(flood);
    }
    // With one event per turn each heavy one may be named before it; each takes one turn.
    assertTrue(worst <= 3 * (HEAVY + 2), "served only after " + worst + " turns");
  }

  private static boolean flood(Peer peer, AtomicBoolean on) throws IOException {
    byte[] block = new byte[64 << 10];
    while (on.get()) {
      peer.write(block);
    }
    peer.close();
    return true;
  }

  @Contract
  void aTurnReadsNoMoreThanItsBudget(Rig rig) throws Exception {
    rig.open(rig.options().receiveBufferBytes(1024).readBudget(4096, 100));
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write(new byte[60_000]);
    int before = 0;
    while (handler.received() < 60_000) {
      rig.loop().turn(Duration.ofSeconds(5));
      // A turn of the loop may be two of the connection: by an event, then from the queue.
      assertTrue(handler.received() - before <= 2 * 4096, "more than the budget");
      before = handler.received();
    }
  }

  @Contract
  void aTurnMakesNoMoreCallsThanItsBudget(Rig rig) throws Exception {
    rig.open(rig.options().receiveBufferBytes(256).readBudget(1 << 20, 3));
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write(new byte[20_000]);
    int before = 0;
    while (handler.received() < 20_000) {
      rig.loop().turn(Duration.ofSeconds(5));
      assertTrue(handler.dataCalls - before <= 2 * 3, "more calls than the budget");
      before = handler.dataCalls;
    }
  }

  @Contract
  void withItsBudgetSpentAConnectionGoesOnWithoutANewEventAndWithoutWaiting(Rig rig)
      throws Exception {
    rig.open(rig.options().receiveBufferBytes(256).readBudget(512, 2));
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write(new byte[50_000]);
    peer.shutdownOutput();
    long start = System.nanoTime();
    while (!handler.has("end")) {
      rig.loop().turn(Duration.ofSeconds(5)); // would wait that long if it relied on an event
      assertTrue(System.nanoTime() - start < 4_000_000_000L, "it waited with work to do");
    }
    assertEquals(50_000, handler.received());
  }

  // netty PR 7730
  @Contract
  void withItsWriteBudgetSpentAConnectionGoesOnSending(Rig rig) throws Exception {
    rig.open(rig.options().writeBudgetBytes(1000).outputBufferBytes(512));
    var handler = new Recorder();
    Peer peer = rig.connected(ConnectionOptions.builder().sendBufferBytes(8192).build(), handler);
    byte[] sent = Bytes.random(5, 2_000_000);
    handler.connection().write(sent);
    handler.connection().shutdownOutput();
    assertArrayEquals(sent, rig.readAllFrom(peer));
    assertEquals(0, handler.connection().queuedBytes());
  }

  @Contract
  void aLargeQueueThatItsPeerTakesFastDoesNotKeepOthersWaiting(Rig rig) throws Exception {
    rig.open(rig.options().writeBudgetBytes(16 << 10));
    var big = new Recorder();
    var small = new Recorder();
    Peer bigPeer = rig.connected(big);
    Peer smallPeer = rig.connected(small);
    big.connection().write(new byte[20_000_000]);
    var reading = rig.aside(() -> bigPeer.read(20_000_000).length);
    int worst = 0;
    for (int i = 1; i <= 20; i++) {
      smallPeer.write("x");
      int turns = 0;
      while (small.received() < i && turns < 1000) {
        rig.loop().turn(Duration.ofMillis(100));
        turns++;
      }
      worst = Math.max(worst, turns);
    }
    rig.await(reading);
    assertTrue(worst <= 10, "served only after " + worst + " turns");
  }

  // Scenario 25
  @Contract(alsoByDefault = true)
  void aBurstOfConnectsDoesNotKeepAConnectionWaiting(Rig rig) throws Exception {
    rig.open(rig.options().acceptBudget(1));
    var handler = new Recorder();
    var accepted = new ArrayList<Connection>();
    Listener listener =
        rig.listen(connection -> {
          accepted.add(connection);
          return accepted.size() == 1 ? handler : new Recorder();
        });
    Peer first = rig.dial(listener);
    rig.until("the first is accepted", () -> handler.has("open"));
    for (int i = 0; i < 50; i++) {
      rig.dial(listener);
    }
    first.write("ping");
    rig.until("the ping", () -> handler.received() == 4);
    assertTrue(accepted.size() < 20, accepted.size() + " were accepted first");
    rig.until("all are accepted", () -> accepted.size() == 51);
  }

  @Contract(families = Family.TCP)
  void tasksThatHandOverThemselvesDoNotKeepConnectionsAndTimersWaiting(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    var on = new AtomicBoolean(true);
    var fired = new ArrayList<String>();
    rig.loop()
        .execute(
            new Runnable() {
              @Override
              public void run() {
                if (on.get()) {
                  rig.loop().execute(this);
                }
              }
            });
    rig.loop().schedule(Duration.ofMillis(5), () -> fired.add("timer"));
    peer.write("x");
    rig.until("both", () -> handler.received() == 1 && fired.size() == 1);
    on.set(false);
    rig.turns(2);
    assertEquals(List.of("timer"), fired);
  }
}
