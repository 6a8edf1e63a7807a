package edgewise.cli;

import edgewise.linux.Epoll;
import edgewise.linux.Errno;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * Uses features of the kernel once. Each returns at least 0, or {@code -errno}, and leaves no
 * descriptor behind. Only for where {@code Linux.unavailable()} is null.
 */
final class FeatureProbes {
  private static final byte[] IPV4_LOOPBACK = {127, 0, 0, 1};
  private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  private static final int STREAM = Socket.SOCK_STREAM | Socket.SOCK_CLOEXEC;

  /** Not among the constants of edgewise.linux: unix(7), the same on every architecture. */
  private static final int SO_PEERPIDFD = 77;

  private FeatureProbes() {}

  /** Something done with a descriptor: at least 0, or -errno. */
  private interface Use {
    int of(int fd);
  }

  /** Uses a descriptor and closes it; a negative one is the errno of the call that made it. */
  private static int using(int fd, Use use) {
    if (fd < 0) {
      return fd;
    }
    try {
      return use.of(fd);
    } finally {
      File.close(fd);
    }
  }

  static int eventfd() {
    return using(EventFd.eventfd(0, EventFd.EFD_CLOEXEC), fd -> EventFd.write(fd, 1));
  }

  static int pwait2() {
    return Epoll.hasPwait2() ? 0 : -Errno.ENOSYS;
  }

  static int openat2() {
    return File.hasOpenat2() ? 0 : -Errno.ENOSYS;
  }

  /** From a file that every JDK has into a socket, as a server does. */
  static int sendfile() {
    String file = Path.of(System.getProperty("java.home", "/"), "release").toString();
    return using(
        File.open(file, File.O_RDONLY | File.O_CLOEXEC, 0),
        from -> withPair((to, peer) -> File.sendfile(to, from, 0, 1)));
  }

  /** Two sockets on one port, which takes the option on both. */
  static int reusePort() {
    try (Arena arena = Arena.ofConfined()) {
      var address = Sockaddr.allocate(arena).inet(IPV4_LOOPBACK, 0, 0, 0);
      return using(
          Socket.socket(Socket.AF_INET, STREAM, 0),
          first -> {
            int bound = bindShared(first, address);
            int named = bound < 0 ? bound : Socket.getsockname(first, address);
            return named < 0
                ? named
                : using(
                    Socket.socket(Socket.AF_INET, STREAM, 0),
                    second -> bindShared(second, address));
          });
    }
  }

  private static int bindShared(int fd, Sockaddr address) {
    int set = Socket.setsockoptInt(fd, Socket.SOL_SOCKET, Socket.SO_REUSEPORT, 1);
    return set < 0 ? set : Socket.bind(fd, address);
  }

  /** The option's value is a new descriptor. */
  static int peerPidfd() {
    return withPair((one, other) -> {
      long pidfd = Socket.getsockoptInt(one, Socket.SOL_SOCKET, SO_PEERPIDFD);
      return pidfd < 0 ? (int) pidfd : using((int) pidfd, fd -> 0);
    });
  }

  /** Autobind, unix(7): the kernel picks an abstract name that is free. */
  static int abstractName() {
    try (Arena arena = Arena.ofConfined()) {
      var unnamed = Sockaddr.allocate(arena).unnamed();
      return using(Socket.socket(Socket.AF_UNIX, STREAM, 0), fd -> Socket.bind(fd, unnamed));
    }
  }

  static int ipv6Loopback() {
    try (Arena arena = Arena.ofConfined()) {
      var address = Sockaddr.allocate(arena).inet(IPV6_LOOPBACK, 0, 0, 0);
      return using(Socket.socket(Socket.AF_INET6, STREAM, 0), fd -> Socket.bind(fd, address));
    }
  }

  private interface PairUse {
    int of(int one, int other);
  }

  private static int withPair(PairUse use) {
    var pair = new int[2];
    int made = Socket.socketpair(Socket.AF_UNIX, STREAM, 0, pair);
    return made < 0 ? made : using(pair[0], one -> using(pair[1], other -> use.of(one, other)));
  }
}
