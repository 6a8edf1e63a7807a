package edgewise.epoll;

import edgewise.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/** Turns an errno into the exception that java.nio users expect, with the call and its object. */
final class Failures {
  private Failures() {}

  /** The failure of a call that is not about a socket. */
  static IOException io(String call, Object about, int negatedErrno) {
    return new IOException(message(call, about, negatedErrno));
  }

  /** The failure of a call about a socket, or about a connection. */
  static IOException socket(String call, Object about, int negatedErrno) {
    String message = message(call, about, negatedErrno);
    return switch (-negatedErrno) {
      case Errno.ECONNREFUSED, Errno.ETIMEDOUT -> new ConnectException(message);
      case Errno.EADDRINUSE, Errno.EADDRNOTAVAIL -> new BindException(message);
      case Errno.EHOSTUNREACH, Errno.ENETUNREACH -> new NoRouteToHostException(message);
      default -> new SocketException(message);
    };
  }

  /** The failure of bind(2) or listen(2): whatever it is, the address cannot be had. */
  static IOException bind(Object address, int negatedErrno) {
    String remedy =
        switch (-negatedErrno) {
          case Errno.EADDRINUSE -> "; stop the program that uses it, or choose another address";
          case Errno.EACCES -> "; a port below 1024 or this directory takes more rights";
          case Errno.EADDRNOTAVAIL -> "; it is not an address of this machine";
          default -> "";
        };
    return new BindException(message("bind", address, negatedErrno) + remedy);
  }

  /**
   * Whether an error of a datagram socket is about a datagram that was sent, or about the network
   * at that moment: the socket itself is well. ICMP errors, ip(7), and what a firewall answers.
   */
  static boolean isOfTheNetwork(int negatedErrno) {
    return switch (-negatedErrno) {
      case Errno.ECONNREFUSED,
          Errno.ECONNRESET,
          Errno.EHOSTUNREACH,
          Errno.ENETUNREACH,
          Errno.EHOSTDOWN,
          Errno.ENETDOWN,
          Errno.ENONET,
          Errno.ETIMEDOUT,
          Errno.EMSGSIZE,
          Errno.EPROTO,
          Errno.ENOPROTOOPT,
          Errno.EOPNOTSUPP,
          Errno.EACCES,
          Errno.EPERM ->
          true;
      default -> false;
    };
  }

  private static String message(String call, Object about, int negatedErrno) {
    return call + " " + about + ": " + Errno.describe(-negatedErrno);
  }

  /** The result, if it is one. */
  static int checked(int result, String call, Object about) throws IOException {
    if (result < 0) {
      throw socket(call, about, result);
    }
    return result;
  }
}
