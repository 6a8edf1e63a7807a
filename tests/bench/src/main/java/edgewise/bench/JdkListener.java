package edgewise.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;

/** How the JDK listens. */
final class JdkListener {
  private JdkListener() {}

  /** By the JDK, on TCP or AF_UNIX. */
  static StreamListener open(String address) throws IOException {
    ServerSocketChannel channel =
        Addresses.isUnix(address)
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    channel.configureBlocking(false);
    channel.bind(Addresses.parse(address), StreamListener.BACKLOG);
    return new StreamListener.Standard(channel, 0);
  }
}
