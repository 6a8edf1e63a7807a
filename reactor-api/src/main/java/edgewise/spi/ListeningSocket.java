package edgewise.spi;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import java.io.IOException;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;

/** A non-blocking socket that listens: TCP or AF_UNIX. Owns its descriptor and its socket file. */
public interface ListeningSocket {
  /**
   * Takes the next connection, non-blocking and close-on-exec; accept4(2). A connection that was
   * reset before it was taken (ECONNABORTED and the network errors that accept(2) passes on) is
   * skipped.
   *
   * @return the connection, not registered anywhere, or null if none is waiting
   * @throws IOException if none can be taken now, such as when descriptors have run out
   */
  @Nullable StreamSocket accept(ConnectionOptions options) throws IOException;

  /** The address it is bound to; the real port where 0 was asked for. */
  Endpoint local();

  /** {@link Readiness#READ} to be told of connections, none to be left alone. */
  void interest(int interest) throws IOException;

  /** Sets a socket option, as {@link StreamSocket#option(SocketOption, Object)}. */
  <T> void option(SocketOption<T> option, T value) throws IOException;

  /** Reads a socket option. */
  <T> T option(SocketOption<T> option) throws IOException;

  /**
   * Whether {@link #close} removes the socket file; at first, if this socket has made it. One that
   * is there when this is called counts as its own from then on.
   */
  void removeFileOnClose(boolean remove) throws IOException;

  /** A duplicate of the descriptor, close-on-exec, to be passed on; fcntl(2), F_DUPFD_CLOEXEC. */
  default Descriptor duplicate() throws IOException {
    throw new UnsupportedOperationException("a duplicate of a socket");
  }

  /** Deregisters, closes, and removes its own socket file. Idempotent. */
  void close();
}
