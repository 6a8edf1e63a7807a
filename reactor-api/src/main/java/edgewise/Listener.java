package edgewise;

import edgewise.spi.Backend;
import edgewise.spi.ListeningSocket;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A socket that listens. It owns its descriptor, belongs to one loop, and its methods must be
 * called there. Made by {@link EventLoop#listen}.
 *
 * <p>Under EDGE accepting is drained like reading: until nothing is waiting or the turn's budget is
 * spent. Under LEVEL a turn accepts as many as there usually are, and leaves it to the poller to
 * say that there are more: an accept4(2) that finds nobody costs 3.7 us, ten times a recv(2) that
 * finds nothing, since Linux makes the socket and the file before it looks. When accept fails, as
 * it does when descriptors have run out, accepting rests for a moment and goes on by itself;
 * nothing spins and nothing that is open is dropped.
 */
public final class Listener extends Channel implements AutoCloseable {
  /** How long accepting rests after a failure: short for a client, and 20 calls a second for us. */
  private static final Duration REST = Duration.ofMillis(50);

  /** After so many turns in a row in which there may have been more, twice as many are accepted. */
  private static final int FULL_TURNS = 4;

  final ListenOptions options;
  final Acceptor acceptor;
  private final ListeningSocket socket;
  private final Supplier<EventLoop> nextLoop;
  private final Timer rest;
  private final Trigger trigger;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean full;
  private boolean paused;
  private boolean failing;
  private boolean closed;
  private boolean listening = true;
  private long accepted;

  /** Under LEVEL: how many a turn accepts, and for how many turns that was not enough. */
  private int usual = 1;

  private int fullTurns;

  Listener(
      EventLoop loop,
      ListeningSocket socket,
      ListenOptions options,
      Acceptor acceptor,
      Supplier<EventLoop> nextLoop)
      throws IOException {
    super(loop);
    this.socket = socket;
    this.options = options;
    this.acceptor = acceptor;
    this.nextLoop = nextLoop;
    this.rest = loop.timer(() -> loop.requeue(this));
    this.trigger = loop.requirements.listenerTrigger(options.trigger());
    loop.poller.register(socket, this, trigger);
  }

  @Override
  void onReady(int readiness) {
    if (!queued) {
      turn();
    }
  }

  @Override
  void turn() {
    try {
      boolean more = !closed && !paused && !rest.isSet() && accept();
      if (more) {
        loop.requeue(this);
      }
      updateInterest();
    } catch (IOException e) {
      restAfter(e);
    }
  }

  /**
   * Accepts until nobody waits, or an acceptor pauses or closes this listener; whether the budget
   * was spent before that, and the poller will not say that somebody waits.
   */
  private boolean accept() throws IOException {
    int budget = loop.options.acceptBudget();
    int most = trigger == Trigger.LEVEL ? Math.min(usual, budget) : budget;
    for (int i = 0; i < most; i++) {
      if (closed || paused || isFull()) {
        return false;
      }
      StreamSocket next = socket.accept(options.connections());
      if (next == null) {
        usual = Math.max(1, i);
        fullTurns = 0;
        return false;
      }
      failing = false;
      if (isWelcome(next)) {
        accepted++;
        connections.incrementAndGet();
        handOver(next, nextLoop.get());
      }
    }
    if (++fullTurns == FULL_TURNS) {
      fullTurns = 0;
      usual = Math.min(2 * most, budget);
    }
    return trigger != Trigger.LEVEL && !closed && !paused;
  }

  /** Asks the filter; who is not welcome finds the connection closed. */
  private boolean isWelcome(StreamSocket next) {
    if (options.peerFilter() == null) {
      return true;
    }
    boolean welcome = false;
    try {
      PeerCredentials peer = next.peerCredentials();
      welcome = options.peerFilter().test(peer);
      if (!welcome) {
        loop.log.debug("{}: {} is not let in", this, peer);
      }
    } catch (Throwable t) { // the filter's, too, must not end the loop (law 12)
      loop.log.warn("{}: a connection is closed, since its peer could not be examined", this, t);
    } finally {
      if (!welcome) {
        next.close();
      }
    }
    return welcome;
  }

  /** Puts the flag up before it looks: a connection that closes meanwhile sees the flag. */
  private boolean isFull() {
    full = true;
    full = connections.get() >= options.maxConnections();
    return full;
  }

  private void handOver(StreamSocket next, EventLoop target) {
    if (target == loop) {
      Connection.accepted(loop, next, this);
      return;
    }
    target.reserve();
    try {
      target.execute(() -> {
        target.unreserve();
        Connection.accepted(target, next, this);
      });
    } catch (RejectedExecutionException e) {
      loop.log.debug("loop {} has ended; a connection for it is closed", target, e);
      target.unreserve();
      connections.decrementAndGet();
      next.close();
    }
  }

  private void restAfter(IOException e) {
    if (!failing) {
      failing = true;
      loop.log.warn("{}: accepting rests until it succeeds again", this, e);
    }
    rest.set(REST);
    try {
      updateInterest();
    } catch (IOException second) {
      loop.log.warn("{}: cannot change its interest", this, second);
    }
  }

  private void updateInterest() throws IOException {
    boolean wanted = !closed && !paused && !full && !rest.isSet();
    if (closed || (wanted == listening && trigger != Trigger.ONESHOT)) {
      return;
    }
    listening = wanted;
    socket.interest(wanted ? Readiness.READ : 0);
  }

  /** Any thread: one of its connections has closed. */
  void connectionClosed() {
    connections.decrementAndGet();
    if (full) {
      loop.executeIfOpen(this::goOn);
    }
  }

  private void goOn() {
    full = false;
    loop.requeue(this);
  }

  /** Stops accepting; what connects waits in the kernel's queue. */
  public void pause() {
    loop.checkThread();
    paused = true;
    loop.requeue(this);
  }

  /** Accepts again, first those that wait. */
  public void resume() {
    loop.checkThread();
    paused = false;
    loop.requeue(this);
  }

  /** The loop that it belongs to. Any thread. */
  public EventLoop loop() {
    return loop;
  }

  /** The address it is bound to, with the real port. */
  public Endpoint endpoint() {
    return socket.local();
  }

  /** Connections accepted so far. */
  public long accepted() {
    return accepted;
  }

  /** Sets an option of {@link java.net.StandardSocketOptions} or {@link LinuxOptions}. */
  public <T> Listener option(SocketOption<T> option, T value) throws IOException {
    loop.checkThread();
    socket.option(option, value);
    return this;
  }

  /** Reads an option; see {@link #option(SocketOption, Object)}. */
  public <T> T option(SocketOption<T> option) throws IOException {
    loop.checkThread();
    return socket.option(option);
  }

  /**
   * A duplicate of the listening socket, close-on-exec, to be passed to another process ({@link
   * Connection#write(java.nio.ByteBuffer, java.util.List)}): both then accept from one queue, and
   * the address stays taken until both have closed it.
   *
   * @throws UnsupportedOperationException if the backend cannot pass descriptors
   */
  public Descriptor duplicate() throws IOException {
    loop.checkThread();
    loop.requirements.check(Backend.Feature.DESCRIPTORS, "a duplicate of a socket");
    return socket.duplicate();
  }

  /**
   * Whether {@link #close} removes the socket file: yes for a listener that has made it, no for an
   * adopted one. To be switched off by whoever leaves the file to another process, and on by that.
   *
   * @throws IOException if there is no such file
   */
  public void removeSocketFile(boolean onClose) throws IOException {
    loop.checkThread();
    socket.removeFileOnClose(onClose);
  }

  /** Stops listening and frees the address; accepted connections live on. Idempotent. */
  @Override
  public void close() {
    loop.checkThread();
    if (!closed) {
      closed = true;
      rest.cancel();
      loop.closed(this);
      try {
        socket.close();
      } catch (UncheckedIOException e) {
        loop.log.warn("{} is closed, but its socket file is still there", this, e);
      }
    }
  }

  @Override
  void stop() {
    close();
  }

  @Override
  void end(@Nullable Throwable cause) {
    close();
  }

  @Override
  public String toString() {
    return "Listener[" + socket.local() + "]";
  }
}
