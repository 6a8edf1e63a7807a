package edgewise.http;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Calls a handler on a thread that may block, as soon as the head is there. */
final class BlockingHandler implements HttpHandler {
  static final Executor VIRTUAL_THREADS =
      task -> Thread.ofVirtual().name("edgewise-http").start(task);

  private final HttpHandler handler;
  private final Executor executor;

  BlockingHandler(HttpHandler handler, Executor executor) {
    this.handler = handler;
    this.executor = executor;
  }

  @Override
  public boolean beforeBody() {
    return true;
  }

  @Override
  public Response handle(Request request) {
    request.keep();
    var call = new BlockingCall(handler, request);
    request.blocking(call);
    try {
      executor.execute(call);
    } catch (RejectedExecutionException e) {
      throw new StatusException(503, "too busy, try again");
    }
    return call.response();
  }
}
