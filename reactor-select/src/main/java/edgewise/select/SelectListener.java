package edgewise.select;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.SocketFileOptions;
import edgewise.spi.ListeningSocket;
import edgewise.spi.Readiness;
import edgewise.spi.SocketFile;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A listening socket; owns its descriptor and its socket file. */
final class SelectListener extends Registration implements ListeningSocket {
  private final SelectBackend backend;
  private final ServerSocketChannel channel;
  private Endpoint local;
  private @Nullable SocketFile file;

  private SelectListener(SelectBackend backend, ServerSocketChannel channel, Endpoint asked) {
    this.backend = backend;
    this.channel = channel;
    this.local = asked;
  }

  static SelectListener open(SelectBackend backend, Endpoint endpoint, ListenOptions options)
      throws IOException {
    ProtocolFamily family = Addresses.family(backend, endpoint);
    ServerSocketChannel channel;
    try {
      channel = ServerSocketChannel.open(family);
    } catch (IOException e) {
      throw Failures.socket("socket", "for " + endpoint, e);
    } catch (UnsupportedOperationException e) {
      throw Failures.noFamily(endpoint, e);
    }
    var listener = new SelectListener(backend, channel, endpoint);
    try {
      listener.start(options);
      return listener;
    } catch (Throwable t) {
      listener.close();
      throw t;
    }
  }

  private void start(ListenOptions options) throws IOException {
    channel.configureBlocking(false);
    if (options.connections().receiveBufferBytes() > 0) {
      // It decides about the window scale, so it must be there before the handshake, tcp(7).
      channel.setOption(
          StandardSocketOptions.SO_RCVBUF, options.connections().receiveBufferBytes());
    }
    try {
      if (local instanceof Endpoint.Unix unix) {
        bindFile(unix.path(), options);
      } else {
        bindPort(options);
      }
    } catch (IOException e) {
      throw Failures.bind(local, e);
    }
  }

  private void bindPort(ListenOptions options) throws IOException {
    // SO_REUSEADDR is set by the JDK, but for Windows, where it would let servers share a port.
    if (options.spread() == ListenOptions.Spread.REUSE_PORT) {
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    channel.bind(Addresses.toJdk(backend, local), options.backlog());
    local = Addresses.fromJdk(channel.getLocalAddress());
  }

  private void bindFile(Path path, ListenOptions options) throws IOException {
    try (SocketFile.Claim claim = SocketFile.claim(path, SelectListener::isLive)) {
      if (options.socketFile().equals(SocketFileOptions.DEFAULT)) {
        channel.bind(UnixDomainSocketAddress.of(path), options.backlog());
      } else {
        bindWithOptions(path, options.socketFile(), options.backlog());
      }
      file = claim.bound(SocketFileOptions.DEFAULT);
    }
  }

  /** {@link SocketFile.Probe}; non-blocking, so that a full queue does not hold us up. */
  static boolean isLive(Path path) throws IOException {
    try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (SocketException e) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return false;
    }
  }

  /**
   * The JDK binds and listens in one step, so there is no moment in between to change the file. The
   * socket is therefore bound in a directory that nobody else can enter, gets its owner and mode
   * there, and is moved to its place.
   *
   * <p>To the kernel the old name remains its address: ss(8) and getpeername(2) show it. {@link
   * #local} and the accepted sockets give the one asked for.
   */
  private void bindWithOptions(Path path, SocketFileOptions how, int backlog) throws IOException {
    Path den = privateDirectoryBeside(path);
    try {
      Path inside = den.resolve("s");
      try {
        channel.bind(UnixDomainSocketAddress.of(inside), backlog);
        SocketFile.apply(inside, how);
        Files.move(inside, path); // fails if something has come there since
      } finally {
        Files.deleteIfExists(inside);
      }
    } finally {
      Files.delete(den);
    }
  }

  /** Of a short name: a socket's path may have 106 bytes with the JDK. */
  private static Path privateDirectoryBeside(Path path) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    for (int i = 0; true; i++) {
      int number = ThreadLocalRandom.current().nextInt(36 * 36 * 36);
      try {
        return Files.createDirectory(
            path.resolveSibling(".e" + Integer.toString(number, 36)), ownerOnly);
      } catch (FileAlreadyExistsException e) {
        if (i == 100) {
          throw e;
        }
      }
    }
  }

  /** A connection that was reset while it waited (ECONNABORTED) is skipped by the JDK itself. */
  @Override
  public @Nullable StreamSocket accept(ConnectionOptions options) throws IOException {
    while (true) {
      try {
        SocketChannel accepted = channel.accept();
        return accepted == null ? null : SelectStream.accepted(backend, accepted, local, options);
      } catch (IOException e) {
        if (!Failures.isOfTheNetwork(e)) {
          throw Failures.socket("accept", local, e);
        }
      }
    }
  }

  @Override
  ServerSocketChannel channel() {
    return channel;
  }

  @Override
  int operations(int interest) {
    return (interest & Readiness.READ) != 0 ? SelectionKey.OP_ACCEPT : 0;
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
    SocketOptions.set(backend, channel, option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(backend, channel, option);
  }

  /** The file goes first: while the socket is open its inode number cannot be another file's. */
  @Override
  public void close() {
    if (isClosed()) {
      return;
    }
    try {
      if (file != null) {
        file.remove();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the socket file of " + local + " could not be removed", e);
    } finally {
      deregister();
      Failures.closeQuietly(channel);
    }
  }

  @Override
  public String toString() {
    return "socket listening on " + local;
  }
}
