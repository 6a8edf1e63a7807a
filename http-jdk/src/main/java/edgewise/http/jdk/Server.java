package edgewise.http.jdk;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import edgewise.http.HttpLimits;
import edgewise.http.Request;
import edgewise.http.Response;
import edgewise.http.StatusException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server of the JDK's API. Thread-safe.
 *
 * <pre>
 *   NEW --bind()--> BOUND --start()--> STARTED
 *    `---------------`------stop()------'---> STOPPED
 * </pre>
 *
 * <p>It listens from bind on, so that the port is known and clients can connect; what they ask for
 * waits until start.
 */
final class Server extends HttpServer {
  private static final System.Logger LOG = System.getLogger("com.sun.net.httpserver");

  private enum State {
    NEW,
    BOUND,
    STARTED,
    STOPPED
  }

  /**
   * How long clients may then take to get the last octets of their responses: those of the JDK's
   * handlers are in the kernel when they return, these may still wait for the loop.
   */
  private static final Duration FLUSH_TIME = Duration.ofSeconds(1);

  /** A program that asks for more, such as Integer.MAX_VALUE seconds, means: for ever. */
  private static final Duration LONGEST_STOP = Duration.ofDays(365);

  private final HttpLimits limits;
  private final Contexts contexts = new Contexts();
  private final Dispatcher dispatcher = new Dispatcher();

  /** The exchanges under way. */
  private final Set<Ending> open = ConcurrentHashMap.newKeySet();

  private volatile State state = State.NEW;
  private @Nullable Executor executor;
  private edgewise.http.@Nullable HttpServer listening;
  private @Nullable InetSocketAddress address;

  Server(HttpLimits limits) {
    this.limits = limits;
  }

  // --- life

  @Override
  public synchronized void bind(InetSocketAddress to, int backlog) throws IOException {
    Objects.requireNonNull(to, "address");
    if (state != State.NEW) {
      throw new BindException("the server is bound already, or has stopped");
    }
    listening = Listen.on(to, backlog, limits, this::serve);
    address = Listen.address(listening);
    state = State.BOUND;
  }

  @Override
  public synchronized void start() {
    if (state != State.BOUND) {
      throw new IllegalStateException(
          "only a server that is bound can be started, and only once; this one is " + state);
    }
    if (executor == null) {
      executor = Dispatcher.IN_TURN;
    }
    state = State.STARTED;
    dispatcher.start(executor);
  }

  @Override
  public synchronized void setExecutor(@Nullable Executor to) {
    if (state == State.STARTED || state == State.STOPPED) {
      throw new IllegalStateException("the executor has to be set before the start");
    }
    executor = to;
  }

  @Override
  public synchronized @Nullable Executor getExecutor() {
    return executor;
  }

  /** The address with the real port; null if it is not bound. */
  @Override
  public synchronized @Nullable InetSocketAddress getAddress() {
    return address;
  }

  @Override
  public void stop(int seconds) {
    if (seconds < 0) {
      throw new IllegalArgumentException("a delay must not be negative: " + seconds);
    }
    edgewise.http.HttpServer server = toStop();
    if (server == null) {
      return;
    }
    Duration atMost = Duration.ofSeconds(Math.min(seconds, LONGEST_STOP.toSeconds()));
    server.stop(atMost.plus(FLUSH_TIME)); // returns at once: nothing is accepted any more
    try {
      awaitExchanges(atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // which makes what follows as short as it can be
    }
    open.forEach(ending -> ending.fail(stopped()));
    server.reactor().stop(FLUSH_TIME);
    server.close();
    endDispatcher();
  }

  /** What is to be stopped; null if there is nothing, or somebody else has. */
  private synchronized edgewise.http.@Nullable HttpServer toStop() {
    edgewise.http.HttpServer server = state == State.STOPPED ? null : listening;
    state = State.STOPPED;
    return server;
  }

  private void awaitExchanges(Duration atMost) throws InterruptedException {
    try {
      CompletableFuture.allOf(open.stream().map(Ending::done).toArray(CompletableFuture<?>[]::new))
          .get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("an end does not fail", e);
    } catch (TimeoutException e) {
      LOG.log(System.Logger.Level.DEBUG, "exchanges are cut off: {0}", open.size());
    }
  }

  private static StatusException stopped() {
    return new StatusException(503, "the server has stopped");
  }

  private void endDispatcher() {
    try {
      dispatcher.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- contexts

  @Override
  public HttpContext createContext(String path, HttpHandler handler) {
    Objects.requireNonNull(handler, "handler");
    return add(path, handler);
  }

  @Override
  public HttpContext createContext(String path) {
    return add(path, null);
  }

  private Context add(String path, @Nullable HttpHandler handler) {
    Objects.requireNonNull(path, "path");
    var context = new Context(this, path, handler);
    contexts.add(context);
    return context;
  }

  @Override
  public void removeContext(String path) {
    Objects.requireNonNull(path, "path");
    contexts.remove(path);
  }

  @Override
  public void removeContext(HttpContext context) {
    contexts.remove(context);
  }

  // --- requests

  /** On a loop, as soon as the head is there. */
  private Response serve(Request request) throws Exception {
    var ending = new Ending(open);
    return edgewise.http.HttpHandler.blocking(
            ending,
            call -> {
              ending.begin(call);
              if (state == State.STOPPED) {
                ending.fail(stopped());
              } else {
                dispatcher.add(ending, () -> begin(request, ending));
              }
            })
        .handle(request);
  }

  /** On the executor. */
  private void begin(Request request, Ending ending) {
    if (ending.isOver()) {
      return; // the server has stopped meanwhile
    }
    try {
      handle(request, new URI(request.target()), ending);
    } catch (URISyntaxException e) {
      ending.answer(refusal("400 Bad Request", "the request target is no URI"));
    } catch (Throwable t) {
      ending.fail(t);
    }
  }

  private void handle(Request request, URI target, Ending ending) {
    Context context = target.getPath() == null ? null : contexts.find(target.getPath());
    HttpHandler handler = context == null ? null : context.getHandler();
    if (context == null) {
      ending.answer(refusal("404 Not Found", "no context has this path"));
    } else if (handler == null) {
      ending.answer(refusal("500 Internal Server Error", "the context has no handler"));
    } else {
      new Exchange(context, handler, target, request, ending).handle();
    }
  }

  /** An HTML page, as the JDK's own server sends it. */
  private static Response refusal(String status, String reason) {
    byte[] page = ("<h1>" + status + "</h1>" + reason).getBytes(StandardCharsets.US_ASCII);
    return Response.bytes(page, "text/html").withStatus(Integer.parseInt(status, 0, 3, 10));
  }
}
