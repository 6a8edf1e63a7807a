package edgewise;

import edgewise.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Some loops, each on its own platform thread. Thread-safe. Methods that need a loop hand over to
 * it and wait for the answer, so they must not be called on a loop's thread.
 */
public final class Reactor implements AutoCloseable {
  private final LoopOptions options;
  private final List<EventLoop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private Reactor(LoopOptions options) {
    this.options = options;
  }

  /** Opens a reactor with one loop per processor and default options. */
  public static Reactor open() throws IOException {
    return open(Runtime.getRuntime().availableProcessors(), LoopOptions.DEFAULT);
  }

  /**
   * Opens a reactor.
   *
   * @throws UnsupportedOperationException if the backend cannot be used here; the message says why
   */
  public static Reactor open(int loops, LoopOptions options) throws IOException {
    Limits.atLeast("loops", loops, 1);
    var reactor = new Reactor(options);
    try {
      for (int i = 0; i < loops; i++) {
        reactor.start(i);
      }
      return reactor;
    } catch (Throwable t) {
      reactor.close();
      throw t;
    }
  }

  private void start(int index) throws IOException {
    var opened = new CompletableFuture<EventLoop>();
    Thread thread =
        Thread.ofPlatform()
            .name("edgewise-loop-" + index)
            .start(() -> {
              EventLoop loop;
              try {
                loop = EventLoop.open(options);
              } catch (Throwable t) {
                opened.completeExceptionally(t);
                return;
              }
              opened.complete(loop);
              loop.run();
            });
    loops.add(await(opened));
    threads.add(thread);
  }

  /** The loops, in a fixed order. */
  public List<EventLoop> loops() {
    return List.copyOf(loops);
  }

  /** The backend of all loops. */
  public Backend backend() {
    return loops.getFirst().backend();
  }

  /** Listens with default options; see {@link #listen(Endpoint, ListenOptions, Acceptor)}. */
  public Listening listen(Endpoint endpoint, Acceptor acceptor) throws IOException {
    return listen(endpoint, ListenOptions.DEFAULT, acceptor);
  }

  /**
   * Listens, and spreads the connections over the loops as the options say.
   *
   * @throws java.net.BindException if the address is taken, not of this machine, or not permitted
   */
  public Listening listen(Endpoint endpoint, ListenOptions how, Acceptor acceptor)
      throws IOException {
    var listeners = new ArrayList<Listener>();
    boolean everyLoop =
        how.spread() == ListenOptions.Spread.REUSE_PORT && endpoint instanceof Endpoint.Inet;
    if (!everyLoop) {
      EventLoop first = loops.getFirst();
      listeners.add(call(first, () -> first.listen(endpoint, how, acceptor, this::leastLoaded)));
      return new Listening(listeners);
    }
    if (!backend().has(Backend.Feature.REUSE_PORT)) {
      throw backend().lacks("SO_REUSEPORT");
    }
    Endpoint bound = endpoint;
    try {
      for (EventLoop loop : loops) {
        Endpoint here = bound;
        listeners.add(call(loop, () -> loop.listen(here, how, acceptor)));
        bound = listeners.getLast().endpoint();
      }
      return new Listening(listeners);
    } catch (Throwable t) {
      new Listening(listeners).close();
      throw t;
    }
  }

  /**
   * Listens on a socket that listens already; one loop accepts for all. See {@link
   * EventLoop#listen(Descriptor, ListenOptions, Acceptor)}.
   */
  public Listening listen(Descriptor socket, ListenOptions how, Acceptor acceptor)
      throws IOException {
    EventLoop first = loops.getFirst();
    return new Listening(
        List.of(call(first, () -> first.listen(socket, how, acceptor, this::leastLoaded))));
  }

  /** A listening address, on one loop or on all. */
  public static final class Listening implements AutoCloseable {
    private final List<Listener> listeners;

    private Listening(List<Listener> listeners) {
      this.listeners = List.copyOf(listeners);
    }

    /** The address, with the real port. */
    public Endpoint endpoint() {
      return listeners.getFirst().endpoint();
    }

    /** The listener of each loop that has one; their methods belong to their loops. */
    public List<Listener> listeners() {
      return listeners;
    }

    /**
     * Stops listening on all loops, and returns when that is done. Accepted connections live on.
     * Harmless when repeated, and for loops that have ended: they have closed their listeners.
     */
    @Override
    public void close() {
      for (Listener listener : listeners) {
        if (listener.loop.inLoop()) {
          throw waitsForItself();
        }
        var done = new CompletableFuture<Boolean>();
        boolean handedOver =
            listener.loop.executeIfOpen(() -> {
              try {
                listener.close();
              } finally {
                done.complete(true);
              }
            });
        if (handedOver) {
          done.join();
        }
      }
    }
  }

  /** Connects on the loop with the fewest connections; see {@link EventLoop#connect}. */
  public void connect(Endpoint remote, ConnectionOptions how, Handler handler) throws IOException {
    EventLoop loop = leastLoaded();
    call(loop, () -> loop.connect(remote, how, handler));
  }

  /** Opens a directory whose files can be sent on any loop. */
  public FileRoot openRoot(Path directory) throws IOException {
    return backend().openRoot(directory);
  }

  private EventLoop leastLoaded() {
    EventLoop least = loops.getFirst();
    for (int i = 1; i < loops.size(); i++) {
      EventLoop other = loops.get(i);
      if (other.connections() < least.connections()) {
        least = other;
      }
    }
    return least;
  }

  /** Begins to stop all loops gracefully; see {@link EventLoop#stop}. Returns at once. */
  public void stop(Duration atMost) {
    loops.forEach(loop -> loop.stop(atMost));
  }

  /**
   * Waits until all loops have ended.
   *
   * @throws IOException if one of them failed
   */
  public void awaitStop() throws IOException, InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    for (EventLoop loop : loops) {
      Throwable failure = loop.failure();
      if (failure != null) {
        throw new IOException("a loop failed", failure);
      }
    }
  }

  /** Stops gracefully within {@link LoopOptions#stopTimeout()}, and waits for it. */
  @Override
  public void close() {
    if (loops.stream().anyMatch(EventLoop::inLoop)) {
      throw new IllegalStateException("a loop cannot wait for its own end; use stop");
    }
    stop(options.stopTimeout());
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          loops.forEach(EventLoop::close); // no time for grace
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Calls something on a loop and waits for its outcome. */
  private static <T> T call(EventLoop loop, Callable<T> what) throws IOException {
    if (loop.inLoop()) {
      throw waitsForItself();
    }
    var outcome = new CompletableFuture<T>();
    loop.execute(() -> {
      try {
        outcome.complete(what.call());
      } catch (Throwable t) {
        outcome.completeExceptionally(t);
      }
    });
    return await(outcome);
  }

  private static IllegalStateException waitsForItself() {
    return new IllegalStateException("would wait for the loop on the loop's own thread");
  }

  private static <T> T await(CompletableFuture<T> outcome) throws IOException {
    try {
      return outcome.join();
    } catch (CompletionException e) {
      throw rethrown(e.getCause());
    }
  }

  private static IOException rethrown(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> new IOException(cause);
    };
  }
}
