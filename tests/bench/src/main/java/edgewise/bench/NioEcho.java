package edgewise.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Echo by a Selector and one direct buffer; a read for each readiness, as it is level-triggered.
 */
record NioEcho(StreamListener.Opener opener) implements Contestant {
  @Override
  public void start(String address, Path files) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    SelectorLoop.serve(opener.open(address), key -> new Echo(buffer));
  }

  private static final class Echo implements SelectorLoop.Ready {
    private final ByteBuffer buffer;

    /** What the kernel has not taken yet; nothing is read until it has. */
    private @Nullable ByteBuffer rest;

    Echo(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public void ready(SelectionKey key) throws IOException {
      var channel = (SocketChannel) key.channel();
      if (rest != null) {
        writeRest(channel, rest, key);
        return;
      }
      buffer.clear();
      if (channel.read(buffer) < 0) {
        SelectorLoop.close(key);
        return;
      }
      channel.write(buffer.flip());
      if (buffer.hasRemaining()) {
        rest = ByteBuffer.allocateDirect(buffer.remaining()).put(buffer).flip();
        key.interestOps(SelectionKey.OP_WRITE);
      }
    }

    private void writeRest(SocketChannel channel, ByteBuffer bytes, SelectionKey key)
        throws IOException {
      channel.write(bytes);
      if (!bytes.hasRemaining()) {
        rest = null;
        key.interestOps(SelectionKey.OP_READ);
      }
    }
  }
}
