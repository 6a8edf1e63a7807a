package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Listener;
import edgewise.SocketType;
import edgewise.linux.Socket;
import edgewise.spi.Backend.Feature;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A socket that is closed here and open elsewhere. It is still the same socket to epoll, which
 * forgets it only when it is told to: epoll(7), question 6.
 */
class SharedSocketContract {
  private static final Duration A_WHILE = Duration.ofMillis(200);

  @Contract
  void aClosedListenerWakesNobodyAlthoughAnotherProcessHasItsSocket(Rig rig) throws Exception {
    if (!rig.has(Feature.DESCRIPTORS)) {
      return;
    }
    Listener listener = rig.listen(connection -> new Recorder());
    rig.turns(3);
    try (Descriptor _ = listener.duplicate()) {
      listener.removeSocketFile(false);
      listener.close();
      Peer waiting = rig.dial(listener.endpoint()); // for whoever accepts from the other one
      rig.assertIdle(A_WHILE);
      waiting.close();
      rig.assertIdle(A_WHILE);
      assertEquals(0, rig.loop().stats().staleEvents());
    }
    if (listener.endpoint() instanceof edgewise.Endpoint.Unix(Path path)) {
      Files.delete(path);
    }
  }

  @Contract(families = Family.UNIX)
  void aClosedConnectionThatWasAdoptedWakesNobodyAlthoughItsFormerOwnerHasIt(Rig rig)
      throws Exception {
    if (!rig.has(Feature.DESCRIPTORS)) {
      return;
    }
    List<Descriptor> pair = rig.loop().socketPair(SocketType.STREAM);
    try (Descriptor elsewhere = rig.loop().backend().duplicate(pair.get(0));
        Descriptor peer = pair.get(1);
        Arena arena = Arena.ofConfined()) {
      var handler = new Recorder();
      Connection adopted = rig.loop().adopt(pair.get(0), ConnectionOptions.DEFAULT, handler);
      rig.until("open", adopted::isOpen);
      rig.turns(3);
      adopted.close();
      rig.until("closed", () -> !adopted.isOpen());
      assertEquals(1, Socket.send(peer.fd(), arena.allocate(1), 0, 1, 0));
      rig.assertIdle(A_WHILE);
      assertEquals(0, rig.loop().stats().staleEvents());
      assertEquals(1, Socket.recv(elsewhere.fd(), arena.allocate(1), 0, 1, 0));
    }
  }
}
