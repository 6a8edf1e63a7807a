package edgewise.service;

import edgewise.Connection;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Listener;
import edgewise.PeerCredentials;
import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes that share the listening sockets of this one, their master, which itself accepts
 * nothing. A worker is a {@link TakeOver} that stays: it asks for the sockets on a control socket
 * with a name that nobody can guess and that admits the master's children only, and its connection
 * lasts as long as both. A worker that dies is replaced; when it dies too often the master gives
 * up. When the master dies, the ends of the connections tell the workers.
 *
 * <pre>
 *   STARTING --ready--> SERVING --dies--> STARTING ... too often: {@link #failure()}
 *       `------------------`-- {@link #drain}, {@link #stop} --> ENDED
 * </pre>
 *
 * <p>The state belongs to the loop; the methods may be called by any thread but a loop's.
 */
public final class Workers implements AutoCloseable {
  /** A fork bomb is worse than two masters. */
  public static final int MAX_COUNT = 256;

  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NAME_BITS = 128;

  /**
   * How many, and when to give up.
   *
   * @param count workers; 1 to 256
   * @param maxRestarts of each worker, {@code within} that time; 5 within 30 seconds: one that
   *     fails at its start is noticed in seconds, one that is killed now and then never
   * @param within see there
   * @param readyWithin how long a worker may take from its question to being ready; 30 seconds
   */
  public record Options(int count, int maxRestarts, Duration within, Duration readyWithin) {
    public Options {
      if (count < 1 || count > MAX_COUNT) {
        throw new IllegalArgumentException(
            "%d workers are not between 1 and %d".formatted(count, MAX_COUNT));
      }
      if (maxRestarts < 0) {
        throw new IllegalArgumentException("maxRestarts = " + maxRestarts + " is negative");
      }
    }

    /** So many workers, and the other options as described above. */
    public static Options of(int count) {
      return new Options(count, 5, Duration.ofSeconds(30), HandOver.DEFAULT_READY_WITHIN);
    }
  }

  /** Makes the command of a worker, such as {@link WorkerCommand#sameProgram}. */
  @FunctionalInterface
  public interface Command {
    /**
     * A command whose process calls {@link TakeOver#ask}.
     *
     * @param control the control socket for that
     */
    ProcessBuilder of(Endpoint control) throws IOException;
  }

  /** A place for a worker; there is one process in it at a time. */
  private static final class Slot {
    final int number;
    final ArrayDeque<Long> restarts = new ArrayDeque<>();
    @Nullable Process process;
    @Nullable Giving giving;
    boolean ready;

    Slot(int number) {
      this.number = number;
    }

    boolean isAlive() {
      return process != null && process.isAlive();
    }
  }

  private final EventLoop loop;
  private final List<Offered> offered;
  private final Options options;
  private final Command command;
  private final List<Slot> slots = new ArrayList<>();
  private final CompletableFuture<Listener> control = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
  private boolean ending;

  private Workers(EventLoop loop, List<Offered> offered, Options options, Command command) {
    this.loop = loop;
    this.offered = offered.stream().map(Workers::withoutFile).toList();
    this.options = options;
    this.command = command;
  }

  /**
   * Starts the workers.
   *
   * @param loop one of the master's; starting a process takes it some milliseconds
   * @param offered what the workers accept from; the master's own listeners should be paused
   * @param command how a worker is started
   * @throws IOException if the control socket cannot be made
   * @throws UnsupportedOperationException if the loop's backend cannot pass descriptors
   */
  public static Workers start(
      EventLoop loop, List<Offered> offered, Options options, Command command) throws IOException {
    var workers = new Workers(loop, offered, options, command);
    String name = "edgewise-" + new BigInteger(NAME_BITS, RANDOM).toString(16);
    HandOver.call(
        loop,
        () -> {
          var how = HandOver.options().withMaxConnections(2 * MAX_COUNT);
          Endpoint at = Endpoint.abstractName(name);
          workers.control.complete(loop.listen(at, how, workers::accept));
          for (int i = 1; i <= options.count(); i++) {
            var slot = new Slot(i);
            workers.slots.add(slot);
            workers.start(slot);
          }
          return true;
        });
    return workers;
  }

  /** The files stay the master's. */
  private static Offered withoutFile(Offered offered) {
    return new Offered(offered.name(), offered.listeners(), false);
  }

  // --- on the loop

  private void start(Slot slot) {
    try {
      Process process = command.of(control.join().endpoint()).start();
      slot.process = process;
      slot.ready = false;
      slot.giving = null;
      var _ = process.onExit().thenRun(() -> onLoop(() -> exited(slot, process)));
    } catch (IOException e) {
      fail("worker %d could not be started: %s".formatted(slot.number, e.getMessage()));
    }
  }

  private void onLoop(Runnable action) {
    try {
      loop.execute(action);
    } catch (RejectedExecutionException e) {
      LOG.debug("the master's loop has ended", e);
      ended.complete(true);
    }
  }

  private void exited(Slot slot, Process process) {
    if (!ending && !failure.isDone()) {
      String what =
          "worker %d (pid %d) ended with %d"
              .formatted(slot.number, process.pid(), process.exitValue());
      replace(slot, what);
    }
    tellIfEnded();
  }

  private void replace(Slot slot, String what) {
    long now = System.nanoTime();
    slot.restarts.removeIf(before -> now - before > options.within().toNanos());
    if (slot.restarts.size() >= options.maxRestarts()) {
      fail(
          "%s, after %d restarts within %d seconds"
              .formatted(what, slot.restarts.size(), options.within().toSeconds()));
    } else {
      LOG.warn("{}; another is started", what);
      slot.restarts.add(now);
      start(slot);
    }
  }

  private void fail(String why) {
    failure.complete(why);
    ready.completeExceptionally(new IOException(why));
  }

  private void tellIfEnded() {
    if (ending && slots.stream().noneMatch(Slot::isAlive)) {
      ended.complete(true);
    }
  }

  private Giving accept(Connection connection) {
    return new Giving(connection, new Sockets());
  }

  private @Nullable Slot slotOf(Giving worker) {
    try {
      PeerCredentials peer = worker.peer();
      for (Slot slot : slots) {
        if (slot.process != null && slot.process.pid() == peer.pid() && slot.isAlive()) {
          return slot;
        }
      }
    } catch (IOException e) {
      LOG.debug("a worker is gone", e);
    }
    return null;
  }

  /** What workers are told. */
  private final class Sockets implements Giving.Giver {
    @Override
    public @Nullable String refusal(Giving asking) {
      Slot slot = slotOf(asking);
      if (slot == null || slot.giving != null || ending) {
        return ending ? "the master is stopping" : "it is none of this master's workers";
      }
      slot.giving = asking;
      return null;
    }

    @Override
    public List<Offered> offered() {
      return offered;
    }

    @Override
    public @Nullable Listener control() {
      return null;
    }

    @Override
    public Duration readyWithin() {
      return options.readyWithin();
    }

    @Override
    public void ready(Giving worker, boolean withControl) {
      worker.confirm();
      for (Slot slot : slots) {
        slot.ready |= worker.equals(slot.giving);
      }
      if (slots.stream().allMatch(slot -> slot.ready)) {
        ready.complete(true);
      }
    }

    /** Its process ends as well, or has ended: that is what is acted on. */
    @Override
    public void gone(Giving worker) {
      for (Slot slot : slots) {
        if (worker.equals(slot.giving)) {
          slot.giving = null;
        }
      }
    }
  }

  // --- from other threads

  /**
   * Waits until every worker accepts.
   *
   * @throws IOException if they do not within that time, or the master has given up
   */
  public void awaitReady(Duration atMost) throws IOException {
    try {
      ready.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(failure.join(), e);
    } catch (TimeoutException e) {
      throw new IOException("not all workers were ready within " + atMost.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The workers' process ids; one that is just being replaced may be missing. */
  public List<Long> pids() throws IOException {
    return HandOver.call(
        loop,
        () -> {
          var pids = new ArrayList<Long>();
          for (Slot slot : slots) {
            if (slot.process != null && slot.isAlive()) {
              pids.add(slot.process.pid());
            }
          }
          return pids;
        });
  }

  /** Why the master has given up; completes then, on the loop. The other workers still run. */
  public CompletableFuture<String> failure() {
    return failure;
  }

  /** The workers are to accept no more, drain and end: others have the sockets. Does not wait. */
  public void drain() {
    onLoop(() -> end(true));
  }

  /** The workers are to stop. Does not wait. */
  public void stop() {
    onLoop(() -> end(false));
  }

  /** By the connection, for a signal would be the second one after Ctrl-C, and that kills. */
  private void end(boolean others) {
    ending = true;
    control.join().close();
    for (Slot slot : slots) {
      if (slot.giving != null) {
        slot.giving.end(others);
      } else if (slot.process != null) {
        slot.process.destroy();
      }
    }
    tellIfEnded();
  }

  /**
   * Waits for the end of all workers.
   *
   * @return false if some had to be killed after that time
   */
  public boolean awaitEnd(Duration atMost) throws InterruptedException {
    try {
      ended.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("workers that have not ended within {} seconds are killed", atMost.toSeconds());
      onLoop(() -> slots.forEach(Workers::kill));
      return false;
    }
  }

  private static void kill(Slot slot) {
    if (slot.process != null) {
      slot.process.destroyForcibly();
    }
  }

  /** Kills who has not ended; {@link #stop} before it to let them. */
  @Override
  public void close() {
    onLoop(() -> {
      ending = true;
      control.join().close();
      slots.forEach(Workers::kill);
    });
  }
}
