package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.Interest;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.PeerCredentials;
import edgewise.SocketType;
import edgewise.Trigger;
import edgewise.linux.Unistd;
import edgewise.spi.Backend.Feature;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Who is at the other end of an AF_UNIX socket; SO_PEERCRED and its kin, unix(7). */
class PeerContract {
  private static boolean lacks(Rig rig) throws Exception {
    if (rig.has(Feature.PEER_CREDENTIALS)) {
      return false;
    }
    ListenOptions how = ListenOptions.DEFAULT.withPeerFilter(peer -> true);
    var refusal =
        assertThrows(
            UnsupportedOperationException.class, () -> rig.listen(how, c -> new Recorder()));
    assertTrue(Rig.text(refusal).contains("peerFilter"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains("epoll"), Rig.text(refusal));
    var handler = new Recorder();
    rig.connected(handler);
    assertThrows(UnsupportedOperationException.class, () -> handler.connection().peerCredentials());
    assertThrows(UnsupportedOperationException.class, () -> handler.connection().peerProcess());
    return true;
  }

  private static PeerCredentials ourselves() {
    return new PeerCredentials(Unistd.getpid(), Unistd.geteuid(), Unistd.getegid());
  }

  @Contract(families = Family.UNIX)
  void bothEndsLearnWhoTheOtherIs(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var accepted = new Recorder();
    Listener listener = rig.listen(connection -> accepted);
    var connected = new Recorder();
    rig.loop().connect(listener.endpoint(), connected);
    rig.until("open", () -> accepted.has("open") && connected.has("open"));
    assertEquals(ourselves(), accepted.connection().peerCredentials());
    assertEquals(ourselves(), connected.connection().peerCredentials());
  }

  @Contract(families = Family.TCP)
  void aTcpPeerCannotBeKnown(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var handler = new Recorder();
    rig.connected(handler);
    var refusal = assertThrows(SocketException.class, () -> handler.connection().peerCredentials());
    assertTrue(Rig.text(refusal).contains("SO_PEERCRED"), Rig.text(refusal));
    assertThrows(SocketException.class, () -> handler.connection().peerProcess());
    ListenOptions filter = ListenOptions.DEFAULT.withPeerFilter(peer -> true);
    assertThrows(IllegalArgumentException.class, () -> rig.listen(filter, c -> new Recorder()));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            rig.listen(
                ConnectionOptions.builder().passCredentials(true).build(), c -> new Recorder()));
  }

  @Contract(families = Family.UNIX)
  void whoIsNotWelcomeFindsTheConnectionClosed(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var welcome = new AtomicBoolean();
    var asked = new ArrayList<PeerCredentials>();
    var handlers = new ArrayList<Recorder>();
    ListenOptions how =
        ListenOptions.DEFAULT
            .withMaxConnections(2)
            .withPeerFilter(peer -> {
              asked.add(peer);
              if (asked.size() == 3) {
                throw new IllegalStateException("a filter that fails lets nobody in");
              }
              return welcome.get();
            });
    Listener listener =
        rig.listen(
            how,
            connection -> {
              var handler = new Recorder();
              handlers.add(handler);
              return handler;
            });
    for (int i = 0; i < 4; i++) {
      Peer turnedAway = rig.dial(listener);
      assertArrayEquals(new byte[0], rig.readAllFrom(turnedAway));
    }
    assertEquals(List.of(), handlers);
    assertEquals(0, listener.accepted());
    assertEquals(0, rig.loop().connections());
    welcome.set(true);
    Peer let = rig.dial(listener);
    let.write("x");
    rig.until("let in", () -> handlers.size() == 1 && handlers.getFirst().received() == 1);
    assertEquals(5, asked.size());
    assertEquals(ourselves(), asked.getLast());
  }

  @Contract(families = Family.UNIX)
  void eachMessageCanTellWhoSentIt(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      ConnectionOptions how = ConnectionOptions.builder().type(type).passCredentials(true).build();
      var seen = new ArrayList<@Nullable PeerCredentials>();
      Listener listener =
          rig.listen(
              how,
              connection ->
                  (c, in) -> {
                    seen.add(c.senderCredentials());
                    in.position(in.limit());
                  });
      var near = new Recorder();
      Connection c =
          rig.loop()
              .connect(listener.endpoint(), how.toBuilder().passCredentials(false).build(), near);
      rig.until("open", () -> near.has("open"));
      c.write(new byte[3]); // perhaps before it is accepted
      rig.until("the first", () -> seen.size() == 1);
      c.write(new byte[3]);
      rig.until("the second", () -> seen.size() == 2);
      assertEquals(List.of(ourselves(), ourselves()), seen);
      c.close();
      listener.close();
    }
  }

  @Contract(families = Family.UNIX)
  void credentialsAndDescriptorsComeTogether(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    for (SocketType type : SocketType.values()) {
      ConnectionOptions how =
          ConnectionOptions.builder().type(type).passCredentials(true).maxDescriptors(2).build();
      List<Descriptor> pair = rig.loop().socketPair(type);
      var seen = new ArrayList<@Nullable Object>();
      var near = new Recorder();
      Connection c = rig.loop().adopt(pair.get(0), how, near);
      rig.loop()
          .adopt(
              pair.get(1),
              how,
              new Recorder() {
                @Override
                void data(Connection far, ByteBuffer in) {
                  take(in);
                  seen.add(far.senderCredentials());
                  for (int i = 0; i < 3; i++) {
                    Descriptor next = far.takeDescriptor();
                    seen.add(next == null ? null : "descriptor");
                    if (next != null) {
                      next.close();
                    }
                  }
                }
              });
      rig.until("open", () -> near.has("open"));
      c.write(ByteBuffer.allocate(1), rig.loop().socketPair(type));
      rig.until("the byte", () -> seen.size() == 4);
      assertEquals(ourselves(), seen.getFirst());
      assertEquals("descriptor", seen.get(2));
      assertNull(seen.get(3));
    }
  }

  @Contract(families = Family.UNIX)
  void whoDidNotAskIsNotTold(Rig rig) throws Exception {
    var handler = new Recorder();
    Peer peer = rig.connected(handler);
    peer.write("x");
    rig.until("the byte", () -> handler.received() == 1);
    assertNull(handler.connection().senderCredentials());
    assertNull(handler.connection().takeDescriptor());
  }

  // SO_PEERPIDFD: a number could by then be another process, a pidfd cannot
  @Contract(families = Family.UNIX)
  void theDeathOfThePeersProcessIsNoticed(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var handler = new Recorder();
    Listener listener = rig.listen(connection -> handler);
    Path path = ((Endpoint.Unix) listener.endpoint()).path();
    Process child =
        new ProcessBuilder(
                "python3",
                "-c",
                """
                import socket, sys, time
                s = socket.socket(socket.AF_UNIX)
                s.connect(sys.argv[1])
                time.sleep(60)
                """,
                path.toString())
            .inheritIO()
            .start();
    try {
      rig.until("accepted", () -> handler.has("open"));
      assertEquals(child.pid(), handler.connection().peerCredentials().pid());
      var died = new AtomicBoolean();
      try (Descriptor process = handler.connection().peerProcess()) {
        var watch =
            rig.loop().watch(process.fd(), Interest.READ, Trigger.LEVEL, w -> died.set(true));
        rig.turns(5);
        assertFalse(died.get());
        child.destroyForcibly();
        rig.until("its death", died::get);
        watch.close();
      }
      rig.until("the end", () -> handler.has("end"));
    } finally {
      child.destroyForcibly();
      child.waitFor();
      child.getOutputStream().close();
    }
  }
}
