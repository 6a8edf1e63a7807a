package edgewise.http;

import edgewise.Acceptor;
import edgewise.Connection;
import edgewise.EventLoop;
import edgewise.Handler;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;

/** Speaks HTTP on the connections that a listener accepts. Thread-safe. */
final class HttpProtocol implements Acceptor {
  private final HttpHandler handler;
  private final HttpLimits limits;
  private final ConcurrentHashMap<EventLoop, HttpLoop> loops = new ConcurrentHashMap<>();

  HttpProtocol(HttpHandler handler, HttpLimits limits) {
    this.handler = handler;
    this.limits = limits;
  }

  @Override
  public Handler accept(Connection connection) {
    EventLoop loop = connection.loop();
    HttpLoop shared = loops.get(loop);
    if (shared == null) {
      shared = new HttpLoop(loop, handler, limits);
      loops.put(loop, shared); // by the loop's own thread, so there is no race
    }
    return new HttpConnection(connection, shared);
  }

  /** The loops that have had connections so far. */
  Collection<HttpLoop> loops() {
    return loops.values();
  }
}
