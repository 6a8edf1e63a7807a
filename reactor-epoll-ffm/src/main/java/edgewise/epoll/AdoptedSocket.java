package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.PeerCredentials;
import edgewise.SocketType;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Looks at sockets that were made elsewhere, and at who is at their other end. */
final class AdoptedSocket {
  private AdoptedSocket() {}

  /** The number of the type, for socket(2). */
  static int number(SocketType type) {
    return switch (type) {
      case STREAM -> Socket.SOCK_STREAM;
      case SEQPACKET -> Socket.SOCK_SEQPACKET;
    };
  }

  /**
   * Checks that a descriptor is a socket of the type, that it listens, or is connected, and that it
   * can do what the options ask for.
   *
   * @return its domain: AF_INET, AF_INET6 or AF_UNIX
   * @throws IllegalArgumentException if it is not
   */
  static int check(Kernel kernel, Descriptor socket, ConnectionOptions options, boolean listening) {
    int fd = socket.fd();
    SocketType type = options.type();
    int domain = domain(kernel, fd);
    long found = kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_TYPE);
    if (found != number(type)) {
      throw refused(fd, "is of socket type " + found + ", not " + type + " (" + number(type) + ")");
    }
    boolean listens = kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_ACCEPTCONN) > 0;
    if (listens != listening) {
      throw refused(fd, listening ? "does not listen" : "listens, and is not connected");
    }
    if (!listening && kernel.getpeername(fd, Sockaddr.allocate(Arena.ofAuto())) < 0) {
      throw refused(fd, "is not connected");
    }
    if (options.maxDescriptors() > 0) {
      checkUnix(fd, domain, "maxDescriptors");
    }
    if (options.passCredentials()) {
      checkUnix(fd, domain, "passCredentials");
    }
    return domain;
  }

  static void checkUnix(int fd, int domain, String option) {
    if (domain != Socket.AF_UNIX) {
      throw refused(fd, "is not of AF_UNIX, as " + option + " takes");
    }
  }

  /** As {@link #check}, for a datagram socket, which need not be connected. */
  static int checkDatagrams(Kernel kernel, Descriptor socket) {
    int fd = socket.fd();
    int domain = domain(kernel, fd);
    long found = kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_TYPE);
    if (found != Socket.SOCK_DGRAM) {
      throw refused(
          fd, "is of socket type " + found + ", not SOCK_DGRAM (" + Socket.SOCK_DGRAM + ")");
    }
    return domain;
  }

  private static int domain(Kernel kernel, int fd) {
    long domain = kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_DOMAIN);
    if (domain < 0) {
      throw refused(fd, "is not a socket: " + Errno.describe((int) -domain));
    }
    if (domain != Socket.AF_UNIX && domain != Socket.AF_INET && domain != Socket.AF_INET6) {
      throw refused(fd, "is a socket of domain " + domain + ", not of AF_UNIX, AF_INET, AF_INET6");
    }
    return (int) domain;
  }

  private static IllegalArgumentException refused(int fd, String why) {
    return new IllegalArgumentException("the descriptor " + fd + " " + why);
  }

  /** Non-blocking, close-on-exec, and with the options. */
  static void prepare(Kernel kernel, int fd, int domain, ConnectionOptions options)
      throws IOException {
    prepare(kernel, fd);
    SocketOptions.apply(kernel, fd, domain != Socket.AF_UNIX, options);
  }

  static void prepare(Kernel kernel, int fd) throws IOException {
    int flags = Failures.checked(kernel.fcntl(fd, File.F_GETFL, 0), "fcntl", "fd " + fd);
    Failures.checked(kernel.fcntl(fd, File.F_SETFL, flags | File.O_NONBLOCK), "fcntl", "fd " + fd);
    Failures.checked(kernel.fcntl(fd, File.F_SETFD, File.FD_CLOEXEC), "fcntl", "fd " + fd);
  }

  static Descriptor duplicate(Kernel kernel, int fd) throws IOException {
    int copy = kernel.fcntl(fd, File.F_DUPFD_CLOEXEC, 0);
    return new Descriptor(
        Failures.checked(copy, "fcntl F_DUPFD_CLOEXEC", "fd " + fd), kernel::close);
  }

  /** SO_PEERCRED; a TCP socket has nobody to show. */
  static PeerCredentials peerCredentials(Kernel kernel, int fd) throws IOException {
    checkUnix(kernel, fd, "SO_PEERCRED");
    MemorySegment ucred = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, 3);
    int result = kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_PEERCRED, ucred);
    Failures.checked(result, "getsockopt SO_PEERCRED", "fd " + fd);
    return Messages.credentials(ucred);
  }

  /** SO_PEERPIDFD; the kernel makes it close-on-exec. */
  static Descriptor peerProcess(Kernel kernel, int fd) throws IOException {
    checkUnix(kernel, fd, "SO_PEERPIDFD");
    long pidfd = kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_PEERPIDFD);
    if (pidfd == -Errno.ENOPROTOOPT) {
      throw new UnsupportedOperationException(
          "the kernel gives no descriptor of the peer's process (SO_PEERPIDFD): it takes Linux"
              + " 6.5");
    }
    Failures.checked((int) pidfd, "getsockopt SO_PEERPIDFD", "fd " + fd);
    return new Descriptor((int) pidfd, kernel::close);
  }

  /** The kernel itself answers for a TCP socket too, with nobody. */
  private static void checkUnix(Kernel kernel, int fd, String option) throws IOException {
    if (kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_DOMAIN) != Socket.AF_UNIX) {
      throw Failures.socket("getsockopt " + option, "fd " + fd, -Errno.EOPNOTSUPP);
    }
  }
}
