package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.linux.Errno;
import edgewise.linux.Socket;
import edgewise.spi.ListeningSocket;
import edgewise.spi.SocketFile;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A listening socket; owns its descriptor and its socket file. */
final class EpollListener extends Registration implements ListeningSocket {
  private final boolean tcp;
  private Endpoint local;
  private @Nullable SocketFile file;

  private EpollListener(Kernel kernel, int fd, Endpoint asked) {
    super(kernel, fd);
    tcp = asked instanceof Endpoint.Inet;
    local = asked;
  }

  static EpollListener open(
      Kernel kernel, Addresses addresses, Endpoint endpoint, ListenOptions options)
      throws IOException {
    int domain = Addresses.family(endpoint);
    int type = AdoptedSocket.number(options.connections().type());
    int fd = Failures.checked(kernel.socket(domain, type), "socket", "for " + endpoint);
    var listener = new EpollListener(kernel, fd, endpoint);
    try {
      listener.start(addresses, options);
      return listener;
    } catch (Throwable t) {
      listener.close();
      throw t;
    }
  }

  private void start(Addresses addresses, ListenOptions options) throws IOException {
    // Accepted sockets inherit these, which saves the calls per connection.
    SocketOptions.apply(kernel, fd, tcp, options.connections());
    if (tcp) {
      SocketOptions.set(kernel, fd, StandardSocketOptions.SO_REUSEADDR, true);
      if (options.spread() == ListenOptions.Spread.REUSE_PORT) {
        SocketOptions.set(kernel, fd, StandardSocketOptions.SO_REUSEPORT, true);
      }
    }
    if (local instanceof Endpoint.Unix(Path path)) {
      bindFile(path, addresses, options);
    } else {
      bindAndListen(addresses, options, null);
    }
    local = addresses.local(kernel, fd);
  }

  private void bindFile(Path path, Addresses addresses, ListenOptions options) throws IOException {
    try (SocketFile.Claim claim = SocketFile.claim(path, at -> isLive(kernel, addresses, at))) {
      bindAndListen(addresses, options, claim);
    }
  }

  /** The file gets its owner and mode between bind and listen: until listen nobody can connect. */
  private void bindAndListen(
      Addresses addresses, ListenOptions options, SocketFile.@Nullable Claim claim)
      throws IOException {
    int result = kernel.bind(fd, addresses.toKernel(local));
    if (result >= 0 && claim != null) {
      file = claim.bound(options.socketFile());
    }
    if (result >= 0) {
      result = kernel.listen(fd, options.backlog());
    }
    if (result < 0) {
      throw Failures.bind(local, result);
    }
  }

  /** {@link SocketFile.Probe}: with a stream, which live sockets of other types refuse. */
  static boolean isLive(Kernel kernel, Addresses addresses, Path path) throws IOException {
    int probe =
        Failures.checked(
            kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM), "socket", "for " + path);
    try {
      int result = kernel.connect(probe, addresses.toKernel(Endpoint.unix(path)));
      return switch (-result) {
        case Errno.ECONNREFUSED, Errno.ENOENT -> false;
        case 0, Errno.EAGAIN, Errno.EINPROGRESS, Errno.EPROTOTYPE -> true;
        default -> throw Failures.socket("connect", path, result);
      };
    } finally {
      kernel.close(probe);
    }
  }

  /** Takes over a socket that somebody else has bound, and that listens. */
  static EpollListener adopt(
      Kernel kernel, Addresses addresses, Descriptor socket, ListenOptions options)
      throws IOException {
    int domain = AdoptedSocket.check(kernel, socket, options.connections(), true);
    if (options.peerFilter() != null) {
      AdoptedSocket.checkUnix(socket.fd(), domain, "a peerFilter");
    }
    int fd = socket.fd();
    AdoptedSocket.prepare(kernel, fd, domain, options.connections());
    Endpoint local = addresses.local(kernel, fd);
    return new EpollListener(kernel, socket.take(), local);
  }

  @Override
  public @Nullable StreamSocket accept(ConnectionOptions options) throws IOException {
    while (true) {
      int accepted = kernel.accept(fd);
      if (accepted >= 0) {
        return EpollStream.accepted(kernel, accepted, tcp, options);
      }
      switch (-accepted) {
        case Errno.EAGAIN -> {
          return null;
        }
        // Interrupted, or a connection that failed while it waited: accept(2) says to try again.
        case Errno.EINTR,
            Errno.ECONNABORTED,
            Errno.EPROTO,
            Errno.ENETDOWN,
            Errno.ENOPROTOOPT,
            Errno.EHOSTDOWN,
            Errno.ENONET,
            Errno.EHOSTUNREACH,
            Errno.ENETUNREACH,
            Errno.EPERM -> {}
        default -> throw Failures.socket("accept4", local, accepted);
      }
    }
  }

  @Override
  public Descriptor duplicate() throws IOException {
    return AdoptedSocket.duplicate(kernel, openFd());
  }

  @Override
  public void removeFileOnClose(boolean remove) throws IOException {
    if (!remove) {
      file = null;
    } else if (file == null && local instanceof Endpoint.Unix(Path path)) {
      file = SocketFile.existing(path);
    }
  }

  @Override
  public Endpoint local() {
    return local;
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    SocketOptions.set(kernel, openFd(), option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(kernel, openFd(), option);
  }

  /** Another process may listen on the same socket, before or after. */
  @Override
  public void close() {
    if (!unlist()) {
      return;
    }
    try {
      if (file != null) {
        file.remove(); // first, or somebody could find a dead server's file
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the socket file of " + local + " could not be removed", e);
    } finally {
      kernel.close(fd);
    }
  }

  @Override
  public String toString() {
    return "fd " + fd + " listening on " + local;
  }
}
