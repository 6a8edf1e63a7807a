package edgewise.bench;

import java.io.File;
import java.io.IOException;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** How junixsocket listens. */
final class JunixsocketListener {
  /** Its select(0), version 2.11.1, returns at once. */
  private static final long A_MINUTE = 60_000;

  private JunixsocketListener() {}

  static StreamListener open(String address) throws IOException {
    AFUNIXServerSocketChannel channel = AFUNIXServerSocketChannel.open();
    channel.configureBlocking(false);
    var path = AFUNIXSocketAddress.of(new File(Addresses.path(address)));
    channel.bind(path, StreamListener.BACKLOG);
    return new StreamListener.Standard(channel, A_MINUTE);
  }
}
