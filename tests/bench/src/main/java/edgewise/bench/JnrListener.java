package edgewise.bench;

import java.io.File;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.jspecify.annotations.Nullable;

/** How jnr-unixsocket listens. */
record JnrListener(UnixServerSocketChannel channel) implements StreamListener {
  static StreamListener open(String address) throws IOException {
    UnixServerSocketChannel channel = UnixServerSocketChannel.open();
    channel.configureBlocking(false);
    var path = new UnixSocketAddress(new File(Addresses.path(address)));
    channel.socket().bind(path, StreamListener.BACKLOG);
    return new JnrListener(channel);
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    return channel.accept();
  }
}
