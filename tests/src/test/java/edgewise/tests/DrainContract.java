package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import edgewise.Connection;
import edgewise.Listener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Law 3: reads are drained. Law 5, in part: what is there already needs no new event. */
class DrainContract {
  @Contract
  void everyByteArrivesInOrder(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    byte[] sent = Bytes.random(1, 3_000_000);
    var writing = rig.aside(() -> write(peer, sent));
    rig.until("all has come", () -> handler.received() == sent.length);
    rig.await(writing);
    assertArrayEquals(sent, handler.bytes());
    rig.assertIdle(Duration.ofMillis(50));
  }

  private static boolean write(Peer peer, byte[] bytes) throws Exception {
    peer.write(bytes);
    return true;
  }

  // Scenario 17
  @Contract
  void bytesThatComeAfterTheSocketWasDrainedAreReportedAgain(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    for (int i = 1; i <= 20; i++) {
      int expected = i;
      peer.write("x");
      rig.until("byte " + i, () -> handler.received() == expected);
      rig.turns(2);
    }
    assertEquals(20, handler.received());
  }

  // Scenario 17
  @Contract
  void bytesThatComeDuringTheCallbackAreNotMissed(Rig rig) throws Exception {
    var peers = new ArrayList<Peer>();
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) throws Exception {
            take(in);
            if (received() < 50) {
              peers.getFirst().write("x"); // the socket is readable again before it is drained
            }
          }
        };
    peers.add(rig.connected(handler));
    peers.getFirst().write("x");
    rig.until("all has come", () -> handler.received() == 50);
  }

  // A receive stops short at urgent data, and is no proof that the socket is empty.
  @Contract(families = Family.TCP)
  void bytesBehindUrgentDataAreNotMissed(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    for (int round = 1; round <= 3; round++) {
      int expected = 6 * round;
      peer.write("abc");
      peer.socket.socket().sendUrgentData('!');
      peer.write("def");
      rig.until("what follows the urgent byte", () -> handler.received() == expected);
    }
    assertEquals("abcdef".repeat(3), new String(handler.bytes(), StandardCharsets.US_ASCII));
  }

  @Contract
  void bytesThatCameBeforeTheConnectionWasRegisteredAreDelivered(Rig rig) throws Exception {
    var handler = new Recorder();
    Listener listener = rig.listen(connection -> handler);
    Peer peer = rig.dial(listener);
    peer.write("early");
    peer.shutdownOutput();
    rig.until("the end", () -> handler.has("end"));
    assertEquals("early", handler.text());
    assertEquals(List.of("open", "data", "end"), handler.calls);
  }

  // Scenario 38, first half
  @Contract
  void anIdleConnectionCostsNoTurns(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write("hello");
    rig.until("it has come", () -> handler.received() == 5);
    rig.assertIdle(Duration.ofMillis(100));
  }

  @Contract
  void aMessageIsSeenWholeAtEverySplit(Rig rig) throws Exception {
    String message = "0123456789\n";
    var lines = new ArrayList<String>();
    var handler = new LineReader(lines);
    Peer peer = rig.connected(handler);
    for (int split = 1; split < message.length(); split++) {
      int calls = handler.dataCalls;
      peer.write(message.substring(0, split));
      rig.until("the first part", () -> handler.dataCalls > calls);
      peer.write(message.substring(split));
      int expected = split;
      rig.until("the line", () -> lines.size() == expected);
    }
    assertEquals(List.of(message), lines.stream().distinct().toList());
  }

  @Contract
  void aMessageFedByteByByteIsSeenWhole(Rig rig) throws Exception {
    var lines = new ArrayList<String>();
    var handler = new LineReader(lines);
    Peer peer = rig.connected(handler);
    String line = "x".repeat(3000) + "\n"; // more than the smallest buffer that is borrowed
    for (int i = 0; i < line.length(); i++) {
      peer.write(line.substring(i, i + 1));
      rig.turns(1);
    }
    rig.until("the line", () -> lines.size() == 1);
    assertEquals(List.of(line), lines);
  }

  @Contract
  void linesOfAnyLengthSurviveTheBuffersThatAreBorrowedForThem(Rig rig) throws Exception {
    var lines = new ArrayList<String>();
    var handler = new LineReader(lines);
    Peer peer = rig.connected(handler);
    var sent = new StringBuilder();
    var expected = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      String line = Integer.toString(i).repeat((i * 7919) % 900 + 1) + "\n";
      expected.add(line);
      sent.append(line);
    }
    var writing =
        rig.aside(() -> write(peer, sent.toString().getBytes(StandardCharsets.ISO_8859_1)));
    rig.until("all lines", () -> lines.size() == expected.size());
    rig.await(writing);
    assertEquals(expected, lines);
  }

  // Scenario 18
  @Contract
  void handlersAreNeverCalledInsideOneAnother(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void opened(Connection c) {
            c.pause();
            c.resume();
            c.write(new byte[10]);
          }

          @Override
          void data(Connection c, ByteBuffer in) {
            take(in);
            c.write(new byte[400_000]); // above the high-water mark, then below it
            c.pause();
            c.resume();
            if (received() > 3) {
              c.abort();
              c.close();
            }
          }
        };
    Peer peer = rig.connected(handler);
    var reading = rig.aside(() -> drainQuietly(peer));
    peer.write("a");
    rig.until("the first", () -> handler.received() == 1);
    peer.write("bcd");
    rig.until("closed", () -> handler.has("close"));
    rig.await(reading);
    assertFalse(handler.calls.stream().anyMatch(c -> c.startsWith("NESTED")), "" + handler.calls);
    assertEquals(1, handler.count("close"));
  }

  private static boolean drainQuietly(Peer peer) {
    try {
      peer.readAll();
      return true;
    } catch (java.io.IOException e) {
      return false; // the reset that was asked for
    }
  }

  /** Takes whole lines, and leaves what is not one yet. */
  private static final class LineReader extends Recorder {
    private final List<String> lines;

    LineReader(List<String> lines) {
      this.lines = lines;
    }

    @Override
    void data(Connection c, ByteBuffer in) {
      for (int i = in.position(); i < in.limit(); i++) {
        if (in.get(i) == '\n') {
          byte[] line = new byte[i + 1 - in.position()];
          in.get(line);
          lines.add(new String(line, StandardCharsets.ISO_8859_1));
        }
      }
    }
  }
}
