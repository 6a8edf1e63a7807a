package edgewise.service;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.PeerCredentials;
import edgewise.linux.Unistd;
import java.io.IOException;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that can be replaced while it runs: it offers its listening sockets on a unix socket,
 * the control socket, to whoever may be its successor ({@link TakeOver}), one at a time. Only
 * processes of the same user, or of root, are let in.
 *
 * <pre>
 *   SERVING --a successor asks--> OFFERED --it is ready--> TAKEN: accepts no more, drains, ends
 *      ^                            |
 *      `-- it dies, or takes too long
 * </pre>
 *
 * <p>Until the successor is ready the server goes on as ever: both accept from the same queues
 * meanwhile, so nobody is refused and nobody is lost. When the successor uses the same control
 * socket it gets that too, and can be replaced in turn.
 *
 * <p>The server's own loop runs this; the methods may be called by any thread but a loop's.
 */
public final class HandOver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

  /** From the question to being ready: a JVM that starts its service on a busy machine. */
  public static final Duration DEFAULT_READY_WITHIN = Duration.ofSeconds(30);

  /** Takers come one at a time; more than a few connections are a mistake. */
  private static final int MAX_CONNECTIONS = 16;

  private final EventLoop loop;
  private final List<Offered> offered;
  private final Duration readyWithin;
  private final Consumer<PeerCredentials> whenTaken;
  private final CompletableFuture<Listener> control = new CompletableFuture<>();
  private @Nullable Giving taker;
  private boolean taken;

  private HandOver(
      EventLoop loop,
      List<Offered> offered,
      Duration readyWithin,
      Consumer<PeerCredentials> whenTaken) {
    this.loop = loop;
    this.offered = List.copyOf(offered);
    this.readyWithin = readyWithin;
    this.whenTaken = whenTaken;
  }

  /**
   * Offers sockets.
   *
   * @param at the control socket; one with a file gets the permissions 0600
   * @param offered what a successor gets
   * @param readyWithin how long a successor may take from its question to being ready
   * @param whenTaken called with the successor, once and on a thread of its own, as soon as it is
   *     ready: has to stop accepting before it returns, as {@code HttpServer.drain} does. Socket
   *     files are the successor's by then
   * @throws IOException if the control socket cannot be had
   * @throws UnsupportedOperationException if the loop's backend cannot pass descriptors
   */
  public static HandOver offer(
      EventLoop loop,
      Endpoint at,
      List<Offered> offered,
      Duration readyWithin,
      Consumer<PeerCredentials> whenTaken)
      throws IOException {
    var handOver = new HandOver(loop, offered, readyWithin, whenTaken);
    call(loop, () -> handOver.control.complete(loop.listen(at, options(), handOver::accept)));
    return handOver;
  }

  /** The same on a control socket that was taken over from a predecessor, with its file. */
  public static HandOver offer(
      EventLoop loop,
      Descriptor at,
      List<Offered> offered,
      Duration readyWithin,
      Consumer<PeerCredentials> whenTaken)
      throws IOException {
    var handOver = new HandOver(loop, offered, readyWithin, whenTaken);
    call(
        loop,
        () -> {
          Listener listener = loop.listen(at, options(), handOver::accept);
          handOver.control.complete(listener);
          if (listener.endpoint() instanceof Endpoint.Unix) {
            Offered.leaveOrOwnFile(listener, true);
          }
          return listener;
        });
    return handOver;
  }

  /** How control sockets listen: to the same user and root, whatever the permissions of a file. */
  static ListenOptions options() {
    long self = Unistd.geteuid();
    return ListenOptions.builder()
        .maxConnections(MAX_CONNECTIONS)
        .peerFilter(peer -> peer.uid() == self || peer.uid() == 0)
        .connections(ConnectionOptions.builder().maxUnconsumedBytes(Lines.MAX_BYTES + 1).build())
        .build()
        .withSocketFileMode(
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
  }

  /** Waits for what the loop does. */
  static <T> T call(EventLoop loop, Callable<T> action) throws IOException {
    if (loop.inLoop()) {
      throw new IllegalStateException("would wait for the loop on the loop's own thread");
    }
    var result = new CompletableFuture<T>();
    loop.execute(() -> {
      try {
        result.complete(action.call());
      } catch (Throwable t) { // whatever it is: somebody waits
        result.completeExceptionally(t);
      }
    });
    try {
      return result.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case null, default -> throw new IOException(e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The control socket's address. */
  public Endpoint endpoint() {
    return control.join().endpoint();
  }

  private Giving accept(edgewise.Connection connection) {
    return new Giving(connection, new Sockets());
  }

  /** What takers are told. */
  private final class Sockets implements Giving.Giver {
    @Override
    public @Nullable String refusal(Giving asking) {
      if (taken || taker != null) {
        return taken ? "another process has them already" : "another process is taking them over";
      }
      taker = asking;
      return null;
    }

    @Override
    public List<Offered> offered() {
      return offered;
    }

    @Override
    public Listener control() {
      return control.join();
    }

    @Override
    public Duration readyWithin() {
      return readyWithin;
    }

    @Override
    public void ready(Giving successor, boolean withControl) {
      taken = true;
      // Handed to the loops at once: a stop that comes now would remove the successor's files.
      var left = offered.stream().map(each -> each.removeFile(false)).toList();
      if (withControl) {
        Offered.leaveOrOwnFile(control.join(), false);
      }
      Thread.ofVirtual().name("edgewise-hand-over").start(() -> give(successor, left));
    }

    @Override
    public void gone(Giving leaving) {
      if (leaving.equals(taker) && !taken) {
        LOG.warn("a process that was taking over has ended before it was ready; going on");
        taker = null;
      }
    }
  }

  /** The files first: after that nobody here removes them. */
  private void give(Giving successor, List<CompletableFuture<Void>> left) {
    try {
      CompletableFuture.allOf(left.toArray(CompletableFuture[]::new))
          .exceptionally(HandOver::loopEnded)
          .join();
      PeerCredentials peer =
          call(
              loop,
              () -> {
                control.join().close();
                return successor.peer();
              });
      whenTaken.accept(peer);
    } catch (IOException | RuntimeException e) {
      LOG.error("the sockets are the successor's, but this server could not let go in order", e);
    }
    try {
      loop.execute(() -> {
        successor.confirm();
        successor.close();
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended, and its end tells the successor the same", e);
    }
  }

  /** And has closed its listeners; those of others are still to be let go of. */
  private static @Nullable Void loopEnded(Throwable failure) {
    LOG.warn("a listener that was handed over has ended already", failure);
    return null;
  }

  /** Offers no more, and refuses who is just taking over. Idempotent. */
  @Override
  public void close() {
    try {
      call(
          loop,
          () -> {
            control.join().close();
            if (taker != null && !taken) {
              taker.refuse("the server is stopping");
            }
            return true;
          });
    } catch (IOException | RejectedExecutionException e) {
      LOG.debug("the loop has ended, and this with it", e);
    }
  }
}
