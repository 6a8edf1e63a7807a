package edgewise.bench;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** The driver's addresses as the JDK writes them. */
final class Addresses {
  private static final String UNIX = "unix:";

  private Addresses() {}

  /** Of {@code HOST:PORT} or {@code unix:PATH}. */
  static SocketAddress parse(String address) {
    return isUnix(address) ? UnixDomainSocketAddress.of(path(address)) : inet(address);
  }

  static boolean isUnix(String address) {
    return address.startsWith(UNIX);
  }

  /** The socket file of {@code unix:PATH}. */
  static String path(String address) {
    if (!isUnix(address)) {
      throw new IllegalArgumentException("it serves on AF_UNIX only, unix:PATH: " + address);
    }
    return address.substring(UNIX.length());
  }

  /** Of {@code HOST:PORT}. */
  static InetSocketAddress inet(String address) {
    int colon = address.lastIndexOf(':');
    if (isUnix(address) || colon < 0) {
      throw new IllegalArgumentException("it serves on TCP or UDP only, HOST:PORT: " + address);
    }
    int port = Integer.parseInt(address.substring(colon + 1));
    return new InetSocketAddress(address.substring(0, colon), port);
  }
}
