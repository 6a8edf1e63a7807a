package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.SocketFileOptions;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The file of a listening AF_UNIX socket: who may see it, and who gets it. */
class SocketFileContract {
  private static ListenOptions withFile(SocketFileOptions file) {
    return ListenOptions.DEFAULT.withSocketFile(file);
  }

  private static List<String> names(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Contract(families = Family.UNIX)
  void ownerAndGroupAreAsAskedByNumberAndByName(Rig rig) throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can give files away");
    Path path = rig.name();
    var mode = PosixFilePermissions.fromString("rw-rw----");
    for (String[] who : new String[][] {{"1234", "4321"}, {"nobody", "nogroup"}}) {
      var how = new SocketFileOptions(mode, who[0], who[1]);
      Listener listener =
          rig.loop().listen(Endpoint.unix(path), withFile(how), c -> new Recorder());
      var attributes =
          Files.readAttributes(path, java.nio.file.attribute.PosixFileAttributes.class);
      assertEquals(who[0], attributes.owner().getName());
      assertEquals(who[1], attributes.group().getName());
      assertEquals(mode, attributes.permissions());
      assertEquals(List.of(path.getFileName().toString()), names(rig.directory()));
      listener.close();
      assertEquals(List.of(), names(rig.directory()));
    }
  }

  @Contract(families = Family.UNIX)
  void anUnknownUserIsAnErrorAndLeavesNothing(Rig rig) throws Exception {
    Path path = rig.name();
    var how = SocketFileOptions.DEFAULT.withGroup("no-such-group-there");
    assertThrows(
        IOException.class,
        () -> rig.loop().listen(Endpoint.unix(path), withFile(how), c -> new Recorder()));
    assertEquals(List.of(), names(rig.directory()));
  }

  // Law of the smallest window: nobody can connect before the mode is as asked.
  @Contract(families = Family.UNIX)
  void whoeverConnectsFindsTheModeInForce(Rig rig) throws Exception {
    var mode = PosixFilePermissions.fromString("rw-------");
    var how = ListenOptions.DEFAULT.withSocketFileMode(mode);
    var place = new AtomicReference<>(rig.name());
    var done = new AtomicBoolean();
    var watching =
        rig.aside(() -> {
          int connected = 0;
          while (!done.get()) {
            Path path = place.get();
            try (Peer peer = Peer.dial(Rig.address(Endpoint.unix(path)))) {
              connected += peer.socket.isConnected() ? 1 : 0;
              assertEquals(mode, Files.getPosixFilePermissions(path));
            } catch (IOException notThere) {
              Thread.onSpinWait();
            }
          }
          return connected;
        });
    try {
      for (int i = 0; i < 100; i++) {
        Listener listener =
            rig.loop().listen(Endpoint.unix(place.get()), how, c -> (end, in) -> {});
        long accepted = i % 10 == 0 ? 1 : 0;
        rig.until("somebody", () -> listener.accepted() >= accepted);
        listener.close();
        rig.until("all closed", () -> rig.loop().connections() == 0);
        place.set(rig.name());
      }
    } finally {
      done.set(true);
    }
    assertTrue(rig.await(watching) >= 10);
  }

  // Of two servers that find the same leftover the later used to win, without the other's knowing.
  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.UNIX)
  void ofManyServersThatWantOneLeftoverExactlyOneGetsIt(Rig rig) throws Exception {
    for (int round = 0; round < 30; round++) {
      Path path = rig.name();
      var dead = rig.foreignServer();
      Path leftover = ((Endpoint.Unix) Rig.endpoint(dead.getLocalAddress())).path();
      dead.close();
      Files.move(leftover, path);
      var start = new CyclicBarrier(4);
      var end = new CyclicBarrier(4);
      var servers = new ArrayList<CompletableFuture<String>>();
      for (int i = 0; i < 4; i++) {
        servers.add(rig.aside(() -> tryToServe(rig, path, start, end)));
      }
      int winners = 0;
      for (var server : servers) {
        String refusal = Rig.join(server);
        winners += refusal.isEmpty() ? 1 : 0;
        assertTrue(refusal.isEmpty() || refusal.contains("EADDRINUSE"), refusal);
      }
      assertEquals(1, winners, "round " + round);
      assertEquals(List.of(), names(rig.directory()));
    }
  }

  /** What refuses the address; empty if it is ours. */
  private static String tryToServe(Rig rig, Path path, CyclicBarrier start, CyclicBarrier end)
      throws Exception {
    try (EventLoop loop = EventLoop.open(rig.options().build())) {
      start.await();
      try {
        loop.listen(Endpoint.unix(path), c -> new Recorder());
        assertTrue(Files.exists(path));
        return "";
      } catch (BindException e) {
        return Rig.text(e);
      } finally {
        end.await();
      }
    }
  }

  @Contract(families = Family.UNIX)
  void aPathThatSomebodyIsJustNowBindingIsTaken(Rig rig) throws Exception {
    Path path = rig.name();
    Path lock = path.resolveSibling(path.getFileName() + ".lock");
    Process holder =
        new ProcessBuilder(
                "python3",
                "-c",
                """
                import fcntl, sys
                f = open(sys.argv[1], "w")
                fcntl.lockf(f, fcntl.LOCK_EX)
                print("locked", flush=True)
                sys.stdin.read()
                """,
                lock.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = holder.inputReader()) {
      assertEquals("locked", out.readLine());
      var refusal =
          assertThrows(
              BindException.class,
              () -> rig.loop().listen(Endpoint.unix(path), c -> new Recorder()));
      assertTrue(Rig.text(refusal).contains("just now"), Rig.text(refusal));
      assertFalse(Files.exists(path));
    } finally {
      holder.getOutputStream().close();
      holder.waitFor();
      holder.getErrorStream().close();
    }
    // its end has let go of the lock, and the file that it left is none
    assertTrue(Files.exists(lock));
    rig.loop().listen(Endpoint.unix(path), c -> new Recorder());
    assertFalse(Files.exists(lock));
  }

  @Contract(families = Family.UNIX)
  void aLinkInPlaceOfTheLockIsNotFollowed(Rig rig) throws Exception {
    Path path = rig.name();
    Path precious = rig.directory().resolve("precious");
    Files.writeString(precious, "precious");
    Path lock = path.resolveSibling(path.getFileName() + ".lock");
    Files.createSymbolicLink(lock, precious);
    assertThrows(
        BindException.class, () -> rig.loop().listen(Endpoint.unix(path), c -> new Recorder()));
    assertEquals("precious", Files.readString(precious));
  }
}
