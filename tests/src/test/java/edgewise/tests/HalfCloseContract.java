package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Law 6: data before the end; after a half-close the other direction still works. */
class HalfCloseContract {
  // Scenario 34; netty 4317, 3709, 6303
  @Contract
  void allBytesBeforeAFinAreDeliveredThenOneEnd(Rig rig) throws Exception {
    rig.open(rig.options().receiveBufferBytes(1000).readBudget(3000, 3));
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    byte[] sent = Bytes.random(6, 120_000);
    var writing =
        rig.aside(() -> {
          peer.write(sent);
          peer.shutdownOutput();
          return true;
        });
    rig.until("the end", () -> handler.has("end"));
    rig.await(writing);
    assertArrayEquals(sent, handler.bytes());
    rig.assertIdle(Duration.ofMillis(50));
    assertEquals(List.of("open", "data", "end"), handler.calls);
  }

  // Scenario 34; netty 4317: bytes and FIN are there before the loop looks
  @Contract
  void bytesAndFinInOneEventGiveBytesThenEnd(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    for (int i = 0; i < 10; i++) {
      peer.write("0123456789");
    }
    peer.close();
    rig.until("the end", () -> handler.has("end"));
    assertEquals(100, handler.received());
  }

  // A client that upgrades, sends its first frame at once and has no more to say.
  @Contract
  void whatAReplacedHandlerLeavesComesBeforeTheEnd(Rig rig) throws Exception {
    var next = new Recorder();
    var first =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            in.position(in.position() + "upgrade".length());
            c.handler(next);
          }
        };
    Peer peer = rig.connected(first);
    peer.write("upgradeframe");
    peer.shutdownOutput();
    rig.until("the end", () -> next.has("end"));
    assertEquals("frame", new String(next.bytes(), StandardCharsets.US_ASCII));
    assertEquals(List.of("data", "end"), next.calls);
  }

  // Scenario 34; netty PR 4082, PR 7801: no endless loop on a half-closed connection
  @Contract
  void afterThePeersEndWeStillWriteAndTheLoopIsIdle(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.shutdownOutput();
    rig.until("the end", () -> handler.has("end"));
    rig.assertIdle(Duration.ofMillis(100));
    byte[] sent = Bytes.random(7, 1_000_000);
    handler.connection().write(sent);
    assertArrayEquals(sent, rig.readFrom(peer, sent.length));
    rig.assertIdle(Duration.ofMillis(50));
    handler.connection().shutdownOutput();
    rig.until("closed", () -> handler.has("close"));
    assertEquals(0, rig.readAllFrom(peer).length);
    assertEquals(
        List.of("open", "end", "close"),
        handler.calls.stream().distinct().filter(call -> !call.equals("writable")).toList());
    assertNull(handler.cause);
  }

  @Contract
  void unlessAHandlerSaysOtherwiseThePeersEndClosesAfterWhatIsQueued(Rig rig) throws Exception {
    byte[] answer = Bytes.random(8, 700_000);
    var listener =
        rig.listen(connection ->
            (c, in) -> {
              in.position(in.limit());
              c.write(answer);
            });
    Peer peer = rig.dial(listener);
    peer.write("?");
    peer.shutdownOutput();
    assertArrayEquals(answer, rig.readAllFrom(peer));
    rig.until("closed", () -> rig.loop().connections() == 0);
  }

  // Scenario 35
  @Contract
  void ourOwnEndComesAfterWhatWasWrittenAndWeStillReceive(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    byte[] sent = Bytes.random(9, 3_000_000);
    handler.connection().write(sent);
    handler.connection().shutdownOutput();
    assertArrayEquals(sent, rig.readAllFrom(peer));
    peer.write("still here");
    rig.until("the bytes", () -> handler.received() == 10);
    rig.assertIdle(Duration.ofMillis(50));
    peer.close();
    rig.until("closed", () -> handler.has("close"));
    assertNull(handler.cause);
  }

  // Scenario 35
  @Contract
  void toShutDownTwiceAndThenCloseIsHarmless(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    Connection c = handler.connection();
    c.write("bye".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    c.shutdownOutput();
    c.shutdownOutput();
    assertEquals(3, rig.readAllFrom(peer).length);
    c.shutdownOutput();
    c.close();
    c.close();
    rig.until("closed", () -> handler.has("close"));
    c.close();
    c.abort();
    c.shutdownOutput();
    rig.turns(3);
    assertEquals(1, handler.count("close"));
  }

  // Scenario 35
  @Contract
  void bothEndsShutDownAtOnceAndEachSeesOneEnd(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().shutdownOutput();
    peer.shutdownOutput();
    rig.until("closed", () -> handler.has("close"));
    assertEquals(0, rig.readAllFrom(peer).length);
    assertEquals(List.of("open", "end", "close"), handler.calls);
    assertNull(handler.cause);
  }

  @Contract
  void toWriteAfterOurOwnEndIsRefused(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().shutdownOutput();
    var refusal =
        assertThrows(IllegalStateException.class, () -> handler.connection().write(new byte[] {1}));
    assertEquals("cannot write: the connection is shut for output", Rig.text(refusal));
    assertEquals(0, rig.readAllFrom(peer).length);
  }

  @Contract
  void anAnswerWrittenInOnEndArrivesBeforeTheClose(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void ended(Connection c) {
            c.write(bytes());
            c.close();
          }
        };
    Peer peer = rig.connected(handler);
    peer.write("echo at the end");
    peer.shutdownOutput();
    assertEquals(
        "echo at the end",
        new String(rig.readAllFrom(peer), java.nio.charset.StandardCharsets.US_ASCII));
    rig.until("closed", () -> handler.has("close"));
  }

  @Contract
  void aConnectionThatShutsDownInOnOpenStillReceives(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void opened(Connection c) {
            c.write(new byte[] {'!'});
            c.shutdownOutput();
          }
        };
    Peer peer = rig.connected(handler);
    assertEquals(1, rig.readAllFrom(peer).length);
    peer.write("data");
    peer.close();
    rig.until("closed", () -> handler.has("close"));
    assertEquals("data", handler.text());
  }

  @Contract
  void anEndThatCutsAMessageShortIsStillAnEnd(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {} // waits for more
        };
    Peer peer = rig.connected(handler);
    peer.write("half a mess");
    rig.until("the bytes", () -> handler.dataCalls > 0);
    peer.shutdownOutput();
    rig.until("the end", () -> handler.has("end"));
    assertEquals(1, handler.count("end"));
    assertFalse(handler.has("close"));
  }

  // RFC 9112 section 9.6: why a server must linger
  @Contract
  void aLingeringCloseLetsThePeerReadTheAnswerAlthoughItIsStillSending(Rig rig) throws Exception {
    byte[] answer = Bytes.random(10, 100_000);
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            take(in);
            c.write(answer);
            c.closeLingering(Duration.ofSeconds(5));
          }
        };
    Peer peer = rig.connected(handler);
    var talking =
        rig.aside(() -> {
          for (int i = 0; i < 50; i++) {
            peer.write(new byte[10_000]);
          }
          peer.shutdownOutput();
          return peer.readAll();
        });
    assertArrayEquals(answer, rig.await(talking));
    rig.until("closed", () -> handler.has("close"));
    assertNull(handler.cause);
    assertEquals(1, handler.dataCalls);
    assertFalse(handler.has("end"));
  }

  @Contract
  void aLingeringCloseEndsAtItsDeadline(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write("x");
    rig.until("x", () -> handler.received() == 1);
    long start = System.nanoTime();
    handler.connection().closeLingering(Duration.ofMillis(100));
    rig.until("closed", () -> handler.has("close"));
    long took = System.nanoTime() - start;
    assertTrue(took >= 100_000_000, "after " + took + " ns");
    assertEquals(0, rig.readAllFrom(peer).length);
  }

  @Contract
  void aLingeringCloseEndsAtItsDeadlineAlsoIfTheFinHasLeftBefore(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().shutdownOutput();
    assertEquals(0, rig.readAllFrom(peer).length);
    long start = System.nanoTime();
    handler.connection().closeLingering(Duration.ofMillis(100));
    rig.until("closed", () -> handler.has("close"));
    long took = System.nanoTime() - start;
    assertTrue(took >= 100_000_000, "after " + took + " ns");
    assertNull(handler.cause);
  }
}
