package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramHandler;
import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A rig with datagram sockets: UDP where it says TCP. */
final class DatagramRig {
  final Rig rig;

  DatagramRig(Rig rig) {
    this.rig = rig;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the backend has no datagrams of this family; then that it says so is asserted. */
  static boolean lacks(Rig rig) {
    if (rig.family == Family.TCP || rig.has(Feature.UNIX_DATAGRAMS)) {
      return false;
    }
    var refusal =
        assertThrows(
            UnsupportedOperationException.class, () -> rig.loop().bind(rig.free(), (s, d) -> {}));
    assertTrue(Rig.text(refusal).contains("jnr-unixsocket"), Rig.text(refusal));
    return true;
  }

  DatagramSocket bind(DatagramHandler handler) throws IOException {
    return bind(DatagramOptions.DEFAULT, handler);
  }

  DatagramSocket bind(DatagramOptions.Builder how, DatagramHandler handler) throws IOException {
    return bind(how.build(), handler);
  }

  DatagramSocket bind(DatagramOptions how, DatagramHandler handler) throws IOException {
    return rig.loop().bind(rig.free(), how, handler);
  }

  /** An address of this family that somebody had and nobody has. */
  Endpoint nobody() throws IOException {
    DatagramSocket gone = bind(new Inbox());
    Endpoint address = gone.local();
    gone.abort();
    return address;
  }
}
