package edgewise.http;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.FileRoot;
import edgewise.ListenOptions;
import edgewise.Reactor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A running HTTP/1.1 server: routes, listening addresses, and the loops that serve them.
 * Thread-safe, but its methods wait for loops, so they must not be called on one.
 *
 * <pre>{@code
 * HttpServer.builder()
 *     .get("/hello/{name}", request -> Response.text("Hello " + request.pathValue("name")))
 *     .files("/", Path.of("public"))
 *     .listen("127.0.0.1:8080")
 *     .listen("unix:/run/app.sock")
 *     .start();
 * }</pre>
 */
public final class HttpServer implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
  private static final long STOP_MARGIN_MILLIS = 500;
  private static final long LOOP_PATIENCE_MILLIS = 1000;

  private final Reactor reactor;
  private final boolean ownsReactor;
  private final HttpProtocol protocol;
  private final List<Reactor.Listening> listenings = new ArrayList<>();
  private final List<FileRoot> roots = new ArrayList<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean draining;
  private boolean stopping;

  /** Counts the loops that still have connections, once the server drains or stops. */
  private @Nullable CountDownLatch left;

  private HttpServer(Reactor reactor, boolean ownsReactor, HttpProtocol protocol) {
    this.reactor = reactor;
    this.ownsReactor = ownsReactor;
    this.protocol = protocol;
  }

  /** A builder of a server. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The addresses that it listens on, with real ports: those of endpoints in the order in which
   * they were given, then those of sockets.
   */
  public List<Endpoint> endpoints() {
    return listenings.stream().map(Reactor.Listening::endpoint).toList();
  }

  /** The listeners behind the {@link #endpoints}, in the same order. */
  public List<Reactor.Listening> listenings() {
    return List.copyOf(listenings);
  }

  /** The reactor that it runs on. */
  public Reactor reactor() {
    return reactor;
  }

  /**
   * Begins to stop: nothing is accepted any more, idle connections close, requests in hand are
   * finished; who is still there at the deadline is cut off. Returns when listening has ended.
   */
  public void stop(Duration atMost) {
    listenings.forEach(Reactor.Listening::close); // first: on a loop that fails, with nothing begun
    synchronized (this) {
      if (stopping) {
        return;
      }
      stopping = true;
    }
    if (ownsReactor) {
      reactor.stop(atMost);
    } else {
      var _ = endConnections(atMost, HttpLoop::stop, HttpLoop::abort, Duration.ZERO);
    }
  }

  /**
   * Begins to stop without closing on anybody, as a server does whose successor listens already:
   * nothing is accepted any more, and every client is told by its next response that it is the
   * connection's last ({@code Connection: close}, RFC 9112 section 9.6). A client that pipelines
   * gets answers to all that has come. Endless streams are asked to end, and so are connections
   * that were upgraded. At the deadline idle connections close, and who else is still there is cut
   * off. {@link #stop} may follow. Returns when listening has ended, and all loops know, but for
   * those that a handler keeps busy for more than a second.
   */
  public void drain(Duration atMost) {
    listenings.forEach(Reactor.Listening::close); // as in stop
    synchronized (this) {
      if (draining || stopping) {
        return;
      }
      draining = true;
    }
    Duration lingering = protocol.limits.lingerTimeout();
    CountDownLatch begun = endConnections(atMost, HttpLoop::drain, HttpLoop::endDrain, lingering);
    try {
      var _ = begun.await(LOOP_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the loops begin all the same
    }
  }

  /**
   * Ends the connections, and not the loops, which may be somebody else's. A connection that was
   * accepted on another loop than its own has come to its own before this task does: tasks run in
   * the order of hand-over, and listening has ended.
   *
   * @return counts the loops that have not begun yet
   */
  private CountDownLatch endConnections(
      Duration atMost,
      BiConsumer<HttpLoop, Runnable> begin,
      Consumer<HttpLoop> atDeadline,
      Duration after) {
    List<EventLoop> loops = reactor.loops();
    var latch = new CountDownLatch(loops.size());
    var begun = new CountDownLatch(loops.size());
    synchronized (this) {
      left = latch;
    }
    for (EventLoop loop : loops) {
      try {
        loop.execute(() -> {
          HttpLoop shared = protocol.on(loop);
          if (shared == null) {
            latch.countDown();
          } else {
            begin.accept(shared, latch::countDown);
            loop.schedule(atMost, () -> atDeadline.accept(shared));
          }
          begun.countDown();
        });
      } catch (RejectedExecutionException e) {
        latch.countDown(); // the loop has ended, and its connections with it
        begun.countDown();
      }
    }
    long millis = atMost.plus(after).toMillis() + STOP_MARGIN_MILLIS;
    Thread.ofVirtual().start(() -> awaitConnections(latch, millis));
    return begun;
  }

  private void awaitConnections(CountDownLatch latch, long millis) {
    try {
      var _ = latch.await(millis, TimeUnit.MILLISECONDS); // a loop that fails does not say so
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (!latch.equals(left)) {
        return; // to stop has followed, and has a deadline of its own
      }
    }
    if (ownsReactor) {
      reactor.stop(CLOSE_TIMEOUT);
    }
    stopped.countDown();
  }

  /**
   * Waits until the server has stopped.
   *
   * @throws IOException if one of its own loops failed
   */
  public void awaitStop() throws IOException, InterruptedException {
    if (ownsReactor) {
      reactor.awaitStop();
    } else {
      stopped.await();
    }
    release();
  }

  private void release() {
    protocol.stalls.close();
    roots.forEach(FileRoot::close);
  }

  /** Stops within 10 seconds, and waits for it. */
  @Override
  public void close() {
    stop(CLOSE_TIMEOUT);
    try {
      if (ownsReactor) {
        reactor.close();
      } else if (!stopped.await(CLOSE_TIMEOUT.toMillis() + 1000, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the reactor does not end its connections");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      release();
    }
  }

  /** Describes a server and starts it. */
  public static final class Builder {
    private final Router router = new Router();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Descriptor> sockets = new ArrayList<>();
    private final List<Files> files = new ArrayList<>();
    private HttpLimits limits = HttpLimits.DEFAULT;
    private ListenOptions listening = ListenOptions.DEFAULT;
    private @Nullable Reactor reactor;
    private @Nullable HttpHandler handler;
    private final List<HttpFilter> filters = new ArrayList<>();
    private ErrorHandler errors = ErrorHandler.PLAIN;
    private @Nullable AccessLog accessLog;

    private record Files(String prefix, Path directory, Consumer<FileHandler.Builder> how) {}

    private Builder() {}

    /** Answers GET and HEAD; for patterns see {@link Router}. */
    public Builder get(String pattern, HttpHandler answer) {
      router.get(pattern, answer);
      return this;
    }

    /** Answers POST. */
    public Builder post(String pattern, HttpHandler answer) {
      router.post(pattern, answer);
      return this;
    }

    /** Answers one method. */
    public Builder route(String method, String pattern, HttpHandler answer) {
      router.route(method, pattern, answer);
      return this;
    }

    /** Answers all methods that have no handler of their own. */
    public Builder any(String pattern, HttpHandler answer) {
      router.any(pattern, answer);
      return this;
    }

    /** Serves the files of a directory below a prefix such as {@code /} or {@code /static/}. */
    public Builder files(String prefix, Path directory, FileHandler.Option... options) {
      return files(prefix, directory, how -> how.options(options));
    }

    /**
     * Serves the files of a directory below a prefix, as the function says, which is called once,
     * by {@link #start}.
     *
     * <pre>{@code
     * .files("/", Path.of("public"), how -> how.precompressed().cacheControl("*.css", "max-age=60"))
     * }</pre>
     */
    public Builder files(String prefix, Path directory, Consumer<FileHandler.Builder> how) {
      files.add(new Files(prefix, directory, how));
      return this;
    }

    /** Answers what no route matches, in place of 404. */
    public Builder fallback(HttpHandler answer) {
      router.fallback(answer);
      return this;
    }

    /** Puts a filter around everything. The first one added is the outermost. */
    public Builder filter(HttpFilter filter) {
      filters.add(filter);
      return this;
    }

    /** What to answer when a handler fails; by default {@link ErrorHandler#PLAIN}. */
    public Builder onError(ErrorHandler answer) {
      errors = answer;
      return this;
    }

    /** Where each request is noted; it stays the caller's, who closes it after the server. */
    public Builder accessLog(AccessLog log) {
      accessLog = log;
      return this;
    }

    /** Answers everything by one handler, in place of routes. */
    public Builder handler(HttpHandler everything) {
      handler = everything;
      return this;
    }

    /**
     * Listens on an address in one of the forms of {@link Endpoint}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public Builder listen(String address) {
      return listen(Endpoint.parse(address));
    }

    /** Listens on an address. */
    public Builder listen(Endpoint endpoint) {
      endpoints.add(endpoint);
      return this;
    }

    /**
     * Listens on a socket that listens already; see {@link edgewise.EventLoop#listen(Descriptor,
     * ListenOptions, edgewise.Acceptor)}. It is the server's when it has started.
     */
    public Builder listen(Descriptor listeningSocket) {
      sockets.add(listeningSocket);
      return this;
    }

    /** How to listen, on all addresses. */
    public Builder listenOptions(ListenOptions options) {
      listening = options;
      return this;
    }

    /** What clients may ask for. */
    public Builder limits(HttpLimits values) {
      limits = values;
      return this;
    }

    /** Runs on these loops, which go on when the server stops; without this it opens its own. */
    public Builder reactor(Reactor shared) {
      reactor = shared;
      return this;
    }

    /**
     * Starts the server.
     *
     * @throws java.net.BindException if an address is taken, not of this machine, or not permitted
     * @throws IOException if it cannot listen, or a directory of files cannot be opened
     */
    public HttpServer start() throws IOException {
      if (endpoints.isEmpty() && sockets.isEmpty()) {
        throw new IllegalStateException("the server has no address; call listen first");
      }
      boolean own = reactor == null;
      Reactor loops = reactor == null ? Reactor.open() : reactor;
      HttpHandler root = handler == null ? router : handler;
      var server =
          new HttpServer(loops, own, new HttpProtocol(filtered(root), limits, errors, accessLog));
      try {
        for (Files served : files) {
          serve(server, served);
        }
        ListenOptions how = listening.withConnections(forHttp(listening.connections()));
        for (Endpoint endpoint : endpoints) {
          server.listenings.add(loops.listen(endpoint, how, server.protocol));
        }
        for (Descriptor socket : sockets) {
          server.listenings.add(loops.listen(socket, how, server.protocol));
        }
        return server;
      } catch (Throwable t) {
        server.close();
        throw t;
      }
    }

    private HttpHandler filtered(HttpHandler root) {
      HttpHandler around = root;
      for (HttpFilter filter : filters.reversed()) {
        around = filter.around(around);
      }
      return around;
    }

    private void serve(HttpServer server, Files served) throws IOException {
      FileRoot root = server.reactor.openRoot(served.directory);
      server.roots.add(root);
      String slash = served.prefix.endsWith("/") ? "" : "/";
      var handler = FileHandler.builder(root);
      served.how.accept(handler);
      router.any(served.prefix + slash + "{path...}", handler.build());
    }

    /**
     * What a connection leaves unread while it is blocked is bounded by the parser's limits and the
     * loop's receive buffer, so the general limit must not get in the way.
     */
    private static ConnectionOptions forHttp(ConnectionOptions given) {
      return given.toBuilder().maxUnconsumedBytes(Integer.MAX_VALUE).build();
    }
  }
}
