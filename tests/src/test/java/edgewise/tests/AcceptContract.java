package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.Trigger;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Accepting: bursts, pauses, failures. Law 4, 5 and 12 for listeners. */
class AcceptContract {
  // Scenario 25
  @Contract(alsoByDefault = true)
  void aBurstIsAcceptedToTheLastOne(Rig rig) throws Exception {
    rig.open(rig.options().acceptBudget(3));
    var accepted = new ArrayList<Connection>();
    Listener listener = rig.listen(connection -> counted(accepted, connection));
    for (int i = 0; i < 100; i++) {
      rig.dial(listener);
    }
    long start = System.nanoTime();
    while (accepted.size() < 100) {
      rig.loop().turn(Duration.ofSeconds(5));
      assertTrue(System.nanoTime() - start < 4_000_000_000L, "it waited with connects to accept");
    }
    assertEquals(100, listener.accepted());
    assertEquals(100, rig.loop().connections());
    rig.assertIdle(Duration.ofMillis(30));
  }

  private static Recorder counted(List<Connection> all, Connection connection) {
    all.add(connection);
    return new Recorder();
  }

  // Scenario 26
  @Contract(alsoByDefault = true)
  void aPausedListenerAcceptsNobodyAndIsIdleThenGoesOn(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    Listener listener = rig.listen(connection -> counted(accepted, connection));
    rig.dial(listener);
    rig.until("the first", () -> accepted.size() == 1);
    listener.pause();
    rig.turns(2);
    rig.dial(listener);
    rig.dial(listener);
    rig.assertIdle(Duration.ofMillis(50));
    assertEquals(1, accepted.size());
    listener.resume();
    rig.until("the others", () -> accepted.size() == 3);
    rig.dial(listener);
    rig.until("and a new one", () -> accepted.size() == 4);
  }

  // Scenario 25
  @Contract(alsoByDefault = true)
  void aListenerClosedWithConnectsPendingLeavesTheLoopWell(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    Listener listener = rig.listen(connection -> counted(accepted, connection));
    Peer peer = rig.dial(listener);
    rig.dial(listener);
    listener.close();
    listener.close();
    rig.turns(5);
    assertEquals(0, accepted.size());
    String outcome =
        rig.await(
            rig.aside(() -> {
              try {
                return "end after " + peer.readAll().length;
              } catch (IOException e) {
                return "reset";
              }
            }));
    assertTrue(outcome.equals("reset") || outcome.equals("end after 0"), outcome);
    assertThrows(IOException.class, () -> rig.dial(listener.endpoint()));
  }

  @Contract(alsoByDefault = true)
  void aListenerClosedByItsAcceptorAcceptsNoMore(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    var listeners = new ArrayList<Listener>();
    Listener listener =
        rig.listen(connection -> {
          listeners.getFirst().close();
          return counted(accepted, connection);
        });
    listeners.add(listener);
    rig.dial(listener);
    rig.dial(listener);
    rig.until("the first", () -> accepted.size() == 1);
    rig.turns(5);
    assertEquals(1, accepted.size());
    assertTrue(accepted.getFirst().isOpen(), "an accepted connection lives on");
  }

  // Scenario 27
  @Contract(alsoByDefault = true)
  void connectionsResetBeforeTheyAreAcceptedStopNobody(Rig rig) throws Exception {
    var handlers = new ArrayList<Recorder>();
    Listener listener =
        rig.listen(connection -> {
          var handler = new Recorder();
          handlers.add(handler);
          return handler;
        });
    for (int i = 0; i < 10; i++) {
      rig.dial(listener).reset();
    }
    Peer last = rig.dial(listener);
    last.write("x");
    rig.until("the last", () -> handlers.stream().mapToInt(Recorder::received).sum() == 1);
    rig.until(
        "the others are over",
        () ->
            handlers.stream().filter(h -> h.has("close") || h.has("end")).count()
                == handlers.size() - 1);
    for (Recorder each : handlers) {
      assertTrue(each.count("close") <= 1);
    }
  }

  // Law 12
  @Contract(alsoByDefault = true)
  void anExceptionInTheAcceptorClosesThatConnectionAlone(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    Listener listener =
        rig.listen(connection -> {
          if (accepted.isEmpty()) {
            accepted.add(connection);
            throw new IllegalStateException("on purpose");
          }
          return counted(accepted, connection);
        });
    Peer bad = rig.dial(listener);
    rig.until("the first", () -> accepted.size() == 1);
    assertEquals(0, rig.readAllFrom(bad).length);
    rig.dial(listener);
    rig.until("the second", () -> accepted.size() == 2);
    assertFalse(accepted.get(0).isOpen());
    assertTrue(accepted.get(1).isOpen());
    assertEquals(1, rig.loop().connections());
  }

  // Law 14
  @Contract(alsoByDefault = true)
  void atMaxConnectionsAcceptingPausesUntilOneCloses(Rig rig) throws Exception {
    var accepted = new ArrayList<Connection>();
    Listener listener =
        rig.listen(
            ListenOptions.DEFAULT.withMaxConnections(2),
            connection -> counted(accepted, connection));
    for (int i = 0; i < 6; i++) {
      rig.dial(listener);
    }
    rig.until("two", () -> accepted.size() == 2);
    rig.assertIdle(Duration.ofMillis(50));
    for (int i = 0; i < 4; i++) {
      assertEquals(2 + i, accepted.size());
      accepted.get(i).close();
      int expected = 3 + i;
      rig.until("the next", () -> accepted.size() == expected);
      rig.turns(5);
    }
    assertEquals(6, accepted.size());
    accepted.forEach(Connection::abort);
    rig.turns(3);
    rig.dial(listener);
    rig.until("one more", () -> accepted.size() == 7);
  }

  // Scenario 46
  @Contract(alsoByDefault = true)
  void aTakenAddressIsRefusedAtOnceWithItsName(Rig rig) throws Exception {
    Listener listener = rig.listen(connection -> new Recorder());
    int before = Descriptors.count();
    var refusal =
        assertThrows(
            BindException.class,
            () -> rig.loop().listen(listener.endpoint(), connection -> new Recorder()));
    assertTrue(
        Rig.text(refusal).contains(listener.endpoint().toString().replace("unix:", "")),
        "names the address: " + Rig.text(refusal));
    assertTrue(
        Rig.text(refusal).contains("EADDRINUSE") || rig.family == Family.UNIX,
        "names the errno: " + Rig.text(refusal));
    assertEquals(before, Descriptors.count());
    rig.dial(listener); // the first is as well as before
  }

  // Scenario 46
  @Contract(alsoByDefault = true, families = Family.TCP)
  void anAddressOfAnotherMachineIsRefused(Rig rig) {
    rig.loop();
    int before = Descriptors.count();
    var refusal =
        assertThrows(
            BindException.class,
            () -> rig.loop().listen(Endpoint.tcp("192.0.2.1", 0), connection -> new Recorder()));
    assertTrue(Rig.text(refusal).contains("192.0.2.1"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("EADDRNOTAVAIL"), Rig.text(refusal));
    assertEquals(before, Descriptors.count());
  }

  // Scenario 44
  @Contract(alsoByDefault = true, families = Family.TCP)
  void twoLoopsShareAPortOnlyWithReusePort(Rig rig) throws Exception {
    var spread = ListenOptions.DEFAULT.withSpread(ListenOptions.Spread.REUSE_PORT);
    if (!rig.has(Feature.REUSE_PORT)) {
      var reactor = rig.reactor(2);
      var refusal =
          assertThrows(
              UnsupportedOperationException.class,
              () -> reactor.listen(Endpoint.loopback(0), spread, connection -> new Recorder()));
      assertTrue(Rig.text(refusal).contains("SO_REUSEPORT"), Rig.text(refusal));
      return;
    }
    Listener first = rig.listen(spread, connection -> new Recorder());
    try (EventLoop other = EventLoop.open(rig.options().build())) {
      Listener second = other.listen(first.endpoint(), spread, connection -> new Recorder());
      assertEquals(first.endpoint(), second.endpoint());
      assertThrows(
          BindException.class, () -> other.listen(first.endpoint(), connection -> new Recorder()));
    }
  }

  // Law 15
  @Contract(alsoByDefault = true)
  void aTriggerThatTheBackendLacksIsRefusedWhenListening(Rig rig) throws Exception {
    var edge = ConnectionOptions.builder().trigger(Trigger.EDGE).build();
    if (rig.has(Feature.TRIGGERS)) {
      var handler = new Recorder();
      Peer peer = rig.connected(edge, handler);
      peer.write("x");
      rig.until("x", () -> handler.received() == 1);
      return;
    }
    rig.loop();
    int before = Descriptors.count();
    var refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> rig.listen(edge, connection -> new Recorder()));
    assertTrue(Rig.text(refusal).contains("EDGE"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("epoll"), Rig.text(refusal));
    assertThrows(
        UnsupportedOperationException.class,
        () -> rig.loop().connect(Endpoint.loopback(1), edge, new Recorder()));
    assertThrows(
        UnsupportedOperationException.class,
        () -> rig.listen(ListenOptions.DEFAULT.withTrigger(Trigger.ONESHOT), c -> new Recorder()));
    assertEquals(before, Descriptors.count());
  }

  // RFC 793 and tcp(7): an option of the listener's is the option of what it accepts
  @Contract(alsoByDefault = true)
  void aListenerCanListenAgainOnThePortOfAClosedOne(Rig rig) throws Exception {
    var handler = new Recorder();
    Listener first = rig.listen(connection -> handler);
    Endpoint address = first.endpoint();
    Peer peer = rig.dial(first);
    rig.until("accepted", () -> handler.has("open"));
    first.close();
    var accepted = new ArrayList<Connection>();
    Listener second = rig.loop().listen(address, connection -> counted(accepted, connection));
    assertEquals(address, second.endpoint());
    rig.dial(second);
    rig.until("accepted", () -> accepted.size() == 1);
    peer.write("x");
    rig.until("the first lives on", () -> handler.received() == 1);
  }
}
