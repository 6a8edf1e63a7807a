package edgewise.http;

import edgewise.EventLoop;
import edgewise.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one connection, by one timer, since it has one at a time. It is made once,
 * mostly moved later, which costs next to nothing, and cancelled when the connection closes.
 *
 * <p>Rates are watched over windows: what had moved when the window began is compared with what has
 * moved when it ends.
 */
final class Deadline {
  private final EventLoop loop;
  private final HttpLimits limits;
  private final Timer timer;
  private boolean watching;
  private long receivedBefore;

  // Of the response, whose window is longer, and begins anew with another writer.
  private @Nullable BodyWriter writerBefore;
  private long writtenBefore;
  private long queuedBefore;
  private long sendNanos;

  Deadline(EventLoop loop, HttpLimits limits, Runnable timeIsUp) {
    this.loop = loop;
    this.limits = limits;
    this.timer = loop.timer(timeIsUp);
  }

  void cancel() {
    timer.cancel();
  }

  void awaitRequest() {
    watching = false;
    writerBefore = null;
    timer.set(limits.keepAliveTimeout());
  }

  void awaitHeader() {
    watching = false;
    timer.set(limits.headerTimeout());
  }

  /** Begins a window. */
  void watch(@Nullable Exchange exchange, long queued) {
    BodyWriter writer = writer(exchange);
    boolean other = !watching || writer != writerBefore;
    if (other || queuedBefore == 0 || queued == 0 || isSendTimeOver()) {
      writerBefore = writer;
      writtenBefore = written(writer);
      queuedBefore = queued;
      sendNanos = loop.nanoTime();
    }
    watching = true;
    receivedBefore = exchange == null ? 0 : exchange.received;
    if (exchange != null) {
      exchange.hasPaused = exchange.paused;
    }
    timer.set(limits.rateWindow());
  }

  private static @Nullable BodyWriter writer(@Nullable Exchange exchange) {
    return exchange == null ? null : exchange.writer();
  }

  private static long written(@Nullable BodyWriter writer) {
    return writer == null ? 0 : writer.written();
  }

  private boolean isSendTimeOver() {
    return loop.nanoTime() - sendNanos >= limits.sendTimeout().toNanos();
  }

  /** Whether less of what was queued all the time has been taken than the least rate allows. */
  boolean isSlowTaker(@Nullable Exchange exchange, long queued) {
    BodyWriter writer = writer(exchange);
    long taken = queuedBefore - queued + written(writer) - writtenBefore;
    return watching
        && writer == writerBefore
        && queuedBefore > 0
        && queued > 0
        && isSendTimeOver()
        && taken < limits.minBytesPerSend();
  }

  /** Whether less of a body that was welcome all the time has come than the least rate allows. */
  boolean isSlowSender(@Nullable Exchange exchange) {
    return watching
        && exchange != null
        && !exchange.bodyEnded
        && !exchange.paused
        && !exchange.hasPaused
        && exchange.received - receivedBefore < limits.minBytesPerWindow();
  }
}
