package edgewise.http;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Trigger;
import edgewise.spi.ListeningSocket;
import edgewise.spi.Poller;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import edgewise.spi.WatchedDescriptor;
import java.net.SocketOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Waits for {@link MemorySocket}s, level-triggered, by looking at each of them. */
final class MemoryPoller implements Poller {
  private final List<MemorySocket> sockets = new ArrayList<>();
  private final List<MemorySocket> ready = new ArrayList<>();
  private @Nullable MemoryListener listener;
  private @Nullable Object listenerAttachment;
  private boolean listenerReady;
  private long now;

  /**
   * Whatever happens to a socket is counted, so that a test knows when nothing happens any more.
   */
  long activity;

  void advance(Duration time) {
    now += time.toNanos();
  }

  /** A client connects. */
  MemorySocket connectClient() {
    var socket = new MemorySocket(this);
    activity++;
    Objects.requireNonNull(listener).waiting.add(socket);
    return socket;
  }

  @Override
  public int poll(long timeoutNanos) {
    ready.clear();
    for (int i = 0; i < sockets.size(); i++) { // no iterator: the tests count garbage
      MemorySocket socket = sockets.get(i);
      if (socket.readiness() != 0) {
        ready.add(socket);
      }
    }
    listenerReady = listener != null && !listener.waiting.isEmpty();
    return ready.size() + (listenerReady ? 1 : 0);
  }

  @Override
  public @Nullable Object attachment(int i) {
    if (i == ready.size()) {
      return listenerAttachment;
    }
    MemorySocket socket = ready.get(i);
    return socket.closed ? null : socket.attachment;
  }

  @Override
  public int readiness(int i) {
    return i == ready.size() ? Readiness.READ : ready.get(i).readiness();
  }

  @Override
  public long staleEvents() {
    return 0;
  }

  @Override
  public void wakeup() {}

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public ListeningSocket listen(Endpoint endpoint, ListenOptions options) {
    listener = new MemoryListener(endpoint);
    return listener;
  }

  @Override
  public StreamSocket connect(Endpoint remote, ConnectionOptions options) {
    throw new UnsupportedOperationException("clients connect by connectClient");
  }

  @Override
  public void register(StreamSocket socket, Object attachment, int interest, Trigger trigger) {
    var registered = (MemorySocket) socket;
    registered.attachment = attachment;
    registered.interest = interest;
    sockets.add(registered);
  }

  @Override
  public void register(ListeningSocket socket, Object attachment, Trigger trigger) {
    listenerAttachment = attachment;
  }

  void deregister(MemorySocket socket) {
    sockets.remove(socket);
  }

  int openSockets() {
    return sockets.size();
  }

  @Override
  public WatchedDescriptor watch(int fd, Object attachment, int interest, Trigger trigger) {
    throw new UnsupportedOperationException("watch");
  }

  @Override
  public void close() {}

  /** Connections that wait to be accepted. */
  private static final class MemoryListener implements ListeningSocket {
    private final Endpoint endpoint;
    final ArrayDeque<MemorySocket> waiting = new ArrayDeque<>();

    MemoryListener(Endpoint endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public @Nullable StreamSocket accept(ConnectionOptions options) {
      return waiting.poll();
    }

    @Override
    public void removeFileOnClose(boolean remove) {}

    @Override
    public Endpoint local() {
      return endpoint;
    }

    @Override
    public void interest(int interest) {}

    @Override
    public <T> void option(SocketOption<T> option, T value) {}

    @Override
    public <T> T option(SocketOption<T> option) {
      throw new UnsupportedOperationException(option.name());
    }

    @Override
    public void close() {
      waiting.clear();
    }
  }
}
