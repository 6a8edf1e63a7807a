package edgewise.http;

import edgewise.EventLoop;

/** Stops and starts the octets of a request's body. Belongs to the connection's loop. */
public final class BodyFlow {
  private final HttpConnection connection;
  private final Exchange exchange;

  BodyFlow(HttpConnection connection, Exchange exchange) {
    this.connection = connection;
    this.exchange = exchange;
  }

  /** Nothing more comes after the present part, until {@link #resume}. The client has to wait. */
  public void pause() {
    connection.checkThread();
    exchange.intake.pause();
  }

  /** Goes on. Harmless when not paused, and when the request is over. */
  public void resume() {
    connection.checkThread();
    connection.resumeBody(exchange);
  }

  /** The loop on which to call these; from other threads, by {@link EventLoop#execute}. */
  public EventLoop loop() {
    return connection.loop();
  }
}
