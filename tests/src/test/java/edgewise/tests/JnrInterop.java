package edgewise.tests;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;

/** AF_UNIX with jnr-unixsocket at the other end. */
class JnrInterop extends StreamInterop {
  private record Channel(UnixSocketChannel socket) implements Foreign {
    @Override
    public int read(byte[] into) throws IOException {
      return socket.read(ByteBuffer.wrap(into));
    }

    /** Its write may say 0 although it blocks (jnr-unixsocket 50); ours must take every byte. */
    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(from, offset, length);
      while (rest.hasRemaining()) {
        socket.write(rest);
      }
    }

    @Override
    public void shutdownOutput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private record Server(UnixServerSocketChannel socket) implements ForeignServer {
    @Override
    public Foreign accept() throws IOException {
      return new Channel(socket.accept());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  Foreign connect(Path path) throws IOException {
    return new Channel(UnixSocketChannel.open(new UnixSocketAddress(path.toFile())));
  }

  @Override
  ForeignServer listen(Path path) throws IOException {
    var server = UnixServerSocketChannel.open();
    server.socket().bind(new UnixSocketAddress(path.toFile()));
    return new Server(server);
  }
}
