package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.EventLoop;
import edgewise.Listener;
import edgewise.Reactor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The end of a loop: gracefully, at a deadline, at once, from any thread. */
class StopContract {
  // Scenario 42
  @Contract
  void aGracefulStopTellsHandlersAndEndsWhenTheLastConnectionHasClosed(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void stopped(Connection c) {} // has work to finish first
        };
    Listener listener = rig.listen(connection -> handler);
    Peer peer = rig.dial(listener);
    rig.until("open", () -> handler.has("open"));
    EventLoop loop = rig.loop();
    loop.stop(Duration.ofSeconds(30));
    rig.turns(5);
    assertTrue(handler.has("stop"));
    assertThrows(IOException.class, () -> rig.dial(listener), "the listener is closed at once");
    assertFalse(loop.isClosed());
    peer.write("last");
    rig.until("it still works", () -> handler.received() == 4);
    handler.connection().close();
    loop.run();
    assertTrue(loop.isClosed());
    assertEquals(List.of("open", "stop", "data", "close"), handler.calls);
  }

  @Contract
  void byDefaultAStopSendsWhatIsQueuedAndCloses(Rig rig) throws Exception {
    byte[] answer = Bytes.random(20, 2_000_000);
    var listener =
        rig.listen(connection ->
            (c, in) -> {
              in.position(in.limit());
              c.write(answer);
              c.loop().stop(Duration.ofSeconds(20));
            });
    Peer peer = rig.dial(listener);
    peer.write("?");
    var reading = rig.aside(peer::readAll);
    rig.loop().run();
    org.junit.jupiter.api.Assertions.assertArrayEquals(answer, Rig.join(reading));
  }

  @Contract
  void atItsDeadlineAStopClosesWhoIsStillOpen(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void stopped(Connection c) {}
        };
    rig.connected(handler);
    long start = System.nanoTime();
    rig.loop().stop(Duration.ofMillis(100));
    rig.loop().run();
    long took = System.nanoTime() - start;
    assertTrue(took >= 100_000_000, "after " + took);
    assertTrue(took < 3_000_000_000L, "after " + took);
    assertEquals(List.of("open", "stop", "close"), handler.calls);
  }

  @Contract
  void aSecondStopMayShortenTheDeadline(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void stopped(Connection c) {}
        };
    rig.connected(handler);
    rig.loop().stop(Duration.ofHours(1));
    rig.turns(3);
    rig.loop().stop(Duration.ofMillis(20));
    rig.loop().run();
    assertEquals(1, handler.count("stop"));
    assertEquals(1, handler.count("close"));
  }

  // Scenario 42
  @Contract(families = Family.TCP)
  void aStopBeforeRunEndsItAtOnce(Rig rig) {
    rig.loop().stop(Duration.ofHours(1));
    rig.loop().run();
    assertTrue(rig.loop().isClosed());
    assertThrows(IllegalStateException.class, () -> rig.loop().turn(Duration.ZERO));
  }

  // Scenario 42
  @Contract
  void aCloseInsideACallbackEndsTheLoopAndEveryConnectionOnce(Rig rig) throws Exception {
    var handlers = new ArrayList<Recorder>();
    var peers = new ArrayList<Peer>();
    var closedInTheCall = new ArrayList<Boolean>();
    for (int i = 0; i < 4; i++) {
      handlers.add(
          new Recorder() {
            @Override
            void data(Connection c, ByteBuffer in) {
              take(in);
              c.loop().close();
              closedInTheCall.add(c.loop().isClosed());
            }
          });
      peers.add(rig.connected(handlers.getLast()));
    }
    for (Peer each : peers) {
      each.write("x");
    }
    rig.loop().run();
    for (Recorder each : handlers) {
      assertEquals(1, each.count("close"), each.calls.toString());
    }
    assertEquals(0, rig.loop().connections());
    assertEquals(Set.of(false), Set.copyOf(closedInTheCall));
  }

  // Scenario 9
  @Contract
  void aCloseFromAnotherThreadEndsAWaitingLoopPromptly(Rig rig) throws Exception {
    for (int i = 0; i < 10; i++) {
      var opened = new CompletableFuture<EventLoop>();
      var ended =
          rig.aside(() -> {
            EventLoop loop = EventLoop.open(rig.options().build());
            Listener listener = loop.listen(rig.free(), connection -> new Recorder());
            opened.complete(loop);
            loop.run();
            return listener;
          });
      opened.get(5, TimeUnit.SECONDS).close();
      ended.get(5, TimeUnit.SECONDS);
      assertTrue(opened.resultNow().isClosed());
    }
  }

  // Scenario 41
  @Contract
  void aCloseFromAnotherThreadWhileTrafficFlowsLetsThePeersSeeTheEnd(Rig rig) throws Exception {
    Reactor reactor = rig.reactor(2);
    var listening = reactor.listen(rig.free(), connection -> (c, in) -> c.write(in));
    var peers = new ArrayList<CompletableFuture<Boolean>>();
    var talking = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      Peer peer = rig.dial(listening.endpoint());
      peers.add(
          rig.aside(() -> {
            try {
              for (int round = 0; ; round++) {
                peer.write(new byte[100]);
                peer.read(100);
                if (round == 10) {
                  talking.countDown();
                }
              }
            } catch (IOException e) {
              return true; // end or reset
            }
          }));
    }
    assertTrue(talking.await(5, TimeUnit.SECONDS));
    reactor.loops().forEach(EventLoop::close);
    for (var peer : peers) {
      assertTrue(peer.get(5, TimeUnit.SECONDS));
    }
    reactor.awaitStop();
    listening.close(); // harmless: it is closed
  }

  @Contract
  void aReactorClosesWithinItsTimeoutAlthoughAPeerHoldsOn(Rig rig) throws Exception {
    Reactor reactor = rig.reactor(2, rig.options().stopTimeout(Duration.ofMillis(200)));
    var open = new AtomicInteger();
    var listening =
        reactor.listen(
            rig.free(),
            connection ->
                new Recorder() {
                  @Override
                  void opened(Connection c) {
                    open.incrementAndGet();
                  }

                  @Override
                  void stopped(Connection c) {}
                });
    rig.dial(listening.endpoint());
    rig.dial(listening.endpoint());
    assertTrue(Rig.eventually(() -> open.get() == 2));
    long start = System.nanoTime();
    reactor.close();
    long took = System.nanoTime() - start;
    assertTrue(took >= 200_000_000 && took < 3_000_000_000L, "after " + took);
    reactor.close();
    reactor.awaitStop();
  }

  // A connection accepted on one loop and on its way to another that ends
  @Contract
  void connectionsOnTheirWayToALoopThatEndsAreClosed(Rig rig) throws Exception {
    for (int round = 0; round < 10; round++) {
      Reactor reactor = rig.reactor(3);
      var listening = reactor.listen(rig.free(), connection -> new Recorder());
      var peers = new ArrayList<Peer>();
      for (int i = 0; i < 30; i++) {
        peers.add(Peer.dial(Rig.address(listening.endpoint())));
      }
      reactor.loops().forEach(EventLoop::close);
      reactor.awaitStop();
      for (Peer peer : peers) {
        peer.close();
      }
      for (EventLoop loop : reactor.loops()) {
        assertEquals(0, loop.connections(), "still counted");
      }
    }
  }

  @Contract
  void connectionsThatArriveWhileTheLoopStopsAreToldToStop(Rig rig) throws Exception {
    for (int round = 0; round < 5; round++) {
      Reactor reactor = rig.reactor(3, rig.options().stopTimeout(Duration.ofSeconds(20)));
      var listening = reactor.listen(rig.free(), connection -> new Recorder());
      var peers = new ArrayList<Peer>();
      for (int i = 0; i < 30; i++) {
        peers.add(Peer.dial(Rig.address(listening.endpoint())));
      }
      long start = System.nanoTime();
      reactor.close();
      assertTrue(System.nanoTime() - start < 5_000_000_000L, "waited for one that was not told");
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  @Contract
  void aConnectWhileTheLoopStopsIsToldToStop(Rig rig) throws Exception {
    var server = rig.foreignServer();
    var stays =
        new Recorder() {
          @Override
          void stopped(Connection c) {}
        };
    rig.connected(stays);
    rig.loop().stop(Duration.ofSeconds(30));
    rig.turns(3);
    var late = new Recorder();
    rig.loop().connect(Rig.endpoint(server.getLocalAddress()), late);
    rig.until("it is told, and closes", () -> late.has("close"));
    assertEquals(List.of("open", "stop", "close"), late.calls);
    stays.connection().close();
    rig.loop().run();
    assertTrue(rig.loop().isClosed());
  }

  @Contract
  void whatIsClosingAlreadyIsNotToldToStop(Rig rig) throws Exception {
    var handler = new Recorder();
    rig.connected(handler);
    handler.connection().closeLingering(Duration.ofSeconds(20));
    rig.turns(3);
    rig.loop().stop(Duration.ofMillis(100));
    rig.until("the end", () -> handler.has("close"));
    assertEquals(List.of("open", "close"), handler.calls);
  }

  @Contract(families = Family.TCP)
  void aTurnInsideATurnIsRefused(Rig rig) {
    var refusals = new ArrayList<Throwable>();
    EventLoop loop = rig.loop();
    loop.execute(() -> {
      for (Runnable nested : List.<Runnable>of(() -> loop.turn(Duration.ZERO), loop::run)) {
        refusals.add(assertThrows(IllegalStateException.class, nested::run));
      }
    });
    rig.turns(1);
    assertEquals(2, refusals.size());
  }

  @Contract
  void aConnectThatIsUnderWayEndsWithTheLoop(Rig rig) throws Exception {
    var server = rig.foreignServer();
    var handler = new Recorder();
    rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
    rig.loop().close();
    assertEquals(List.of("close"), handler.calls);
    assertThrows(
        IllegalStateException.class,
        () -> rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler));
    assertThrows(IllegalStateException.class, () -> rig.listen(connection -> handler));
  }
}
