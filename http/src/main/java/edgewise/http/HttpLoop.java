package edgewise.http;

import edgewise.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the HTTP connections of one loop share: the handler, the limits, the date, spare exchanges.
 * Belongs to the loop's thread.
 */
final class HttpLoop {
  /** As many requests are rarely in hand at once on one loop; more are made and dropped. */
  private static final int SPARES = 64;

  final Logger log = LoggerFactory.getLogger(HttpServer.class);
  final EventLoop loop;
  final Callee handler;
  final HttpLimits limits;
  final ClientLimit clients;
  final Failures failures;
  final StallWatch.Mark stallWatch;
  private final @Nullable AccessLog accessLog;
  final DateLine date = new DateLine();
  final ChunkSize chunkSize = new ChunkSize();
  private final ArrayDeque<Exchange> spare = new ArrayDeque<>();
  private final ArrayDeque<RateWindow> spareWindows = new ArrayDeque<>();
  private @Nullable HttpConnection first;
  private @Nullable Runnable whenEmpty;
  private boolean draining;

  HttpLoop(EventLoop loop, HttpProtocol protocol) {
    this.loop = loop;
    this.handler = protocol.handler;
    this.limits = protocol.limits;
    this.clients = protocol.clients;
    this.failures = new Failures(log, protocol.errors);
    this.stallWatch = protocol.stalls.mark();
    this.accessLog = protocol.accessLog;
  }

  Exchange takeExchange() {
    Exchange exchange = spare.pollFirst();
    return exchange != null ? exchange : new Exchange(this);
  }

  void giveBack(Exchange exchange) {
    if (spare.size() < SPARES && exchange.reset()) {
      spare.addFirst(exchange);
    }
  }

  RateWindow takeWindow() {
    RateWindow window = spareWindows.pollFirst();
    return window != null ? window : new RateWindow(limits);
  }

  void giveBack(RateWindow window) {
    if (spareWindows.size() < SPARES) {
      window.forget();
      spareWindows.addFirst(window);
    }
  }

  /** The address that a connection counts for, or null; asking costs a system call. */
  @Nullable InetAddress clientOf(HttpConnection connection) {
    if (limits.maxConnectionsPerClient() == Integer.MAX_VALUE) {
      return null;
    }
    try {
      return ClientLimit.client(connection.learnRemote());
    } catch (IOException e) {
      return null; // it is gone already, as ENOTCONN says, and the loop is about to find out
    }
  }

  // --- what the access log is told

  /** When a request begins, as far as anybody wants to know. */
  long startNanos() {
    return accessLog == null ? 0 : System.nanoTime();
  }

  /** A response is written, or broke off after so many octets of its body. */
  void answered(HttpConnection connection, Exchange exchange, int status, long bodyBytes) {
    if (accessLog != null) {
      String remote = connection.facts().remoteName();
      accessLog.answered(exchange.request, remote, status, bodyBytes, exchange.startNanos);
    }
  }

  void refused(HttpConnection connection, Response refusal) {
    if (accessLog != null) {
      accessLog.refused(connection.facts().remoteName(), refusal.status(), refusal.body().length());
    }
  }

  /** What a handler is told at an end must not keep the rest from being told. */
  void tellOfEnd(Runnable telling) {
    try {
      telling.run();
    } catch (Throwable t) {
      log.error("a handler failed when it was told of an end", t);
    }
  }

  // --- the open connections

  void opened(HttpConnection connection) {
    connection.next = first;
    if (first != null) {
      first.previous = connection;
    }
    first = connection;
  }

  void closed(HttpConnection connection) {
    if (connection.next != null) {
      connection.next.previous = connection.previous;
    }
    if (connection.previous != null) {
      connection.previous.next = connection.next;
    } else if (first == connection) {
      first = connection.next;
    }
    connection.next = null;
    connection.previous = null;
    tellIfEmpty();
  }

  /** Asks all connections to end, and tells when the last has. */
  void stop(Runnable empty) {
    whenEmpty = empty;
    each(HttpConnection::stop);
    tellIfEmpty();
  }

  /** Lets each connection end with its next response, and tells when the last has. */
  void drain(Runnable empty) {
    draining = true;
    whenEmpty = empty;
    each(HttpConnection::drain);
    tellIfEmpty();
  }

  /** Whether a response is to be the last of its connection. */
  boolean isDraining() {
    return draining;
  }

  /** The time for draining is over. */
  void endDrain() {
    each(HttpConnection::endDrain);
  }

  /** Closes all connections now. */
  void abort() {
    each(HttpConnection::abort);
  }

  private void each(Consumer<HttpConnection> action) {
    HttpConnection connection = first;
    while (connection != null) {
      HttpConnection after = connection.next;
      action.accept(connection);
      connection = after;
    }
  }

  private void tellIfEmpty() {
    if (first == null && whenEmpty != null) {
      Runnable tell = whenEmpty;
      whenEmpty = null;
      tell.run();
    }
  }
}
