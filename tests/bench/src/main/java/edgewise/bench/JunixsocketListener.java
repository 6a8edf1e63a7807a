package edgewise.bench;

import java.io.File;
import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** How junixsocket listens. */
record JunixsocketListener(AFUNIXServerSocketChannel channel) implements StreamListener {
  private static final long A_MINUTE = 60_000;

  static StreamListener open(String address) throws IOException {
    AFUNIXServerSocketChannel channel = AFUNIXServerSocketChannel.open();
    channel.configureBlocking(false);
    var path = AFUNIXSocketAddress.of(new File(Addresses.path(address)));
    channel.bind(path, StreamListener.BACKLOG);
    return new JunixsocketListener(channel);
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    return channel.accept();
  }

  @Override
  public Selector openSelector() throws IOException {
    return channel.provider().openSelector();
  }

  /** Its select(0), version 2.11.1, returns at once. */
  @Override
  public long selectTimeout() {
    return A_MINUTE;
  }
}
