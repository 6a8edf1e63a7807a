package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Trigger;
import edgewise.spi.Backend;
import edgewise.spi.ListeningSocket;
import edgewise.spi.Readiness;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SameDescriptors.class)
@Timeout(30)
class SelectListenerTest {
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  @TempDir Path directory;

  private Path socket() {
    return directory.resolve("app.sock");
  }

  private Endpoint.Unix at() {
    return new Endpoint.Unix(socket());
  }

  private List<Path> files() throws IOException {
    try (var all = Files.list(directory)) {
      return all.toList();
    }
  }

  private ServerSocketChannel bound() throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(socket()), 1);
  }

  // --- TCP

  @Test
  void aListenerOnAllOfIpv4StaysOnIpv4() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen(Endpoint.tcp("0.0.0.0", 0), ListenOptions.DEFAULT);
      var local = assertInstanceOf(Endpoint.Inet.class, door.local());
      assertInstanceOf(Inet4Address.class, local.address());
      assertTrue(local.port() > 0);
      assertThrows(
          ConnectException.class, () -> rig.finish(rig.connect(Endpoint.tcp("::1", local.port()))));
    }
  }

  /** Java keeps a registered listener listening after its close, until the next select. */
  @Test
  void aClosedListenerRefusesAndItsPortCanBeBoundAtOnce() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      rig.poller.register(door, "door", Trigger.LEVEL);
      rig.poller.poll(0);
      int before = SameDescriptors.count();
      door.close();
      assertEquals(before - 1, SameDescriptors.count());
      assertThrows(ConnectException.class, () -> rig.finish(rig.connect(door.local())));
      rig.listen(door.local(), ListenOptions.DEFAULT);
    }
  }

  @Test
  void aTakenPortAndAForeignAddressAreBindExceptionsThatSayWhatToDo() throws Exception {
    try (var rig = new Rig()) {
      Endpoint taken = rig.listen().local();
      var inUse = assertThrows(BindException.class, () -> rig.listen(taken, ListenOptions.DEFAULT));
      assertEquals(
          "bind "
              + taken
              + ": EADDRINUSE (Address already in use);"
              + " stop the program that uses it, or choose another address",
          Rig.message(inUse));
      Endpoint foreign = Endpoint.tcp("192.0.2.1", 0); // RFC 5737: nobody has it
      var notHere =
          assertThrows(BindException.class, () -> rig.listen(foreign, ListenOptions.DEFAULT));
      assertTrue(Rig.message(notHere).contains("EADDRNOTAVAIL"), Rig.message(notHere));
    }
  }

  @Test
  void twoListenersShareAPortIfBothWantTo() throws Exception {
    assertTrue(new SelectBackend().has(Backend.Feature.REUSE_PORT));
    try (var rig = new Rig()) {
      ListenOptions shared = ListenOptions.DEFAULT.withSpread(ListenOptions.Spread.REUSE_PORT);
      ListeningSocket first = rig.listen(Endpoint.loopback(0), shared);
      ListeningSocket second = rig.listen(first.local(), shared);
      assertEquals(first.local(), second.local());
      assertTrue(first.option(StandardSocketOptions.SO_REUSEADDR));
    }
  }

  @Test
  void waitingConnectionsAreToldOfAndTakenUntilNoneIsLeft() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      assertNull(door.accept(ConnectionOptions.DEFAULT));
      rig.poller.register(door, "door", Trigger.LEVEL);
      SocketChannel reset = rig.dial(door);
      reset.setOption(StandardSocketOptions.SO_LINGER, 0);
      reset.close();
      rig.dial(door);
      assertEquals(Readiness.READ, rig.await("door"));
      rig.accept(door); // reset or not, Linux hands it over
      rig.accept(door);
      assertNull(door.accept(ConnectionOptions.DEFAULT));
      door.interest(0);
      rig.dial(door);
      assertEquals(0, rig.poller.poll(20_000_000));
      door.interest(Readiness.READ);
      assertEquals(Readiness.READ, rig.await("door"));
    }
  }

  // --- socket files

  @Test
  void aSocketFileHasItsModeItsNameAndGoesWithTheListener() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen(at(), ListenOptions.DEFAULT.withSocketFileMode(OWNER));
      assertEquals(OWNER, Files.getPosixFilePermissions(socket()));
      assertEquals(List.of(socket()), files());
      assertEquals(at(), door.local());
      Rig.Pair pair = rig.pair(door);
      assertEquals(at(), pair.near().local());
      assertEquals(new Endpoint.Unnamed(), pair.near().remote());
      door.close();
      assertEquals(List.of(), files());
    }
  }

  /** Law of the smallest window: whoever looks all the time never sees another mode. */
  @Test
  void nobodySeesTheSocketFileWithAnotherMode() throws Exception {
    var done = new AtomicBoolean();
    try (var rig = new Rig();
        var watcher = Executors.newSingleThreadExecutor()) {
      var seen =
          watcher.submit(() -> {
            int looks = 0;
            while (!done.get()) {
              if (Files.exists(socket())) {
                looks++;
                assertTrue(
                    Set.of(OWNER, Set.of()).contains(permissions()), () -> "mode " + permissions());
              }
            }
            return looks;
          });
      try {
        for (int i = 0; i < 200; i++) {
          rig.listen(at(), ListenOptions.DEFAULT.withSocketFileMode(OWNER)).close();
        }
      } finally {
        done.set(true);
      }
      assertTrue(seen.get() > 0);
    }
  }

  private Set<PosixFilePermission> permissions() {
    try {
      return Files.getPosixFilePermissions(socket());
    } catch (IOException goneAgain) {
      return Set.of();
    }
  }

  @Test
  void aLeftoverSocketFileIsReplaced() throws Exception {
    bound().close();
    assertTrue(Files.exists(socket()));
    try (var rig = new Rig()) {
      ListenOptions[] ways = {
        ListenOptions.DEFAULT, ListenOptions.DEFAULT.withSocketFileMode(OWNER)
      };
      for (ListenOptions how : ways) {
        ListeningSocket door = rig.listen(at(), how);
        rig.pair(door);
        door.close();
        bound().close();
      }
    }
  }

  @Test
  void aLiveServerIsNotPushedAsideEvenIfItsQueueIsFull() throws Exception {
    try (var rig = new Rig();
        var server = bound()) {
      for (int i = 0; i < 4; i++) { // fills a queue of one
        var refusal =
            assertThrows(BindException.class, () -> rig.listen(at(), ListenOptions.DEFAULT));
        assertTrue(Rig.message(refusal).contains("EADDRINUSE"), Rig.message(refusal));
        assertTrue(Rig.message(refusal).contains("listening there"), Rig.message(refusal));
      }
      assertTrue(Files.exists(socket()));
      server.accept().close();
    }
  }

  @Test
  void whatIsNotASocketIsNeverDeleted() throws Exception {
    Files.writeString(socket(), "precious");
    try (var rig = new Rig()) {
      for (Set<PosixFilePermission> mode : List.of(OWNER, Set.<PosixFilePermission>of())) {
        var refusal =
            assertThrows(
                BindException.class,
                () ->
                    rig.listen(
                        at(),
                        ListenOptions.DEFAULT.withSocketFileMode(mode.isEmpty() ? null : mode)));
        assertTrue(Rig.message(refusal).contains("not a socket"), Rig.message(refusal));
      }
    }
    assertEquals("precious", Files.readString(socket()));
  }

  @Test
  void anotherOnesFileIsNotRemovedOnClose() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen(at(), ListenOptions.DEFAULT);
      Files.delete(socket());
      try (var successor = bound()) {
        door.close();
        assertTrue(Files.exists(socket()));
        assertTrue(successor.isOpen());
      }
    }
  }

  @Test
  void aMissingDirectoryIsABindExceptionAndLeavesNothingBehind() throws Exception {
    var nowhere = new Endpoint.Unix(directory.resolve("no/such/app.sock"));
    try (var rig = new Rig()) {
      for (ListenOptions how :
          List.of(ListenOptions.DEFAULT, ListenOptions.DEFAULT.withSocketFileMode(OWNER))) {
        var refusal = assertThrows(BindException.class, () -> rig.listen(nowhere, how));
        assertEquals(
            "bind " + nowhere + ": ENOENT (No such file or directory)", Rig.message(refusal));
      }
    }
    assertEquals(List.of(), files());
  }

  @Test
  void aPathOf106BytesWorksAndALongerOneIsRefusedInWords() throws Exception {
    int room = 106 - directory.toString().length() - 1;
    var longest = new Endpoint.Unix(directory.resolve("a".repeat(room)));
    var longer = new Endpoint.Unix(directory.resolve("a".repeat(room + 1)));
    try (var rig = new Rig()) {
      ListenOptions withMode = ListenOptions.DEFAULT.withSocketFileMode(OWNER);
      rig.pair(rig.listen(longest, withMode));
      var refusal =
          assertThrows(BindException.class, () -> rig.listen(longer, ListenOptions.DEFAULT));
      assertTrue(Rig.message(refusal).contains("106 bytes"), Rig.message(refusal));
      assertFalse(Files.exists(longer.path()));
    }
  }
}
