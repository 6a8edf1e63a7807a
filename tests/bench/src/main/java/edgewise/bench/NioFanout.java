package edgewise.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;

/** What one connection sends all others get, by a Selector. */
final class NioFanout implements Contestant {
  private final Set<Member> members = new LinkedHashSet<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);

  @Override
  public void start(String address, Path files) throws Exception {
    SelectorLoop.serve(JdkListener.open(address), this::join);
  }

  private Member join(SelectionKey key) {
    var member = new Member(key);
    members.add(member);
    return member;
  }

  private final class Member implements SelectorLoop.Ready {
    private final SelectionKey key;
    private final SocketChannel channel;

    /** What the kernel has not taken. */
    private final Queue<ByteBuffer> unsent = new ArrayDeque<>(0);

    Member(SelectionKey key) {
      this.key = key;
      this.channel = (SocketChannel) key.channel();
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
      if (ready.isWritable()) {
        sendRest();
      }
      if (!ready.isReadable()) {
        return;
      }
      if (channel.read(buffer.clear()) < 0) {
        SelectorLoop.close(ready);
        return;
      }
      buffer.flip();
      for (Member member : members) {
        if (member != this) {
          member.send(buffer.rewind());
        }
      }
    }

    @Override
    public void closed() {
      members.remove(this);
    }

    /** A failure is noticed when the channel is read. */
    private void send(ByteBuffer bytes) {
      try {
        if (unsent.isEmpty()) {
          channel.write(bytes);
        }
        if (bytes.hasRemaining()) {
          unsent.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
          key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
      } catch (IOException e) {
        unsent.clear();
      }
    }

    private void sendRest() throws IOException {
      for (ByteBuffer first = unsent.peek(); first != null; first = unsent.peek()) {
        channel.write(first);
        if (first.hasRemaining()) {
          return;
        }
        unsent.remove();
      }
      key.interestOps(SelectionKey.OP_READ);
    }
  }
}
