package edgewise.http.jdk;

import edgewise.http.HttpHandler;
import edgewise.http.Request;
import edgewise.http.Response;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How one exchange ends, which it does once. To Edgewise it is a blocking handler, but one that no
 * thread waits in: the program answers by {@link Request#respond} on a thread and at a time of its
 * own, and if that is not how it ends, the handler is called to return or throw what came instead.
 *
 * <p>The connection knows this, so this must not know the exchange: one that only a connection knew
 * would never be lost. Thread-safe.
 */
final class Ending implements HttpHandler {
  private final Set<Ending> open;
  private final AtomicBoolean over = new AtomicBoolean();
  private final CompletableFuture<Boolean> done = new CompletableFuture<>();
  private volatile @Nullable Runnable call;
  private volatile boolean begun;
  private volatile @Nullable Response response;
  private volatile @Nullable Throwable failure;

  /** {@code open} has it from {@link #begin} to its end. */
  Ending(Set<Ending> open) {
    this.open = open;
  }

  /** {@code by}: calls {@link #handle}. */
  void begin(Runnable by) {
    call = by;
    open.add(this);
  }

  /** The response has begun: a failure has to end that. */
  void responseBegun() {
    begun = true;
  }

  boolean isOver() {
    return over.get();
  }

  /** Completed when it is over. */
  CompletableFuture<Boolean> done() {
    return done;
  }

  /** The response was written to its end; false if it was over already. */
  boolean complete() {
    return over.compareAndSet(false, true) && tell();
  }

  /** This is the response, unless one has begun; false if it was over already. */
  boolean answer(Response instead) {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    response = instead;
    return callBack();
  }

  /** There will be no response, or no more of it; false if it was over already. */
  boolean fail(Throwable t) {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    failure = t;
    return callBack();
  }

  @SuppressWarnings("UnusedVariable") // the read makes what respond has left visible here
  private boolean callBack() {
    boolean seen = begun;
    Objects.requireNonNull(call).run();
    return tell();
  }

  private boolean tell() {
    open.remove(this);
    return done.complete(true);
  }

  @Override
  public Response handle(Request request) throws Exception {
    return switch (failure) {
      case null -> Objects.requireNonNull(response);
      case Error e -> throw e;
      case Exception e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
    };
  }
}
