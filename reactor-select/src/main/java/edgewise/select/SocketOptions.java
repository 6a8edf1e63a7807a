package edgewise.select;

import edgewise.ConnectionOptions;
import edgewise.LinuxOptions;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;

/** Socket options: the JDK's, and a word about those that it does not have. */
final class SocketOptions {
  private static final Set<SocketOption<?>> LINUX =
      Set.of(
          LinuxOptions.TCP_CORK,
          LinuxOptions.TCP_QUICKACK,
          LinuxOptions.TCP_DEFER_ACCEPT,
          LinuxOptions.TCP_USER_TIMEOUT,
          LinuxOptions.TCP_KEEPIDLE,
          LinuxOptions.TCP_KEEPINTVL,
          LinuxOptions.TCP_KEEPCNT,
          LinuxOptions.TCP_NOTSENT_LOWAT);

  private SocketOptions() {}

  /** What {@link ConnectionOptions} ask for. */
  static void apply(SocketChannel channel, boolean tcp, ConnectionOptions options)
      throws IOException {
    if (tcp && options.noDelay()) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (tcp && options.keepAlive()) {
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }
    if (options.receiveBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
    }
    if (options.sendBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
    }
  }

  static <T> void set(
      SelectBackend backend, NetworkChannel channel, SocketOption<T> option, T value)
      throws IOException {
    check(backend, channel, option);
    channel.setOption(option, value);
  }

  static <T> T read(SelectBackend backend, NetworkChannel channel, SocketOption<T> option)
      throws IOException {
    check(backend, channel, option);
    return channel.getOption(option);
  }

  private static void check(SelectBackend backend, NetworkChannel channel, SocketOption<?> option) {
    if (LINUX.contains(option)) {
      throw backend.lacks("socket option " + option.name());
    }
    if (!channel.supportedOptions().contains(option)) {
      throw new UnsupportedOperationException(
          "socket option " + option.name() + " is not known to the select backend for this socket");
    }
  }
}
