package edgewise.tests;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** AF_UNIX with the JDK's own channels, JEP 380, at the other end. */
class JdkInterop extends StreamInterop {
  private record Channel(SocketChannel socket) implements Foreign {
    @Override
    public int read(byte[] into) throws IOException {
      return socket.read(ByteBuffer.wrap(into));
    }

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

  private record Server(ServerSocketChannel socket) implements ForeignServer {
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
    return new Channel(SocketChannel.open(UnixDomainSocketAddress.of(path)));
  }

  @Override
  ForeignServer listen(Path path) throws IOException {
    var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    return new Server(server);
  }
}
