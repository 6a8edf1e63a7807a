package edgewise.http.jdk;

import com.sun.net.httpserver.HttpServer;
import edgewise.http.StatusException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The thread that gives exchanges to the program's executor, one after the other. Not a loop's
 * thread, because an executor may block, or run the handler at once on the thread that calls it.
 * Without an executor that is what is meant to happen, so handlers never run at the same time.
 *
 * <p>What comes before the start waits in the queue. That is bounded by the number of connections,
 * each of which has one request in hand.
 */
final class Dispatcher {
  /** For a program that has set no executor: the handler runs on the dispatcher's thread. */
  static final Executor IN_TURN = Runnable::run;

  private static final System.Logger LOG = System.getLogger("com.sun.net.httpserver");

  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private volatile Executor executor = IN_TURN;
  private @Nullable Thread thread;

  /** Used by the thread alone. */
  private boolean ended;

  /**
   * Begins. The thread inherits what {@link HttpServer#start} says from the caller, and, if that is
   * no daemon, keeps the program running, as the JDK's does.
   */
  void start(Executor to) {
    executor = to;
    thread = new Thread(null, this::run, "edgewise-http-dispatcher", 0, false);
    thread.start();
  }

  /** Has an exchange handled on the executor. One that refuses to makes it a 503. */
  void add(Ending ending, Runnable handling) {
    queue.add(() -> handOver(ending, handling));
  }

  private void handOver(Ending ending, Runnable handling) {
    var begun = new AtomicBoolean();
    try {
      executor.execute(() -> {
        begun.set(true);
        handling.run();
      });
    } catch (Throwable t) {
      LOG.log(System.Logger.Level.WARNING, "the executor has failed", t);
      if (!begun.get()) {
        ending.fail(new StatusException(503, "too busy, try again"));
      }
    }
  }

  private void run() {
    while (!ended) {
      try {
        queue.take().run();
      } catch (InterruptedException e) {
        // A handler has interrupted its own thread; the next one must not suffer from that.
      }
    }
  }

  /** Ends the thread after the handler that runs on it, and waits for that; not for itself. */
  void end() throws InterruptedException {
    queue.add(() -> ended = true);
    if (thread != null && !thread.equals(Thread.currentThread())) {
      thread.join();
    }
  }
}
