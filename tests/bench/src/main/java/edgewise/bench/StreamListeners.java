package edgewise.bench;

import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXServerSocketChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** How the JDK and the libraries for AF_UNIX listen. */
final class StreamListeners {
  private StreamListeners() {}

  /** By the JDK, on TCP or AF_UNIX. */
  static StreamListener jdk(String address) throws IOException {
    ServerSocketChannel channel =
        Addresses.isUnix(address)
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    channel.configureBlocking(false);
    channel.bind(Addresses.parse(address), StreamListener.BACKLOG);
    return new StreamListener.Standard(channel);
  }

  /** By junixsocket. */
  static StreamListener junixsocket(String address) throws IOException {
    AFUNIXServerSocketChannel channel = AFUNIXServerSocketChannel.open();
    channel.configureBlocking(false);
    var path = AFUNIXSocketAddress.of(new File(Addresses.path(address)));
    channel.bind(path, StreamListener.BACKLOG);
    return new StreamListener.Standard(channel);
  }

  /** By jnr-unixsocket. */
  static StreamListener jnr(String address) throws IOException {
    UnixServerSocketChannel channel = UnixServerSocketChannel.open();
    channel.configureBlocking(false);
    var path = new UnixSocketAddress(new File(Addresses.path(address)));
    channel.socket().bind(path, StreamListener.BACKLOG);
    return new Jnr(channel);
  }

  private record Jnr(UnixServerSocketChannel channel) implements StreamListener {
    @Override
    public @Nullable SocketChannel accept() throws IOException {
      return channel.accept();
    }

    @Override
    public Selector openSelector() throws IOException {
      return channel.provider().openSelector();
    }
  }
}
