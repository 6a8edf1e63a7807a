package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Law 6: a reset is noticed, reported once, and never spins. */
class ResetContract {
  /** One byte that the peer leaves unread: without it an AF_UNIX close is no reset. */
  private static void giveCauseToReset(Rig rig, Recorder handler) {
    if (rig.family == Family.UNIX) {
      handler.connection().write(new byte[] {1});
      rig.turns(3);
    }
  }

  private static void assertClosedOnceByAFailure(Rig rig, Recorder handler) {
    rig.until("closed", () -> handler.has("close"));
    rig.turns(5);
    assertEquals(1, handler.count("close"));
    assertInstanceOf(IOException.class, handler.cause);
    assertFalse(handler.connection().isOpen());
  }

  // Scenario 33
  @Contract
  void aResetWhileReadingIsReportedOnceAsAnException(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    giveCauseToReset(rig, handler);
    peer.reset();
    assertClosedOnceByAFailure(rig, handler);
    String message = Rig.text(handler.cause);
    assertTrue(message.contains("ECONNRESET"), "names the errno: " + message);
    assertFalse(handler.has("end"), "a reset is not an end");
  }

  // CVE-2026-42577: stale connection, or 100 % CPU
  @Contract
  void aResetAfterAHalfCloseIsNoticedAndDoesNotSpin(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    giveCauseToReset(rig, handler);
    peer.shutdownOutput();
    rig.until("the end", () -> handler.has("end"));
    rig.assertIdle(Duration.ofMillis(30));
    peer.reset();
    if (rig.has(Feature.HANGUP_WHILE_NOT_READING)) {
      rig.until("closed", () -> handler.has("close"));
    } else {
      rig.assertIdle(Duration.ofMillis(50));
      writeUntilItFails(rig, handler.connection());
    }
    rig.turns(5);
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(1, handler.count("close"));
    assertEquals(1, handler.count("end"));
  }

  @Contract
  void aResetWhilePausedIsNoticedAndDoesNotSpin(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            take(in);
            c.pause();
          }
        };
    Peer peer = rig.connected(handler);
    giveCauseToReset(rig, handler);
    peer.write("x");
    rig.until("x", () -> handler.received() == 1);
    rig.turns(3);
    peer.reset();
    if (!rig.has(Feature.HANGUP_WHILE_NOT_READING)) {
      rig.assertIdle(Duration.ofMillis(50));
      assertFalse(handler.has("close"));
      handler.connection().resume();
    }
    assertClosedOnceByAFailure(rig, handler);
    rig.assertIdle(Duration.ofMillis(50));
  }

  @Contract
  void aResetWithPauseAndBytesWaitingDoesNotSpin(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void opened(Connection c) {
            c.pause();
          }
        };
    Peer peer = rig.connected(handler);
    giveCauseToReset(rig, handler);
    peer.write("unread");
    rig.turns(3);
    peer.reset();
    rig.assertTurnsAtMost(5, Duration.ofMillis(100));
    if (!handler.has("close")) {
      handler.connection().resume();
    }
    assertClosedOnceByAFailure(rig, handler);
  }

  // Linux hands out what was received before a reset, tcp(7); so must we
  @Contract(families = Family.TCP)
  void bytesThatCameBeforeAResetAreDelivered(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write("last words");
    rig.turns(0);
    peer.reset();
    assertClosedOnceByAFailure(rig, handler);
    assertEquals("last words", handler.text());
  }

  // Scenario 33
  @Contract
  void toWriteToAPeerThatHasClosedFailsAndKillsNobody(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().pause();
    rig.turns(2);
    peer.close();
    writeUntilItFails(rig, handler.connection());
    rig.until("closed", () -> handler.has("close"));
    assertInstanceOf(IOException.class, handler.cause);
    rig.turns(3);
    assertEquals(1, handler.count("close"));
  }

  // Scenario 33
  @Contract
  void aQueueForAPeerThatVanishesIsDroppedWithAnException(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().write(new byte[8_000_000]);
    rig.turns(3);
    assertTrue(handler.connection().queuedBytes() > 0);
    peer.close(); // with bytes unread: a reset
    rig.until("closed", () -> handler.has("close"));
    assertNotNull(handler.cause, "bytes were lost, that is a failure");
    assertEquals(0, handler.connection().queuedBytes());
    assertEquals(1, handler.count("close"));
  }

  @Contract
  void anAbortOnOurSideIsAResetForATcpPeer(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().abort();
    rig.until("closed", () -> handler.has("close"));
    String outcome =
        rig.await(
            rig.aside(() -> {
              try {
                return "end after " + peer.readAll().length;
              } catch (IOException e) {
                return "reset";
              }
            }));
    assertEquals(rig.family == Family.TCP ? "reset" : "end after 0", outcome);
  }

  @Contract
  void aCloseThatThePeerDoesNotTakeEndsAtItsDeadline(Rig rig) throws Exception {
    var handler = new Recorder();
    var how = edgewise.ConnectionOptions.builder().closeTimeout(Duration.ofMillis(100)).build();
    Peer peer = rig.connected(how, handler);
    handler.connection().write(new byte[8_000_000]);
    long start = System.nanoTime();
    handler.connection().close();
    rig.until("closed", () -> handler.has("close"));
    assertTrue(System.nanoTime() - start >= 100_000_000L, "before its deadline");
    assertInstanceOf(java.net.SocketTimeoutException.class, handler.cause);
    peer.close();
  }

  private static void writeUntilItFails(Rig rig, Connection c) {
    for (int i = 0; i < 100 && c.isOpen(); i++) {
      c.write(new byte[] {1});
      rig.loop().turn(Duration.ofMillis(2));
    }
    assertFalse(c.isOpen(), "a hundred writes to nobody, and no failure");
  }
}
