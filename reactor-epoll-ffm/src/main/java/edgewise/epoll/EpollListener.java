package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.linux.Errno;
import edgewise.spi.ListeningSocket;
import edgewise.spi.SocketFile;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
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
    int fd = Failures.checked(kernel.socket(domain), "socket", "for " + endpoint);
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
    bind(addresses, options);
    int result = kernel.listen(fd, options.backlog());
    if (result < 0) {
      throw Failures.bind(local, result);
    }
    local = addresses.local(kernel, fd);
  }

  /** The file's mode is set between bind and listen: until listen nobody can connect. */
  private void bind(Addresses addresses, ListenOptions options) throws IOException {
    SocketFile claimed = null;
    if (local instanceof Endpoint.Unix unix) {
      claimed = SocketFile.makeWay(unix.path());
    }
    int result = kernel.bind(fd, addresses.toKernel(local));
    if (result < 0) {
      throw Failures.bind(local, result);
    }
    if (claimed != null && local instanceof Endpoint.Unix unix) {
      claimed.bound();
      file = claimed;
      if (options.socketFileMode() != null) {
        Files.setPosixFilePermissions(unix.path(), options.socketFileMode());
      }
    }
  }

  @Override
  public @Nullable StreamSocket accept(ConnectionOptions options) throws IOException {
    while (true) {
      int accepted = kernel.accept(fd);
      if (accepted >= 0) {
        return EpollStream.accepted(kernel, accepted, tcp);
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
  public Endpoint local() {
    return local;
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    SocketOptions.set(kernel, fd, option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(kernel, fd, option);
  }

  @Override
  public void close() {
    if (!deregister()) {
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
