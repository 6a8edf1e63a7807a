package edgewise.http;

import org.jspecify.annotations.Nullable;

/**
 * What had moved of a request's body and of a response when a window of time began. The window of
 * the response is longer, and begins anew with another writer.
 */
final class RateWindow {
  private final HttpLimits limits;
  private long received;

  // Of the response.
  private @Nullable BodyWriter writer;
  private long written;
  private long queued;
  private long sendNanos;

  RateWindow(HttpLimits limits) {
    this.limits = limits;
  }

  /** The first window of a connection. */
  void first(@Nullable Exchange exchange, long nowQueued, long now) {
    beginSending(writer(exchange), nowQueued, now);
    beginReceiving(exchange);
  }

  /** The next one, of the same exchange or of one that has followed at once. */
  void next(@Nullable Exchange exchange, long nowQueued, long now) {
    BodyWriter by = writer(exchange);
    if (by != writer || queued == 0 || nowQueued == 0 || isSendTimeOver(now)) {
      beginSending(by, nowQueued, now);
    }
    beginReceiving(exchange);
  }

  private void beginSending(@Nullable BodyWriter by, long nowQueued, long now) {
    writer = by;
    written = written(by);
    queued = nowQueued;
    sendNanos = now;
  }

  private void beginReceiving(@Nullable Exchange exchange) {
    received = 0;
    if (exchange != null) {
      received = exchange.intake.received;
      exchange.intake.hasPaused = exchange.intake.paused;
    }
  }

  private static @Nullable BodyWriter writer(@Nullable Exchange exchange) {
    return exchange == null ? null : exchange.writer();
  }

  private static long written(@Nullable BodyWriter writer) {
    return writer == null ? 0 : writer.written();
  }

  private boolean isSendTimeOver(long now) {
    return now - sendNanos >= limits.sendTimeout().toNanos();
  }

  /** Nobody looks at it for now. */
  void forget() {
    writer = null;
  }

  /** Whether less of what was queued all the time has been taken than the least rate allows. */
  boolean isSlowTaker(@Nullable Exchange exchange, long nowQueued, long now) {
    BodyWriter by = writer(exchange);
    long taken = queued - nowQueued + written(by) - written;
    return by == writer
        && queued > 0
        && nowQueued > 0
        && isSendTimeOver(now)
        && taken < limits.minBytesPerSend();
  }

  /** Whether less of a body that was welcome all the time has come than the least rate allows. */
  boolean isSlowSender(@Nullable Exchange exchange) {
    if (exchange == null) {
      return false;
    }
    Intake body = exchange.intake;
    boolean welcome = body.isReading() && !body.hasPaused;
    return welcome && body.received - received < limits.minBytesPerWindow();
  }
}
