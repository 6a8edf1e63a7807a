package edgewise.http;

import edgewise.Acceptor;
import edgewise.Connection;
import edgewise.EventLoop;
import edgewise.Handler;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Speaks HTTP on the connections that a listener accepts. Thread-safe. */
final class HttpProtocol implements Acceptor {
  final Callee handler;
  final HttpLimits limits;
  final ErrorHandler errors;
  final ClientLimit clients;
  final StallWatch stalls;
  final @Nullable AccessLog accessLog;
  private final ConcurrentHashMap<EventLoop, HttpLoop> loops = new ConcurrentHashMap<>();

  HttpProtocol(
      HttpHandler handler, HttpLimits limits, ErrorHandler errors, @Nullable AccessLog accessLog) {
    this.handler = new Callee(handler);
    this.limits = limits;
    this.errors = errors;
    this.accessLog = accessLog;
    clients = new ClientLimit(limits.maxConnectionsPerClient());
    stalls = new StallWatch(limits.stallTime());
  }

  @Override
  public Handler accept(Connection connection) {
    EventLoop loop = connection.loop();
    HttpLoop shared = loops.get(loop);
    if (shared == null) {
      shared = new HttpLoop(loop, this);
      loops.put(loop, shared); // by the loop's own thread, so there is no race
    }
    return new HttpConnection(connection, shared);
  }

  /** What a loop's connections share, or null if it has had none so far. */
  @Nullable HttpLoop on(EventLoop loop) {
    return loops.get(loop);
  }

  /** The loops that have had connections so far. */
  Collection<HttpLoop> loops() {
    return loops.values();
  }
}
