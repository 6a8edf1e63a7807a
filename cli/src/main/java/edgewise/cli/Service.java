package edgewise.cli;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.PeerCredentials;
import edgewise.service.HandOver;
import edgewise.service.Notify;
import edgewise.service.Offered;
import edgewise.service.TakeOver;
import edgewise.service.Watchdog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What runs, as a service: it relieves its predecessor, offers its sockets to a successor, and
 * tells the service manager how it is.
 */
final class Service implements Running {
  /** For the predecessor to stop accepting, and for the service manager to take a message. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Running running;
  private final Consumer<Duration> drain;
  private final ServiceOptions options;
  private final EventLoop loop;
  private final Notify notify = Notify.fromEnvironment();
  private volatile @Nullable HandOver handOver;

  /**
   * Of something that runs.
   *
   * @param drain makes it accept no more, and end by itself when it has finished what it has
   * @param loop where the control socket is
   */
  Service(Running running, Consumer<Duration> drain, ServiceOptions options, EventLoop loop) {
    this.running = running;
    this.drain = drain;
    this.options = options;
    this.loop = loop;
  }

  /** It accepts: from now on the predecessor need not. */
  void begin(ListenSockets sockets, List<Offered> offered) {
    TakeOver predecessor = sockets.takeOver();
    boolean sameControl = predecessor != null && Objects.equals(options.control, options.takeOver);
    try {
      if (!sameControl && !options.isWorker() && options.control != null) {
        Endpoint at = options.control;
        handOver = HandOver.offer(loop, at, offered, HandOver.DEFAULT_READY_WITHIN, this::taken);
      }
      if (predecessor != null) {
        var control = options.isWorker() || !sameControl ? null : predecessor.control();
        predecessor.ready(offered, control != null, PATIENCE);
        if (control != null) {
          handOver =
              HandOver.offer(loop, control, offered, HandOver.DEFAULT_READY_WITHIN, this::taken);
        }
        follow(predecessor);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw CommandFailure.ofUser(
          (predecessor == null ? "cannot offer sockets to a successor: " : "cannot take over: ")
              + e.getMessage());
    }
  }

  /** A worker ends when its master says so; a successor is on its own. */
  private void follow(TakeOver predecessor) {
    if (!options.isWorker()) {
      predecessor.close();
      return;
    }
    var _ =
        predecessor
            .ending()
            .thenAcceptAsync(
                how -> {
                  switch (how) {
                    case DRAIN -> drain.accept(options.drain());
                    case STOP, GONE -> System.exit(0); // and the hook stops it in good order
                  }
                },
                // A daemon, as the hook waits for other threads, and this one for the hook.
                task -> Thread.ofPlatform().daemon().name("edgewise-ending").start(task));
  }

  private void taken(PeerCredentials successor) {
    if (successor.pid() > 0) { // 0: in another pid namespace, so its manager is another, too
      notify.mainPid(successor.pid());
    }
    drain.accept(options.drain());
  }

  /** Tells the service manager, and from then on that the loops are alive. */
  void tellReady(String status, List<EventLoop> loops) {
    long pid = ProcessHandle.current().pid();
    String message = "READY=1\nMAINPID=" + pid + "\nSTATUS=" + status;
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean told = notify.send(message);
    while (notify.isActive() && !told && System.nanoTime() < end) {
      try {
        TimeUnit.MILLISECONDS.sleep(
            100); // its queue is full: the one message that must not be lost
      } catch (InterruptedException e) {
        return; // nobody does this, and there would be nothing to tell
      }
      told = notify.send(message);
    }
    var _ = Watchdog.start(notify, loops);
  }

  @Override
  public CompletableFuture<Outcome> outcome() {
    return running.outcome();
  }

  @Override
  public void stop(Duration atMost) {
    notify.stopping();
    HandOver offering = handOver;
    if (offering != null) {
      offering.close();
    }
    running.stop(atMost);
  }

  @Override
  public void awaitEnd() throws IOException, InterruptedException {
    running.awaitEnd();
  }

  @Override
  public @Nullable String inHand() {
    return running.inHand();
  }

  @Override
  public void close() {
    running.close();
  }
}
