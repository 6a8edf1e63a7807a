package edgewise.bench;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Path;

/** UDP echo by a Selector; all datagrams that wait are answered before the next select. */
final class NioUdp implements Contestant, SelectorLoop.Ready {
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);

  @Override
  public void start(String address, Path files) throws Exception {
    DatagramChannel channel = DatagramChannel.open().bind(Addresses.inet(address));
    channel.configureBlocking(false);
    Selector selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ, this);
    new SelectorLoop(selector).start();
  }

  @Override
  public void ready(SelectionKey key) throws IOException {
    var channel = (DatagramChannel) key.channel();
    for (SocketAddress sender = channel.receive(buffer.clear());
        sender != null;
        sender = channel.receive(buffer.clear())) {
      channel.send(buffer.flip(), sender);
    }
  }
}
