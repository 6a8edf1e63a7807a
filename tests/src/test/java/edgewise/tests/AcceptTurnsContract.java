package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.Reactor;
import edgewise.spi.Backend.Feature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** How many turns accepting takes: few for many, one for one, and never more than the budget. */
class AcceptTurnsContract {
  private static final int BURST = 500;

  private static Recorder counted(List<Connection> all, Connection connection) {
    all.add(connection);
    return new Recorder();
  }

  private static void dial(Rig rig, Listener listener, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      rig.dial(listener);
    }
  }

  /** Turns until so many are accepted; returns how many turns that took. */
  private static int turnsUntil(Rig rig, List<Connection> accepted, int count) {
    int turns = 0;
    while (accepted.size() < count) {
      rig.loop().turn(Duration.ofSeconds(5));
      assertTrue(++turns <= 2 * count, turns + " turns, and " + accepted.size() + " accepted");
    }
    return turns;
  }

  @Contract(alsoByDefault = true)
  void aBurstIsAcceptedWholeAndInFarFewerTurns(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    Listener listener = rig.listen(connection -> counted(accepted, connection));
    for (int round = 1; round <= 3; round++) {
      dial(rig, listener, BURST);
      int turns = turnsUntil(rig, accepted, round * BURST);
      assertTrue(turns <= BURST / 10, turns + " turns");
      rig.assertIdle(Duration.ofMillis(10));
      for (int i = 1; i <= 20; i++) { // and then one at a time, each in a turn
        rig.dial(listener);
        rig.loop().turn(Duration.ofSeconds(5));
        assertEquals(round * BURST + i, accepted.size());
      }
      accepted.subList(round * BURST, accepted.size()).clear();
    }
    assertEquals(3 * (BURST + 20), listener.accepted());
  }

  @Contract(alsoByDefault = true)
  void noTurnAcceptsMoreThanTheBudget(Rig rig) throws Exception {
    for (int budget : new int[] {1, 3}) {
      try (EventLoop loop = EventLoop.open(rig.options().acceptBudget(budget).build())) {
        var accepted = new ArrayList<Connection>();
        Listener listener = loop.listen(rig.free(), connection -> counted(accepted, connection));
        dial(rig, listener, 100);
        int turns = 0;
        while (accepted.size() < 100) {
          int before = accepted.size();
          loop.turn(Duration.ofSeconds(5));
          int now = accepted.size() - before;
          // An edge-triggered listener has a turn for the event and one that it was left.
          assertTrue(now <= 2 * budget, now + " in a turn");
          turns++;
        }
        assertTrue(turns <= 100 / budget + 20, turns + " turns");
      }
    }
  }

  // After a burst a turn accepts many: nothing of that may go past a pause or a limit
  @Contract(alsoByDefault = true)
  void aPauseOrALimitInTheMiddleOfATurnEndsIt(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    var listeners = new ArrayList<Listener>();
    int[] pauseAfter = {Integer.MAX_VALUE};
    var how = ListenOptions.DEFAULT.withMaxConnections(350);
    Listener listener =
        rig.listen(
            how,
            connection -> {
              Recorder handler = counted(accepted, connection);
              if (accepted.size() == pauseAfter[0]) {
                listeners.getFirst().pause();
              }
              return handler;
            });
    listeners.add(listener);
    dial(rig, listener, 450);
    pauseAfter[0] = 300;
    turnsUntil(rig, accepted, 300);
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(300, accepted.size());
    listener.resume();
    turnsUntil(rig, accepted, 350);
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(350, accepted.size());
    for (int i = 0; i < 99; i++) {
      accepted.get(i).close();
    }
    rig.until("as many as have left", () -> accepted.size() == 449);
    rig.assertIdle(Duration.ofMillis(30));
    accepted.get(99).close();
    rig.until("the last", () -> accepted.size() == 450);
    dial(rig, listener, 1);
    rig.assertIdle(Duration.ofMillis(10));
    accepted.forEach(Connection::abort);
    rig.until("one more", () -> accepted.size() == 451);
  }

  @Contract(alsoByDefault = true)
  void twoLoopsHaveHalfOfTheConnectionsEach(Rig rig) throws Exception {
    var reactor = rig.reactor(2);
    Map<EventLoop, AtomicInteger> counts = counts(rig, reactor, ListenOptions.DEFAULT, 200);
    assertEquals(List.of(100, 100), counts.values().stream().map(AtomicInteger::get).toList());
  }

  @Contract(alsoByDefault = true, families = Family.TCP)
  void withReusePortTheKernelSpreadsOverBoth(Rig rig) throws Exception {
    if (!rig.has(Feature.REUSE_PORT)) {
      return;
    }
    var how = ListenOptions.DEFAULT.withSpread(ListenOptions.Spread.REUSE_PORT);
    var counts = counts(rig, rig.reactor(2), how, 200);
    assertEquals(2, counts.size());
    counts.values().forEach(each -> assertTrue(each.get() >= 50, counts.values().toString()));
  }

  /** How many connections of a burst each loop has, once all are open. */
  private static Map<EventLoop, AtomicInteger> counts(
      Rig rig, Reactor reactor, ListenOptions how, int connections) throws Exception {
    var counts = new ConcurrentHashMap<EventLoop, AtomicInteger>();
    var all = new CompletableFuture<Boolean>();
    var open = new AtomicInteger();
    var listening =
        reactor.listen(
            rig.free(),
            how,
            connection -> {
              counts.computeIfAbsent(connection.loop(), _ -> new AtomicInteger()).incrementAndGet();
              if (open.incrementAndGet() == connections) {
                all.complete(true);
              }
              return new Recorder();
            });
    for (int i = 0; i < connections; i++) {
      rig.dial(listening.endpoint());
    }
    assertTrue(all.get(10, TimeUnit.SECONDS));
    return new HashMap<>(counts);
  }
}
