package edgewise.http;

import edgewise.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one connection, by one timer, since it has one at a time. It is made once,
 * mostly moved later, which costs next to nothing, and cancelled when the connection closes.
 */
final class Deadline implements Runnable {
  private final HttpConnection connection;
  private final Timer timer;

  /** Null while no rate is watched: an idle connection does without. */
  private @Nullable RateWindow window;

  Deadline(HttpConnection connection) {
    this.connection = connection;
    timer = connection.loop().timer(this);
  }

  @Override
  public void run() {
    connection.timeIsUp();
  }

  void cancel() {
    watchNothing();
    timer.cancel();
  }

  void awaitRequest() {
    watchNothing();
    timer.set(connection.limits().keepAliveTimeout());
  }

  void awaitHeader() {
    watchNothing();
    timer.set(connection.limits().headerTimeout());
  }

  private void watchNothing() {
    RateWindow over = window;
    if (over != null) {
      window = null;
      connection.shared().giveBack(over);
    }
  }

  /** Begins a window: what has moved by now is compared with what has moved when it ends. */
  void watch(@Nullable Exchange exchange, long queued) {
    long now = connection.loop().nanoTime();
    if (window == null) {
      window = connection.shared().takeWindow();
      window.first(exchange, queued, now);
    } else {
      window.next(exchange, queued, now);
    }
    timer.set(connection.limits().rateWindow());
  }

  /** Whether less of what was queued all the time has been taken than the least rate allows. */
  boolean isSlowTaker(@Nullable Exchange exchange, long queued) {
    return window != null && window.isSlowTaker(exchange, queued, connection.loop().nanoTime());
  }

  /** Whether less of a body that was welcome all the time has come than the least rate allows. */
  boolean isSlowSender(@Nullable Exchange exchange) {
    return window != null && window.isSlowSender(exchange);
  }
}
