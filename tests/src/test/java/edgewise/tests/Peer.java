package edgewise.tests;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** A blocking socket that knows nothing of Edgewise. Its reads belong on a thread of their own. */
final class Peer implements AutoCloseable {
  final SocketChannel socket;

  Peer(SocketChannel socket) {
    this.socket = socket;
  }

  static Peer dial(SocketAddress address) throws IOException {
    return new Peer(SocketChannel.open(address));
  }

  void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void write(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      socket.write(rest);
    }
  }

  /** Exactly that many bytes. */
  byte[] read(int count) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(count);
    while (into.hasRemaining()) {
      if (socket.read(into) < 0) {
        throw new EOFException(into.position() + " of " + count + " bytes, then the end");
      }
    }
    return into.array();
  }

  /** All bytes until the other end has ended. */
  byte[] readAll() throws IOException {
    var all = new ByteArrayOutputStream();
    ByteBuffer into = ByteBuffer.allocate(64 << 10);
    while (socket.read(into.clear()) >= 0) {
      all.write(into.array(), 0, into.position());
    }
    return all.toByteArray();
  }

  void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a reset, SO_LINGER 0; an AF_UNIX peer resets if it closes with bytes unread. */
  void reset() throws IOException {
    if (socket.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
