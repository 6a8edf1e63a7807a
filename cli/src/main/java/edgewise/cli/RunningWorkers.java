package edgewise.cli;

import edgewise.Listener;
import edgewise.Reactor;
import edgewise.service.Offered;
import edgewise.service.Workers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A master and its workers: the master has the sockets, and accepts nothing. */
final class RunningWorkers implements Running {
  /** A worker stops within the grace period of a signal, and a JVM takes a moment to end. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final Workers workers;
  private final Reactor reactor;
  private final List<Offered> offered;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private volatile Duration patience = StopOnSignal.GRACE.plus(MARGIN);

  RunningWorkers(
      Workers workers,
      Reactor reactor,
      List<Offered> offered,
      CompletableFuture<Throwable> failure) {
    this.workers = workers;
    this.reactor = reactor;
    this.offered = offered;
    var _ =
        failure.thenAccept(
            cause -> outcome.complete(Outcome.failed("the master's loop failed: " + cause)));
    var _ =
        workers
            .failure()
            .thenAcceptAsync(why -> {
              stop(StopOnSignal.GRACE);
              awaitWorkers();
              outcome.complete(Outcome.failed("gave up: " + why));
            });
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    return outcome;
  }

  /** Others have the sockets: the workers accept no more, and finish what they have. */
  void drain(Duration atMost) {
    closeListeners();
    patience = atMost.plus(MARGIN);
    workers.drain();
    Thread.ofVirtual()
        .name("edgewise-draining")
        .start(() -> {
          awaitWorkers();
          outcome.complete(Outcome.DONE);
        });
  }

  @Override
  public void stop(Duration atMost) {
    closeListeners();
    patience = atMost.plus(MARGIN);
    workers.stop();
  }

  private void closeListeners() {
    for (Offered each : offered) {
      for (Listener listener : each.listeners()) {
        listener.loop().execute(listener::close);
      }
    }
  }

  private void awaitWorkers() {
    try {
      workers.awaitEnd(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does this
    }
  }

  @Override
  public void awaitEnd() throws InterruptedException {
    workers.awaitEnd(patience);
    close();
  }

  @Override
  public @Nullable String inHand() {
    try {
      int count = workers.pids().size();
      return count == 0 ? null : count + (count == 1 ? " worker" : " workers");
    } catch (IOException e) {
      return null; // the loop has ended, and the workers before it
    }
  }

  /** Also where a start has failed: the workers may have accepted somebody by then. */
  @Override
  public void close() {
    workers.stop();
    awaitWorkers();
    workers.close();
    reactor.close();
  }
}
