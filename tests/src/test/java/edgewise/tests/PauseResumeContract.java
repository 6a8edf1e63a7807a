package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.spi.Backend.Feature;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Law 5: no edge is lost by pausing; and a paused connection costs nothing. */
class PauseResumeContract {
  /** Pauses after each call, having taken all. */
  private static class PausesAlways extends Recorder {
    @Override
    void data(Connection c, ByteBuffer in) {
      take(in);
      c.pause();
    }
  }

  // Scenario 37; netty PR 4919, PR 5061
  @Contract
  void pausedInTheCallbackThereIsNoFurtherCallUntilResumed(Rig rig) throws Exception {
    var handler = new PausesAlways();
    Peer peer = rig.connected(handler);
    peer.write("one");
    rig.until("one", () -> handler.received() == 3);
    peer.write("two");
    rig.turns(20);
    assertEquals("one", handler.text());
    assertTrue(handler.connection().isPaused());
    handler.connection().resume();
    rig.until("two", () -> handler.received() == 6); // though nothing new has come
    assertEquals("onetwo", handler.text());
  }

  // Scenario 37; netty issue 6303
  @Contract
  void bytesAndEndThatCameWhilePausedAreDeliveredAfterResume(Rig rig) throws Exception {
    var handler = new PausesAlways();
    Peer peer = rig.connected(handler);
    peer.write("one");
    rig.until("one", () -> handler.received() == 3);
    peer.write("two");
    peer.shutdownOutput();
    rig.turns(20);
    assertFalse(handler.has("end"));
    handler.connection().resume();
    rig.until("two", () -> handler.received() == 6);
    rig.turns(20);
    assertFalse(handler.has("end"), "the end was told although reading is paused");
    handler.connection().resume();
    rig.until("the end", () -> handler.has("end"));
    assertEquals(1, handler.count("end"));
  }

  // Scenario 38
  @Contract
  void pausedFromTheStartWaitingDataMakesNoBusyLoop(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void opened(Connection c) {
            c.pause();
          }
        };
    Peer peer = rig.connected(handler);
    peer.write("data");
    rig.assertIdle(Duration.ofMillis(100));
    assertEquals(0, handler.received());
    handler.connection().resume();
    rig.until("data", () -> handler.received() == 4);
  }

  // Scenario 38
  @Contract
  void pausedByATimerWaitingDataMakesNoBusyLoop(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write("one");
    rig.until("one", () -> handler.received() == 3);
    rig.loop().schedule(Duration.ofMillis(1), () -> handler.connection().pause());
    rig.until("paused", () -> handler.connection().isPaused());
    rig.turns(3);
    peer.write("two");
    rig.assertIdle(Duration.ofMillis(100));
    assertEquals("one", handler.text());
    handler.connection().resume();
    rig.until("two", () -> handler.received() == 6);
  }

  @Contract
  void pauseAndResumeInOneCallbackGoesOnWithoutANewEvent(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            take(in);
            c.pause();
            c.resume();
          }
        };
    Peer peer = rig.connected(handler);
    byte[] sent = Bytes.random(3, 500_000);
    var writing = rig.aside(() -> write(peer, sent));
    rig.until("all", () -> handler.received() == sent.length);
    rig.await(writing);
    assertArrayEquals(sent, handler.bytes());
  }

  @Contract
  void pauseAndResumeInOneCallbackThatLeavesBytesDoesNotSpin(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            c.pause();
            c.resume();
            if (in.remaining() == 6) {
              take(in);
            }
          }
        };
    Peer peer = rig.connected(handler);
    peer.write("ab");
    rig.until("the first two", () -> handler.dataCalls > 0);
    rig.assertIdle(Duration.ofMillis(50));
    peer.write("cd");
    int calls = handler.dataCalls;
    rig.until("the next two", () -> handler.dataCalls > calls);
    rig.assertIdle(Duration.ofMillis(50));
    peer.write("ef");
    rig.until("all", () -> handler.received() == 6);
  }

  @Contract
  void whatTheHandlerLeftComesFirstWhenItResumes(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            byte[] one = new byte[1];
            in.get(one);
            take(ByteBuffer.wrap(one));
            c.pause();
          }
        };
    Peer peer = rig.connected(handler);
    peer.write("abc");
    rig.until("a", () -> handler.received() == 1);
    peer.write("def");
    rig.turns(5);
    for (int i = 2; i <= 6; i++) {
      int expected = i;
      handler.connection().resume();
      rig.until("byte " + i, () -> handler.received() == expected);
      rig.turns(3);
      assertEquals(expected, handler.received());
    }
    assertEquals("abcdef", handler.text());
  }

  @Contract
  void aThousandRandomPausesLoseNothing(Rig rig) throws Exception {
    var random = new Random(42);
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            take(in);
            if (random.nextInt(3) == 0) {
              c.pause();
              c.loop()
                  .schedule(
                      Duration.ofNanos(random.nextInt(200_000)),
                      () -> {
                        if (c.isOpen()) {
                          c.resume();
                        }
                      });
            }
          }
        };
    Peer peer = rig.connected(handler);
    byte[] sent = Bytes.random(4, 4_000_000);
    var writing =
        rig.aside(() -> {
          for (int at = 0; at < sent.length; ) {
            int count = Math.min(1 + at % 7001, sent.length - at);
            peer.write(java.util.Arrays.copyOfRange(sent, at, at + count));
            at += count;
          }
          peer.shutdownOutput();
          return true;
        });
    rig.until("the end", () -> handler.has("end"));
    rig.await(writing);
    assertArrayEquals(sent, handler.bytes());
  }

  @Contract
  void thePeerOfAPausedConnectionHasToWait(Rig rig) throws Exception {
    var handler = new PausesAlways();
    Peer peer = rig.connected(handler);
    peer.write("x");
    rig.until("x", () -> handler.received() == 1);
    peer.socket.configureBlocking(false);
    ByteBuffer flood = ByteBuffer.allocate(64 << 10);
    long sent = 0;
    int refused = 0;
    while (refused < 20) {
      int count = peer.socket.write(flood.clear());
      sent += count;
      refused = count == 0 ? refused + 1 : 0;
      rig.turns(1);
      assertTrue(sent < 64 << 20, "the kernel's buffers are not that large: it still reads");
    }
    assertEquals(1, handler.received());
    peer.socket.configureBlocking(true);
    handler.connection().resume();
    rig.until("more", () -> handler.received() > 1);
  }

  // Scenario 36
  @Contract
  void thePeersHangupIsToldOnceWhilePaused(Rig rig) throws Exception {
    var handler = new PausesAlways();
    Peer peer = rig.connected(handler);
    peer.write("x");
    rig.until("x", () -> handler.received() == 1);
    peer.close();
    if (rig.has(Feature.HANGUP_WHILE_NOT_READING)) {
      rig.until("the hang-up", () -> handler.has("hangup"));
    }
    rig.assertIdle(Duration.ofMillis(100));
    assertEquals(rig.has(Feature.HANGUP_WHILE_NOT_READING) ? 1 : 0, handler.count("hangup"));
    handler.connection().resume();
    rig.until("the end", () -> handler.has("end") || handler.has("close"));
    rig.assertIdle(Duration.ofMillis(50));
    assertTrue(handler.count("hangup") <= 1);
  }

  // Scenario 36
  @Contract
  void aHangupWithBytesWaitingWhilePausedLosesNoByte(Rig rig) throws Exception {
    var handler = new PausesAlways();
    Peer peer = rig.connected(handler);
    peer.write("x");
    rig.until("x", () -> handler.received() == 1);
    peer.write("last words");
    peer.close();
    rig.assertTurnsAtMost(4, Duration.ofMillis(50));
    handler.connection().resume();
    rig.until("the last words", () -> handler.received() == 11);
    handler.connection().resume();
    rig.until("the end", () -> handler.has("end"));
    assertEquals("xlast words", handler.text());
    assertEquals(List.of("end"), handler.calls.stream().filter("end"::equals).toList());
  }

  private static boolean write(Peer peer, byte[] bytes) throws Exception {
    peer.write(bytes);
    return true;
  }
}
