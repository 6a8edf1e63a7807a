package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Names and files of AF_UNIX sockets; unix(7). */
class UnixContract {
  private static void echoes(Rig rig, Endpoint endpoint) throws Exception {
    Listener listener = rig.loop().listen(endpoint, connection -> (c, in) -> c.write(in));
    assertEquals(endpoint, listener.endpoint());
    var out = new Recorder();
    Connection c = rig.loop().connect(endpoint, out);
    rig.until("open", () -> out.has("open"));
    assertEquals(endpoint, c.remote());
    assertInstanceOf(Endpoint.Unnamed.class, c.local());
    c.write(new byte[] {1, 2, 3});
    rig.until("the echo", () -> out.received() == 3);
    c.close();
    listener.close();
    rig.until("closed", () -> rig.loop().connections() == 0);
  }

  // Scenario 47
  @Contract(families = Family.UNIX)
  void aPathOf108BytesWorksAndOneOf109IsRefused(Rig rig) throws Exception {
    String top = rig.directory().toString();
    Path longest = Path.of(top, "x".repeat(107 - top.length()));
    assertEquals(108, longest.toString().length());
    if (rig.mode == Mode.SELECT) { // the JDK keeps two bytes for itself: refused, not cut
      var refusal =
          assertThrows(
              BindException.class,
              () -> rig.loop().listen(Endpoint.unix(longest), connection -> new Recorder()));
      assertTrue(Rig.text(refusal).contains("ENAMETOOLONG"), Rig.text(refusal));
      echoes(rig, Endpoint.unix(Path.of(top, "x".repeat(105 - top.length()))));
    } else {
      echoes(rig, Endpoint.unix(longest));
      echoes(rig, Endpoint.unix(Path.of(top, "x".repeat(106 - top.length()))));
      aLeftoverOfThatLengthIsReplaced(rig, longest);
    }
    Path tooLong = Path.of(longest + "y");
    var refusal = assertThrows(IllegalArgumentException.class, () -> Endpoint.unix(tooLong));
    assertTrue(Rig.text(refusal).contains("108"));
    assertFalse(Files.exists(longest), "the file is removed on close");
  }

  private static void aLeftoverOfThatLengthIsReplaced(Rig rig, Path path) throws Exception {
    Listener left = rig.loop().listen(Endpoint.unix(path), connection -> new Recorder());
    left.removeSocketFile(false);
    left.close();
    assertTrue(Files.exists(path));
    echoes(rig, Endpoint.unix(path));
  }

  @Contract(families = Family.UNIX)
  void aRelativePathIsRelativeToWhereTheProcessRuns(Rig rig) throws Exception {
    Path relative = Path.of("").toAbsolutePath().relativize(rig.name());
    echoes(rig, Endpoint.unix(relative));
    assertFalse(Files.exists(relative));
  }

  // Scenario 47
  @Contract(families = Family.UNIX)
  void aNonAsciiNameIsCountedInBytes(Rig rig) throws Exception {
    echoes(rig, Endpoint.unix(rig.directory().resolve("grüße-€-😀")));
    Path tooLong = rig.directory().resolve("€".repeat(33));
    assertThrows(IllegalArgumentException.class, () -> Endpoint.unix(tooLong));
  }

  // Scenario 50
  @Contract(families = Family.UNIX)
  void abstractNamesWorkWithAnyBytes(Rig rig) throws Exception {
    var plain = Endpoint.abstractName("edgewise-" + ProcessHandle.current().pid());
    if (!rig.has(Feature.ABSTRACT_NAMES)) {
      var refusal =
          assertThrows(
              UnsupportedOperationException.class,
              () -> rig.loop().listen(plain, connection -> new Recorder()));
      assertTrue(Rig.text(refusal).contains("epoll"), Rig.text(refusal));
      assertThrows(
          UnsupportedOperationException.class, () -> rig.loop().connect(plain, new Recorder()));
      return;
    }
    echoes(rig, plain);
    byte[] odd = new byte[107];
    java.util.Arrays.fill(odd, (byte) 0xfe);
    odd[3] = 0;
    odd[106] = 0;
    echoes(rig, new Endpoint.Abstract(odd));
    echoes(rig, new Endpoint.Abstract(new byte[] {0}));
    var taken = rig.loop().listen(plain, connection -> new Recorder());
    assertThrows(BindException.class, () -> rig.loop().listen(plain, connection -> new Recorder()));
    taken.close();
  }

  // Elsewhere a second instance deletes the socket file of a live one.
  @Contract(families = Family.UNIX)
  void aLiveServersFileIsNotTakenAway(Rig rig) throws Exception {
    Listener first = rig.listen(connection -> (c, in) -> c.write(in));
    Path file = ((Endpoint.Unix) first.endpoint()).path();
    var refusal =
        assertThrows(
            BindException.class,
            () -> rig.loop().listen(first.endpoint(), connection -> new Recorder()));
    assertTrue(Rig.text(refusal).contains(file.toString()), Rig.text(refusal));
    assertTrue(Files.exists(file));
    Peer peer = rig.dial(first);
    peer.write("x");
    assertArrayEquals(new byte[] {'x'}, rig.readFrom(peer, 1));
  }

  // Elsewhere a leftover socket file blocks the next start.
  @Contract(families = Family.UNIX)
  void aDeadServersFileIsReplaced(Rig rig) throws Exception {
    var dead = rig.foreignServer();
    Endpoint endpoint = Rig.endpoint(dead.getLocalAddress());
    dead.close();
    assertTrue(Files.exists(((Endpoint.Unix) endpoint).path()));
    echoes(rig, endpoint);
  }

  // Scenario 48
  @Contract(families = Family.UNIX)
  void aFileThatIsNoSocketIsNeverTouched(Rig rig) throws Exception {
    Path file = rig.name();
    Files.writeString(file, "precious");
    assertThrows(
        BindException.class,
        () -> rig.loop().listen(Endpoint.unix(file), connection -> new Recorder()));
    assertEquals("precious", Files.readString(file));
  }

  // Scenario 48: only our own inode
  @Contract(families = Family.UNIX)
  void onCloseAFileThatAnotherHasPutInOursPlaceStays(Rig rig) throws Exception {
    Listener listener = rig.listen(connection -> new Recorder());
    Path file = ((Endpoint.Unix) listener.endpoint()).path();
    Files.delete(file);
    Files.writeString(file, "another's");
    listener.close();
    assertEquals("another's", Files.readString(file));
  }

  // Scenario 49
  @Contract(families = Family.UNIX)
  void connectErrorsNameTheirReason(Rig rig) throws Exception {
    Path regular = rig.name();
    Files.writeString(regular, "x");
    var dead = rig.foreignServer();
    Path socket = ((Endpoint.Unix) Rig.endpoint(dead.getLocalAddress())).path();
    dead.close();
    fails(rig, rig.name(), "ENOENT");
    fails(rig, regular, "ECONNREFUSED");
    fails(rig, socket, "ECONNREFUSED");
  }

  private static void fails(Rig rig, Path path, String errno) throws Exception {
    var handler = new Recorder();
    rig.loop().connect(Endpoint.unix(path), handler);
    rig.until("closed", () -> handler.has("close"));
    assertEquals(List.of("close"), handler.calls);
    assertInstanceOf(IOException.class, handler.cause);
    String message = Rig.text(handler.cause);
    assertTrue(message.contains(errno) && message.contains(path.toString()), message);
  }

  // Scenario 51
  @Contract(families = Family.UNIX)
  void theFilesPermissionsAreAsAsked(Rig rig) throws Exception {
    for (String mode : List.of("rw-------", "rw-rw----", "rwxrwxrwx")) {
      Listener listener =
          rig.listen(
              ListenOptions.DEFAULT.withSocketFileMode(PosixFilePermissions.fromString(mode)),
              connection -> new Recorder());
      Path file = ((Endpoint.Unix) listener.endpoint()).path();
      assertEquals(mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      listener.close();
      assertFalse(Files.exists(file));
    }
  }

  // httpcomponents-client 637: TCP and AF_UNIX on one loop
  @Contract(families = Family.UNIX)
  void tcpAndUnixShareALoop(Rig rig) throws Exception {
    Listener unix = rig.listen(connection -> (c, in) -> c.write(in));
    Listener tcp = rig.loop().listen(Endpoint.loopback(0), connection -> (c, in) -> c.write(in));
    for (Listener each : List.of(unix, tcp, unix)) {
      Peer peer = rig.dial(each);
      peer.write("hello");
      assertEquals(5, rig.readFrom(peer, 5).length);
    }
  }
}
