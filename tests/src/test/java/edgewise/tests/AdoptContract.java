package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.SocketType;
import edgewise.linux.File;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import edgewise.spi.Backend;
import edgewise.spi.Backend.Feature;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Sockets that were made elsewhere: listening ones and connected ones. */
class AdoptContract {
  private static boolean lacks(Rig rig) {
    if (rig.has(Feature.DESCRIPTORS)) {
      return false;
    }
    Backend epoll = Mode.EPOLL_EDGE.backend();
    try (Descriptor one = epoll.own(Socket.socket(Socket.AF_UNIX, Socket.SOCK_STREAM, 0))) {
      assertThrows(
          UnsupportedOperationException.class,
          () -> rig.loop().adopt(one, ConnectionOptions.DEFAULT, new Recorder()));
      assertThrows(
          UnsupportedOperationException.class,
          () -> rig.loop().listen(one, ListenOptions.DEFAULT, c -> new Recorder()));
      assertThrows(UnsupportedOperationException.class, () -> rig.loop().backend().own(0));
      assertThrows(UnsupportedOperationException.class, () -> rig.loop().backend().duplicate(one));
      assertTrue(one.isOwned());
    }
    return true;
  }

  @Contract
  void anAdoptedListenerAcceptsAsItsFormerOwnerDid(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    Listener first = rig.listen(connection -> (c, in) -> c.write(in));
    Endpoint where = first.endpoint();
    Descriptor copy = first.duplicate();
    assertEquals(File.FD_CLOEXEC, File.fcntl(copy.fd(), File.F_GETFD));
    first.removeSocketFile(false);
    first.close();
    Peer early = rig.dial(where); // nobody accepts, and it waits in the queue of the socket
    early.write("early");
    Listener second =
        rig.loop().listen(copy, ListenOptions.DEFAULT, connection -> (c, in) -> c.write(in));
    assertFalse(copy.isOwned());
    assertEquals(where, second.endpoint());
    assertArrayEquals(bytes("early"), rig.readFrom(early, 5));
    Peer late = rig.dial(where);
    late.write("late");
    assertArrayEquals(bytes("late"), rig.readFrom(late, 4));
    second.close();
    if (where instanceof Endpoint.Unix(Path path)) {
      assertTrue(Files.exists(path), "a file that it has not made stays");
      Files.delete(path);
    }
  }

  @Contract(families = Family.UNIX)
  void anAdoptedListenerRemovesTheFileIfItIsToldTo(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    Listener first = rig.listen(connection -> new Recorder());
    Path path = ((Endpoint.Unix) first.endpoint()).path();
    Listener second =
        rig.loop().listen(first.duplicate(), ListenOptions.DEFAULT, c -> new Recorder());
    second.removeSocketFile(true);
    first.removeSocketFile(false);
    first.close();
    assertTrue(Files.exists(path));
    second.close();
    assertFalse(Files.exists(path));
    Listener third = rig.loop().listen(Endpoint.unix(path), connection -> new Recorder());
    Files.delete(path);
    assertThrows(
        java.nio.file.NoSuchFileException.class,
        () -> {
          third.removeSocketFile(false);
          third.removeSocketFile(true);
        });
  }

  @Contract(families = Family.UNIX)
  void whatIsNotSuchASocketIsRefusedAndStaysTheCallers(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    Backend backend = rig.loop().backend();
    Listener listener = rig.listen(connection -> new Recorder());
    List<Descriptor> pair = rig.loop().socketPair(SocketType.SEQPACKET);
    Descriptor pipe = backend.own(new Pipes(rig).open()[0]);
    int unconnected = Socket.socket(Socket.AF_UNIX, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC, 0);
    int udp = Socket.socket(Socket.AF_INET, Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC, 0);
    refusesToConnect(rig, pipe, "not a socket");
    refusesToConnect(rig, listener.duplicate(), "listens");
    refusesToConnect(rig, pair.get(0), "type");
    refusesToConnect(rig, backend.own(unconnected), "not connected");
    refusesToConnect(rig, backend.own(udp), "type");
    refusesToListen(rig, pair.get(1), "type");
    refusesToListen(rig, backend.own(File.open("/dev/null", File.O_RDONLY, 0)), "not a socket");
    List<Descriptor> stream = rig.loop().socketPair(SocketType.STREAM);
    refusesToListen(rig, stream.get(0), "does not listen");
    stream.get(1).close();
    pipe.take(); // closed by its owner
  }

  private static void refusesToConnect(Rig rig, Descriptor socket, String why) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> rig.loop().adopt(socket, ConnectionOptions.DEFAULT, new Recorder()));
    assertTrue(Rig.text(refusal).contains(why), Rig.text(refusal));
    assertTrue(socket.isOwned());
    if (!why.equals("not a socket")) {
      socket.close();
    }
  }

  private static void refusesToListen(Rig rig, Descriptor socket, String why) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> rig.loop().listen(socket, ListenOptions.DEFAULT, c -> new Recorder()));
    assertTrue(Rig.text(refusal).contains(why), Rig.text(refusal));
    assertTrue(socket.isOwned());
    socket.close();
  }

  @Contract(families = Family.UNIX)
  void aPairOfStreamsTalksAndEnds(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    List<Descriptor> pair = rig.loop().socketPair(SocketType.STREAM);
    var near = new Recorder();
    var far = new Recorder();
    Connection c = rig.loop().adopt(pair.get(0), ConnectionOptions.DEFAULT, near);
    assertFalse(near.has("open"), "never inside the call");
    rig.loop().adopt(pair.get(1), ConnectionOptions.DEFAULT, far);
    rig.until("open", () -> near.has("open") && far.has("open"));
    c.write(new byte[100_000]);
    c.shutdownOutput();
    rig.until("all of it", () -> far.has("end"));
    assertEquals(100_000, far.received());
    far.connection().write(new byte[5]);
    far.connection().close();
    rig.until("closed", () -> rig.loop().connections() == 0);
    assertEquals(5, near.received());
    pair.forEach(each -> assertFalse(each.isOwned()));
  }

  @Contract
  void aSocketThatWasPassedGoesOnWithItsNewOwner(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    Listener echo = rig.listen(connection -> (c, in) -> c.write(in));
    var adopted = new Recorder();
    ConnectionOptions how = ConnectionOptions.builder().maxDescriptors(1).build();
    List<Descriptor> pair = rig.loop().socketPair(SocketType.STREAM);
    Connection near = rig.loop().adopt(pair.get(0), how, new Recorder());
    rig.loop()
        .adopt(
            pair.get(1),
            how,
            (c, in) -> {
              in.position(in.limit());
              Descriptor passed = Objects.requireNonNull(c.takeDescriptor());
              rig.loop().adopt(passed, ConnectionOptions.DEFAULT, adopted);
            });
    rig.until("open", near::isOpen);
    near.write(ByteBuffer.allocate(1), List.of(connectedElsewhere(rig, echo.endpoint())));
    rig.until("adopted", () -> adopted.has("open"));
    adopted.connection().write(bytes("hello"));
    rig.until("the echo", () -> adopted.text().equals("hello"));
    assertEquals(echo.endpoint(), adopted.connection().remote());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A blocking socket that no loop knows. */
  private static Descriptor connectedElsewhere(Rig rig, Endpoint to) {
    var address = Sockaddr.allocate(Arena.ofAuto());
    int domain =
        switch (to) {
          case Endpoint.Inet inet -> {
            address.inet(inet.address().getAddress(), inet.port(), 0, 0);
            yield Socket.AF_INET;
          }
          default -> {
            address.unix(to.toString().substring(5).getBytes(StandardCharsets.UTF_8));
            yield Socket.AF_UNIX;
          }
        };
    int fd = Socket.socket(domain, Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC, 0);
    assertEquals(0, Socket.connect(fd, address));
    return rig.loop().backend().own(fd);
  }
}
