package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;

/** Law 9: writes keep order, and the small writes of one turn leave in one system call. */
class WriteOrderContract {
  /** tcpi_data_segs_in of struct tcp_info, linux/tcp.h. */
  private static final int TCPI_DATA_SEGS_IN = 152;

  private static final int TCP_INFO = 11;

  // Scenario 31
  @Contract
  void tenThousandSmallWritesArriveInOrder(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(ConnectionOptions.builder().sendBufferBytes(4096).build(), handler);
    var expected = new StringBuilder();
    for (int i = 0; i < 10_000; i++) {
      String number = i + ",";
      expected.append(number);
      handler.connection().write(number.getBytes(StandardCharsets.US_ASCII));
      if (i % 97 == 0) {
        rig.turns(1);
      }
    }
    byte[] got = rig.readFrom(peer, expected.length());
    assertEquals(expected.toString(), new String(got, StandardCharsets.US_ASCII));
    assertEquals(0, handler.connection().queuedBytes());
  }

  // Scenario 32
  @Contract
  void aMegabyteIntoASmallBufferArrivesThoughThePeerReadsSlowly(Rig rig) throws Exception {
    intoASmallBuffer(rig, 1_500_000, 64 << 10);
  }

  // Scenario 32
  @Contract
  @Tag("slow")
  void tenMegabytesIntoASmallBufferArriveThoughThePeerReadsSlowly(Rig rig) throws Exception {
    intoASmallBuffer(rig, 10_000_000, 16 << 10);
  }

  private static void intoASmallBuffer(Rig rig, int bytes, int sendBuffer) throws Exception {
    var handler = new Recorder();
    Peer peer =
        rig.connected(ConnectionOptions.builder().sendBufferBytes(sendBuffer).build(), handler);
    byte[] sent = Bytes.random(11, bytes);
    handler.connection().write(sent);
    rig.turns(5);
    assertTrue(handler.connection().queuedBytes() > 0, "the kernel took it all?");
    rig.assertIdle(Duration.ofMillis(30)); // blocked, not busy
    var reading =
        rig.aside(() -> {
          var all = new ByteArrayOutputStream();
          var random = new Random(12);
          while (all.size() < sent.length) {
            all.write(peer.read(Math.min(1 + random.nextInt(60_000), sent.length - all.size())));
          }
          return all.toByteArray();
        });
    assertArrayEquals(sent, rig.await(reading));
    assertEquals(0, handler.connection().queuedBytes());
    // Interest in writability is gone: an empty send buffer would make a level-triggered loop spin.
    rig.assertIdle(Duration.ofMillis(50));
  }

  @Contract
  void aWriteOutsideOfATurnLeavesWithoutAnyOtherEvent(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    rig.turns(3);
    handler.connection().write(new byte[] {'a'});
    rig.turns(1);
    assertEquals('a', Rig.join(rig.aside(() -> peer.read(1)))[0]);
    rig.loop().schedule(Duration.ofMillis(1), () -> handler.connection().write(new byte[] {'b'}));
    assertEquals('b', rig.readFrom(peer, 1)[0]);
    rig.loop().execute(() -> handler.connection().write(new byte[] {'c'}));
    assertEquals('c', rig.readFrom(peer, 1)[0]);
  }

  @Contract
  void theBufferMayBeUsedAgainOnReturn(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    byte[] block = new byte[50_000];
    ByteBuffer buffer = ByteBuffer.wrap(block);
    var expected = new ByteArrayOutputStream();
    for (int i = 0; i < 60; i++) {
      Arrays.fill(block, (byte) i);
      expected.write(block);
      handler.connection().write(buffer.clear());
      assertEquals(0, buffer.remaining());
    }
    assertArrayEquals(expected.toByteArray(), rig.readFrom(peer, expected.size()));
  }

  @Contract
  void aPartOfABufferOrArrayIsWrittenAndNoMore(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    byte[] digits = "0123456789".getBytes(StandardCharsets.US_ASCII);
    handler.connection().write(digits, 2, 3);
    handler.connection().write(ByteBuffer.wrap(digits, 7, 2));
    handler.connection().write(ByteBuffer.wrap(digits).asReadOnlyBuffer().limit(1));
    handler.connection().write(ByteBuffer.allocateDirect(3).put(digits, 4, 3).flip());
    handler.connection().write(new byte[0]);
    byte[] got = rig.readFrom(peer, 9);
    assertEquals("234780456", new String(got, StandardCharsets.US_ASCII));
    assertThrows(IndexOutOfBoundsException.class, () -> handler.connection().write(digits, 8, 3));
  }

  // What was just received and is long is sent from where it lies, if nothing is in its way
  @Contract
  void whatIsPassedOnKeepsItsPlaceAmongWhatIsWritten(Rig rig) throws Exception {
    var written = new ByteArrayOutputStream();
    var random = new Random(14);
    var handler =
        new Recorder() {
          int passed;

          private void write(Connection c, int howMany) {
            byte[] bytes = new byte[howMany];
            random.nextBytes(bytes);
            written.writeBytes(bytes);
            c.write(bytes);
          }

          @Override
          void data(Connection c, ByteBuffer in) {
            int end = in.limit();
            while (in.position() < end) {
              write(c, random.nextInt(3));
              byte[] some = new byte[1 + random.nextInt(end - in.position())];
              in.get(in.position(), some);
              written.writeBytes(some);
              c.write(in.limit(in.position() + some.length));
              in.limit(end);
              passed += some.length;
              write(c, random.nextInt(random.nextBoolean() ? 3 : 30_000));
            }
          }
        };
    var options =
        ConnectionOptions.builder().sendBufferBytes(64 << 10).maxQueuedBytes(64 << 20).build();
    Peer peer = rig.connected(options, handler);
    byte[] sent = Bytes.random(15, 400_000);
    for (int at = 0; at < sent.length; at += 40_000) { // the queue is empty each time
      byte[] some = Arrays.copyOfRange(sent, at, at + 40_000);
      int before = at;
      var reading =
          rig.aside(() -> {
            peer.write(some);
            return peer.read(1);
          });
      rig.until("it is passed on", () -> handler.passed == before + 40_000);
      byte[] first = rig.await(reading);
      byte[] rest = rig.readFrom(peer, written.size() - 1);
      assertEquals(written.toByteArray()[0], first[0]);
      assertArrayEquals(Arrays.copyOfRange(written.toByteArray(), 1, written.size()), rest);
      written.reset();
    }
    peer.write(Arrays.copyOf(sent, 50_000)); // the peer does not read, so a queue stands in the way
    rig.until("more is passed on", () -> handler.passed == sent.length + 50_000);
    rig.await(
        rig.aside(() -> {
          for (int i = 0; i < 8; i++) {
            peer.write(Arrays.copyOf(sent, 100_000));
          }
          return null;
        }));
    rig.until("all is passed on", () -> handler.passed == sent.length + 850_000);
    assertTrue(handler.connection().queuedBytes() > 0, "the kernel took it all?");
    assertArrayEquals(written.toByteArray(), rig.readFrom(peer, written.size()));
  }

  // Two at a time, so that the buffer that a handler sees is the loop's, and goes on to be its own
  @Contract
  void whatIsPassedOnStaysAsTheHandlerHadIt(Rig rig) throws Exception {
    var to = List.of(new Recorder(), new Recorder());
    var peers = List.of(rig.connected(to.get(0)), rig.connected(to.get(1)));
    var seen = new ArrayList<String>();
    var from =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            seen.add(in.order().toString());
            in.order(java.nio.ByteOrder.LITTLE_ENDIAN); // is not the next one's
            in.mark();
            for (Recorder each : to) {
              in.reset();
              each.connection().write(in);
            }
            in.reset();
            take(in);
          }
        };
    Peer peer = rig.connected(from);
    byte[] sent = Bytes.random(16, 40_000);
    var reading = new ArrayList<java.util.concurrent.CompletableFuture<byte[]>>();
    for (Peer each : peers) {
      reading.add(rig.aside(() -> each.read(2 * sent.length)));
    }
    for (int i = 1; i <= 2; i++) {
      int all = i * sent.length;
      peer.write(sent);
      rig.until("it is taken", () -> from.received() == all);
    }
    byte[] twice = Arrays.copyOf(sent, 2 * sent.length);
    System.arraycopy(sent, 0, twice, sent.length, sent.length);
    for (var each : reading) {
      assertArrayEquals(twice, rig.await(each));
    }
    assertEquals(List.of("BIG_ENDIAN"), seen.stream().distinct().toList());
  }

  // Law 12: the one that is written to is bad, and not the one that writes
  @Contract
  void whoPassesOnToOneThatIsGoneIsNotHarmed(Rig rig) throws Exception {
    var gone = new Recorder();
    Peer gonePeer = rig.connected(gone);
    gone.connection().pause();
    rig.turns(2);
    var from =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) throws Exception {
            if (dataCalls == 1) {
              gonePeer.reset();
              in.mark();
              for (int i = 0; i < 3; i++) {
                in.reset();
                gone.connection().write(in);
              }
            }
            in.position(in.limit());
          }
        };
    Peer peer = rig.connected(from);
    peer.write(new byte[40_000]);
    rig.until("the one is closed", () -> gone.has("close"));
    rig.turns(3);
    assertFalse(from.has("close"), "the other is not");
    peer.write(new byte[1]);
  }

  // The loop's one output buffer is shared: runs of several writers, and more than it holds
  @Contract
  void connectionsThatWriteByTurnsDoNotMixTheirBytes(Rig rig) throws Exception {
    rig.open(rig.options().outputBufferBytes(512));
    var handlers = new ArrayList<Recorder>();
    var peers = new ArrayList<Peer>();
    var expected = new ArrayList<ByteArrayOutputStream>();
    for (int i = 0; i < 5; i++) {
      handlers.add(new Recorder());
      peers.add(rig.connected(handlers.get(i)));
      expected.add(new ByteArrayOutputStream());
    }
    var random = new Random(13);
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 100; i++) {
        int which = random.nextInt(5);
        byte[] some = new byte[random.nextInt(round % 4 == 0 ? 700 : 30)];
        random.nextBytes(some);
        expected.get(which).write(some);
        handlers.get(which).connection().write(some);
      }
      rig.turns(1);
    }
    var reads = new ArrayList<java.util.concurrent.CompletableFuture<byte[]>>();
    for (int i = 0; i < 5; i++) {
      Peer peer = peers.get(i);
      int size = expected.get(i).size();
      reads.add(rig.aside(() -> peer.read(size)));
    }
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(expected.get(i).toByteArray(), rig.await(reads.get(i)), "writer " + i);
    }
  }

  @Contract
  void aWriterThatFailsAmongOthersHarmsNobody(Rig rig) throws Exception {
    rig.open(rig.options().outputBufferBytes(512));
    var bad = new Recorder();
    var good = new Recorder();
    Peer badPeer = rig.connected(bad);
    Peer goodPeer = rig.connected(good);
    badPeer.reset();
    for (int i = 0; i < 50; i++) {
      if (bad.connection().isOpen()) {
        bad.connection().write(new byte[100]);
      }
      good.connection().write(new byte[100]);
    }
    rig.until("the bad one is closed", () -> bad.has("close"));
    assertEquals(5000, rig.readFrom(goodPeer, 5000).length);
  }

  // Law 9: counted by the receiving kernel, with TCP_NODELAY: each send would be a segment
  @Contract(families = Family.TCP)
  void aHundredSmallWritesOfOneTurnLeaveInOneSystemCall(Rig rig) throws Exception {
    var handler =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) {
            take(in);
            for (int i = 0; i < 100; i++) {
              c.write(("piece " + i).getBytes(StandardCharsets.US_ASCII));
            }
          }
        };
    var listener = rig.listen(connection -> handler);
    var pipes = new Pipes(rig);
    int fd =
        pipes.owned(Socket.socket(Socket.AF_INET, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC, 0));
    var address = Sockaddr.allocate(Arena.ofAuto());
    address.inet(new byte[] {127, 0, 0, 1}, ((Endpoint.Inet) listener.endpoint()).port(), 0, 0);
    assertEquals(0, Socket.connect(fd, address));
    rig.until("accepted", () -> handler.has("open"));
    pipes.write(fd);
    rig.until("asked", () -> handler.received() == 1);
    rig.turns(3);
    MemorySegment info = Arena.ofAuto().allocate(256, 8);
    assertTrue(Socket.getsockopt(fd, Socket.IPPROTO_TCP, TCP_INFO, info) >= 0);
    assertEquals(1, info.get(ValueLayout.JAVA_INT, TCPI_DATA_SEGS_IN));
  }

  @Contract
  void toWriteToAClosedConnectionIsRefused(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    handler.connection().close();
    var closing =
        assertThrows(IllegalStateException.class, () -> handler.connection().write(new byte[] {1}));
    assertEquals("cannot write: the connection is closing", closing.getMessage());
    rig.until("closed", () -> handler.has("close"));
    var closed =
        assertThrows(IllegalStateException.class, () -> handler.connection().write(new byte[] {1}));
    assertEquals("cannot write: the connection is closed", closed.getMessage());
    assertEquals(0, rig.readAllFrom(peer).length);
  }

  @Contract
  void closeSendsWhatIsQueuedFirst(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    byte[] sent = Bytes.random(14, 5_000_000);
    handler.connection().write(sent);
    handler.connection().close();
    assertArrayEquals(sent, rig.readAllFrom(peer));
    rig.until("closed", () -> handler.has("close"));
    assertEquals(List.of("open", "close"), handler.calls);
  }
}
