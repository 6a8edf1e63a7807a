package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.Listener;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Outgoing connects: one outcome, always later, and a deadline. */
class ConnectContract {
  // Scenario 30
  @Contract
  void aConnectThatSucceedsGivesOneOpenAndNotInsideTheCall(Rig rig) throws Exception {
    var handler = new Recorder();
    ServerSocketChannel server = rig.foreignServer();
    Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
    assertEquals(List.of(), handler.calls);
    assertFalse(c.isOpen());
    rig.until("open", () -> handler.has("open"));
    assertTrue(c.isOpen());
    Peer peer = rig.accept(server);
    peer.write("hello");
    rig.until("hello", () -> handler.received() == 5);
    c.write("back".getBytes(StandardCharsets.US_ASCII));
    assertEquals("back", new String(rig.readFrom(peer, 4), StandardCharsets.US_ASCII));
    assertEquals(Rig.endpoint(server.getLocalAddress()), c.remote());
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(1, handler.count("open"));
  }

  @Contract
  void bytesSentByThePeerAtOnceAreDelivered(Rig rig) throws Exception {
    ServerSocketChannel server = rig.foreignServer();
    var greeting =
        rig.aside(() -> {
          try (Peer peer = new Peer(server.accept())) {
            peer.write("220 welcome");
          }
          return true;
        });
    var handler = new Recorder();
    Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
    Rig.join(rig.aside(() -> true));
    rig.until("the end", () -> handler.has("end"));
    rig.await(greeting);
    assertEquals("220 welcome", handler.text());
    c.close();
  }

  @Contract
  void twoConnectionsOfOneLoopTalkToEachOther(Rig rig) throws Exception {
    Listener listener = rig.listen(connection -> (c, in) -> c.write(in));
    var handler =
        new Recorder() {
          @Override
          void opened(Connection c) {
            c.write(new byte[200_000]);
          }
        };
    Connection c = rig.loop().connect(listener.endpoint(), handler);
    rig.until("the echo", () -> handler.received() == 200_000);
    c.close();
    rig.until("both closed", () -> rig.loop().connections() == 0);
  }

  // Scenario 28
  @Contract
  void aRefusedConnectGivesOneFailureWithTheAddressAndTheErrno(Rig rig) throws Exception {
    ServerSocketChannel server = rig.foreignServer();
    Endpoint nobody = Rig.endpoint(server.getLocalAddress());
    server.close(); // a socket file stays behind, dead
    var handler = new Recorder();
    Connection c = rig.loop().connect(nobody, handler);
    assertEquals(List.of(), handler.calls);
    rig.until("closed", () -> handler.has("close"));
    rig.turns(5);
    assertEquals(List.of("close"), handler.calls);
    assertInstanceOf(ConnectException.class, handler.cause);
    String message = Rig.text(handler.cause);
    assertTrue(message.contains("ECONNREFUSED"), message);
    assertTrue(message.contains(nobody.toString()), message);
    assertFalse(c.isOpen());
    assertEquals(0, rig.loop().connections());
  }

  /** A server whose queue is full: nobody else gets through until it accepts. */
  private static ServerSocketChannel busyServer(Rig rig, List<SocketChannel> waiting)
      throws IOException {
    ServerSocketChannel server = rig.foreignServer(1);
    for (int i = 0; i < 8; i++) {
      SocketChannel each =
          rig.closing(
              rig.family == Family.TCP
                  ? SocketChannel.open()
                  : SocketChannel.open(java.net.StandardProtocolFamily.UNIX));
      each.configureBlocking(false);
      try {
        each.connect(server.getLocalAddress());
        waiting.add(each);
      } catch (IOException e) {
        break; // EAGAIN: an AF_UNIX queue is full
      }
    }
    return server;
  }

  // Scenario 29
  @Contract
  void aConnectThatNobodyAnswersEndsAtItsDeadline(Rig rig) throws Exception {
    ServerSocketChannel server = busyServer(rig, new ArrayList<>());
    var handler = new Recorder();
    var how = ConnectionOptions.builder().connectTimeout(Duration.ofMillis(150)).build();
    long start = System.nanoTime();
    Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), how, handler);
    rig.until("closed", () -> handler.has("close"));
    long took = System.nanoTime() - start;
    assertTrue(took >= 150_000_000, "after " + took);
    assertTrue(took < 2_000_000_000, "after " + took);
    assertInstanceOf(SocketTimeoutException.class, handler.cause);
    rig.turns(5);
    assertEquals(List.of("close"), handler.calls);
    assertFalse(c.isOpen());
  }

  // connect(2): EAGAIN for a full AF_UNIX queue; a full TCP queue drops the SYN
  @Contract(families = Family.UNIX)
  void aConnectToAFullQueueSucceedsWhenThereIsRoom(Rig rig) throws Exception {
    ServerSocketChannel server = busyServer(rig, new ArrayList<>());
    var handler = new Recorder();
    Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
    rig.turns(5);
    rig.assertTurnsAtMost(60, Duration.ofMillis(50));
    assertFalse(handler.has("open"));
    rig.accept(server);
    rig.accept(server);
    rig.until("open", () -> handler.has("open"));
    assertTrue(c.isOpen());
  }

  // Scenario 29
  @Contract
  void aConnectIsCancelledByClose(Rig rig) throws Exception {
    ServerSocketChannel server = busyServer(rig, new ArrayList<>());
    rig.loop();
    int before = Descriptors.count();
    for (int how = 0; how < 3; how++) {
      var handler = new Recorder();
      Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
      rig.turns(2);
      switch (how) {
        case 0 -> c.close();
        case 1 -> c.abort();
        default -> c.closeLingering(Duration.ofSeconds(5));
      }
      rig.turns(5);
      assertEquals(List.of("close"), handler.calls);
      assertNull(handler.cause);
      assertEquals(before, Descriptors.count());
    }
  }

  // Scenario 29
  @Contract
  void aConnectIsCancelledBeforeItsFirstTurn(Rig rig) throws Exception {
    ServerSocketChannel server = rig.foreignServer();
    var handler = new Recorder();
    Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
    c.close();
    rig.turns(5);
    assertEquals(List.of("close"), handler.calls);
  }

  @Contract
  void beforeItIsOpenNothingCanBeWrittenAndAPauseHolds(Rig rig) throws Exception {
    ServerSocketChannel server = rig.foreignServer();
    var handler = new Recorder();
    Connection c = rig.loop().connect(Rig.endpoint(server.getLocalAddress()), handler);
    assertThrows(IllegalStateException.class, () -> c.write(new byte[] {1}));
    assertThrows(IllegalStateException.class, c::shutdownOutput);
    c.pause();
    rig.until("open", () -> handler.has("open"));
    Peer peer = rig.accept(server);
    peer.write("x");
    rig.turns(5);
    assertEquals(0, handler.received());
    c.resume();
    rig.until("x", () -> handler.received() == 1);
  }

  @Contract
  void aConnectFromInsideAHandlerWorks(Rig rig) throws Exception {
    var back = new Recorder();
    Listener target = rig.listen(connection -> back);
    var proxy =
        new Recorder() {
          @Override
          void data(Connection c, ByteBuffer in) throws Exception {
            take(in);
            c.loop()
                .connect(
                    target.endpoint(),
                    new Recorder() {
                      @Override
                      void opened(Connection out) {
                        out.write(bytesOf("forwarded"));
                      }
                    });
          }
        };
    Peer peer = rig.connected(proxy);
    peer.write("x");
    rig.until("forwarded", () -> back.received() == 9);
  }

  private static byte[] bytesOf(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Contract(families = Family.TCP)
  void ipv6Works(Rig rig) throws Exception {
    var handler = new Recorder();
    Listener listener = rig.loop().listen(Endpoint.parse("[::1]:0"), connection -> handler);
    var out = new Recorder();
    Connection c = rig.loop().connect(listener.endpoint(), out);
    rig.until("open", () -> out.has("open") && handler.has("open"));
    assertEquals(listener.endpoint(), c.remote());
    assertEquals(c.local(), handler.connection().remote());
  }
}
