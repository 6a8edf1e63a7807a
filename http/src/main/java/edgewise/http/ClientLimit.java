package edgewise.http;

import edgewise.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open connections of each client address, over all loops and listeners of a server.
 * Loopback and unix sockets are not counted: behind them are proxies and tools of this machine. An
 * IPv6 client is its first 64 bits, since a single host usually has all addresses below them (RFC
 * 4291 section 2.5.4). Thread-safe.
 */
final class ClientLimit {
  private static final int IPV6_BYTES = 16;
  private static final int IPV6_SUBNET_BYTES = 8;

  private final int most;
  private final ConcurrentHashMap<InetAddress, Integer> open = new ConcurrentHashMap<>();

  ClientLimit(int most) {
    this.most = most;
  }

  /** Counts a connection; false if its client has too many. To be given back in either case. */
  boolean admit(@Nullable InetAddress client) {
    return client == null || open.merge(client, 1, Integer::sum) <= most;
  }

  /** A connection that was counted is closed. */
  void leave(@Nullable InetAddress client) {
    if (client != null) {
      open.computeIfPresent(client, (address, count) -> count == 1 ? null : count - 1);
    }
  }

  /** How many addresses have connections. */
  int size() {
    return open.size();
  }

  /** Under which address a client is counted; null if it is not. */
  static @Nullable InetAddress client(Endpoint remote) throws IOException {
    if (!(remote instanceof Endpoint.Inet inet) || inet.address().isLoopbackAddress()) {
      return null;
    }
    byte[] octets = inet.address().getAddress();
    if (octets.length < IPV6_BYTES) {
      return inet.address();
    }
    Arrays.fill(octets, IPV6_SUBNET_BYTES, IPV6_BYTES, (byte) 0);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // only for a wrong length
    }
  }
}
