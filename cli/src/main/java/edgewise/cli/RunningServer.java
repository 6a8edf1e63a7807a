package edgewise.cli;

import edgewise.EventLoop;
import edgewise.Reactor;
import edgewise.http.AccessLog;
import edgewise.http.HttpServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A server in this process, with all that it holds. */
final class RunningServer implements Running {
  private final HttpServer server;
  private final Reactor reactor;
  private final @Nullable AccessLog log;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  RunningServer(
      HttpServer server,
      Reactor reactor,
      @Nullable AccessLog log,
      CompletableFuture<Throwable> failure) {
    this.server = server;
    this.reactor = reactor;
    this.log = log;
    var _ =
        failure.thenAccept(cause ->
            outcome.complete(Outcome.failed("a loop failed, so the server has ended: " + cause)));
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    return outcome;
  }

  /** Others have the sockets. Returns when nothing is accepted any more; the rest goes on. */
  void drain(Duration atMost) {
    server.drain(atMost);
    Thread.ofVirtual()
        .name("edgewise-draining")
        .start(() -> {
          try {
            server.awaitStop();
            outcome.complete(Outcome.DONE);
          } catch (IOException e) {
            outcome.complete(Outcome.failed("did not drain in good order: " + e));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does this
          }
        });
  }

  @Override
  public void stop(Duration atMost) {
    server.stop(atMost);
  }

  @Override
  public void awaitEnd() throws IOException, InterruptedException {
    server.awaitStop();
    close();
  }

  @Override
  public @Nullable String inHand() {
    int count = reactor.loops().stream().mapToInt(EventLoop::connections).sum();
    return count == 0 ? null : count + (count == 1 ? " connection" : " connections");
  }

  /** The log's last lines are written then; {@link Runtime#halt} would lose them. */
  @Override
  public void close() {
    reactor.close();
    if (log != null) {
      log.close();
    }
  }
}
