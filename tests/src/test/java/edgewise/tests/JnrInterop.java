package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.Listener;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;

/** AF_UNIX with another library at the other end. */
class JnrInterop {
  // jnr-unixsocket 50 is its own write that says 0; ours must take every byte
  @Contract(families = Family.UNIX)
  void aJnrClientTalksToOurServer(Rig rig) throws Exception {
    Listener listener = rig.listen(connection -> (c, in) -> c.write(in));
    var address = new UnixSocketAddress(((Endpoint.Unix) listener.endpoint()).path().toFile());
    byte[] sent = Bytes.random(40, 100_000);
    var talking =
        rig.aside(() -> {
          try (UnixSocketChannel client = UnixSocketChannel.open(address)) {
            byte[] back = new byte[sent.length];
            for (int at = 0; at < sent.length; at += 1000) {
              Channels.newOutputStream(client).write(sent, at, 1000);
              Channels.newInputStream(client).readNBytes(back, at, 1000);
            }
            return back;
          }
        });
    assertArrayEquals(sent, rig.await(talking));
    rig.until("closed", () -> rig.loop().connections() == 0);
  }

  @Contract(families = Family.UNIX)
  void ourClientTalksToAJnrServer(Rig rig) throws Exception {
    var path = rig.name();
    UnixServerSocketChannel server = UnixServerSocketChannel.open();
    server.socket().bind(new UnixSocketAddress(path.toFile()));
    var serving =
        rig.aside(() -> {
          try (server;
              UnixSocketChannel peer = server.accept()) {
            ByteBuffer in = ByteBuffer.allocate(5);
            while (in.hasRemaining() && peer.read(in) >= 0) {}
            in.flip();
            while (in.hasRemaining()) {
              peer.write(in);
            }
            return true;
          }
        });
    var handler = new Recorder();
    Connection c = rig.loop().connect(Endpoint.unix(path), handler);
    rig.until("open", () -> handler.has("open"));
    c.write(new byte[] {1, 2, 3, 4, 5});
    rig.until("the end", () -> handler.has("end"));
    rig.await(serving);
    assertEquals(5, handler.received());
  }
}
