package edgewise.spi;

import edgewise.ConnectionOptions;
import edgewise.DatagramOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.SocketType;
import edgewise.Trigger;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a loop that waits in the kernel. Belongs to the thread that opened it; only {@link
 * #wakeup} may be called from others.
 *
 * <p>One turn is: {@link #poll}, then for each {@code i} below its result {@link #attachment} and
 * {@link #readiness}. An attachment of a registration that was closed since the poll, or whose
 * descriptor number has been reused, is null: the event is stale, dropped, and counted.
 */
public interface Poller {
  /** Waits until somebody wakes the poller, an event arrives, or forever. */
  long FOREVER = -1;

  /**
   * Waits for events. An interrupted wait (EINTR) returns 0.
   *
   * @param timeoutNanos nanoseconds to wait at most; 0 does not wait; {@link #FOREVER}. Never
   *     returns early with nothing unless woken or interrupted.
   * @return the number of events to look at
   */
  int poll(long timeoutNanos) throws IOException;

  /** The attachment of event {@code i}, or null if the event is stale. To be asked once per i. */
  @Nullable Object attachment(int i);

  /** {@link Readiness} bits of event {@code i}. */
  int readiness(int i);

  /** How many stale events have been dropped. */
  long staleEvents();

  /** Makes the current or the next {@link #poll} return. Any thread, but not after close. */
  void wakeup();

  /** The loop's clock in nanoseconds, as {@link System#nanoTime()}. */
  long nanoTime();

  /** Binds and listens. Failures are what {@code java.nio} users expect (BindException, ...). */
  ListeningSocket listen(Endpoint endpoint, ListenOptions options) throws IOException;

  /**
   * Takes over a socket that listens already. Called only with {@link Backend.Feature#DESCRIPTORS},
   * as are the next two.
   *
   * @throws IllegalArgumentException if it does not listen, or is of another type than asked for;
   *     then it stays the caller's
   */
  default ListeningSocket adoptListener(Descriptor socket, ListenOptions options)
      throws IOException {
    throw new UnsupportedOperationException("adopting a socket");
  }

  /**
   * Takes over a connected socket, and makes it non-blocking.
   *
   * @throws IllegalArgumentException if it is not connected, or is of another type than asked for;
   *     then it stays the caller's
   */
  default StreamSocket adopt(Descriptor socket, ConnectionOptions options) throws IOException {
    throw new UnsupportedOperationException("adopting a socket");
  }

  /** Makes two unnamed AF_UNIX sockets that are connected to each other; socketpair(2). */
  default List<Descriptor> socketPair(SocketType type) throws IOException {
    throw new UnsupportedOperationException("a pair of sockets");
  }

  /**
   * Makes a non-blocking socket and starts to connect it. A failure to connect, also one that is
   * known at once, is thrown by {@link StreamSocket#finishConnect}; this throws only if no socket
   * can be made.
   */
  StreamSocket connect(Endpoint remote, ConnectionOptions options) throws IOException;

  /**
   * Registers a socket with an attachment, once; the interest may be changed later. No interest at
   * all means that nothing is told again, and perhaps nothing at all; see {@link Readiness#ERROR}.
   */
  void register(StreamSocket socket, Object attachment, int interest, Trigger trigger)
      throws IOException;

  /** Registers a listening socket with an attachment, interested in {@link Readiness#READ}. */
  void register(ListeningSocket socket, Object attachment, Trigger trigger) throws IOException;

  /**
   * Registers a descriptor that stays the caller's.
   *
   * @throws UnsupportedOperationException if the backend cannot watch descriptors
   */
  WatchedDescriptor watch(int fd, Object attachment, int interest, Trigger trigger)
      throws IOException;

  /**
   * Opens a datagram socket, UDP or AF_UNIX, bound and perhaps connected.
   *
   * @param local null leaves it to the kernel: an unbound socket, or what connecting takes
   * @param remote the only peer, or null
   * @throws UnsupportedOperationException if the backend has no such sockets
   */
  default DatagramPort openDatagrams(
      @Nullable Endpoint local, @Nullable Endpoint remote, DatagramOptions options)
      throws IOException {
    throw new UnsupportedOperationException("datagrams are not offered by this backend");
  }

  /**
   * Takes over a datagram socket that was made elsewhere. Called only with {@link
   * Backend.Feature#DESCRIPTORS}.
   *
   * @throws IllegalArgumentException if it is none; then it stays the caller's
   */
  default DatagramPort adoptDatagrams(Descriptor socket, DatagramOptions options)
      throws IOException {
    throw new UnsupportedOperationException("adopting a socket");
  }

  /** Registers a datagram socket, as {@link #register(StreamSocket, Object, int, Trigger)}. */
  default void register(DatagramPort port, Object attachment, int interest, Trigger trigger)
      throws IOException {
    throw new UnsupportedOperationException("datagrams are not offered by this backend");
  }

  /** Where this poller's ports receive to; the same at each call. */
  default IncomingDatagrams incomingDatagrams() {
    throw new UnsupportedOperationException("datagrams are not offered by this backend");
  }

  /** Where this poller's ports send from; the same at each call. */
  default OutgoingDatagrams outgoingDatagrams() {
    throw new UnsupportedOperationException("datagrams are not offered by this backend");
  }

  /** Frees the kernel's resources. Sockets are to be closed before. Idempotent. */
  void close();
}
