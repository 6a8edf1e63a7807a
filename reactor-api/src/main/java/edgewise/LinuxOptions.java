package edgewise;

import java.net.SocketOption;

/**
 * Options of Linux sockets beside {@link java.net.StandardSocketOptions}; tcp(7) and socket(7). The
 * epoll backend has them; others throw UnsupportedOperationException.
 */
public final class LinuxOptions {
  /** TCP_CORK: hold back partial packets until it is taken off. */
  public static final SocketOption<Boolean> TCP_CORK = new Option<>("TCP_CORK", Boolean.class);

  /** TCP_QUICKACK: acknowledge at once; the kernel may fall back by itself. */
  public static final SocketOption<Boolean> TCP_QUICKACK =
      new Option<>("TCP_QUICKACK", Boolean.class);

  /** TCP_DEFER_ACCEPT of a listener: wake it when data has come, in seconds. */
  public static final SocketOption<Integer> TCP_DEFER_ACCEPT =
      new Option<>("TCP_DEFER_ACCEPT", Integer.class);

  /** TCP_USER_TIMEOUT: how long sent data may stay unacknowledged, in milliseconds. */
  public static final SocketOption<Integer> TCP_USER_TIMEOUT =
      new Option<>("TCP_USER_TIMEOUT", Integer.class);

  /** TCP_KEEPIDLE: idle seconds before the first keep-alive probe. */
  public static final SocketOption<Integer> TCP_KEEPIDLE =
      new Option<>("TCP_KEEPIDLE", Integer.class);

  /** TCP_KEEPINTVL: seconds between keep-alive probes. */
  public static final SocketOption<Integer> TCP_KEEPINTVL =
      new Option<>("TCP_KEEPINTVL", Integer.class);

  /** TCP_KEEPCNT: unanswered probes before the connection is dropped. */
  public static final SocketOption<Integer> TCP_KEEPCNT =
      new Option<>("TCP_KEEPCNT", Integer.class);

  /** TCP_NOTSENT_LOWAT: bytes not yet sent above which the socket is not writable. */
  public static final SocketOption<Integer> TCP_NOTSENT_LOWAT =
      new Option<>("TCP_NOTSENT_LOWAT", Integer.class);

  /**
   * Each is itself alone. The methods that a record has by itself are linked at run time, when a
   * server starts (docs/startup.md).
   */
  private record Option<T>(String name, Class<T> type) implements SocketOption<T> {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  private LinuxOptions() {}
}
