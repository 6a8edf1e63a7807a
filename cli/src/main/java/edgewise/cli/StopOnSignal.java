package edgewise.cli;

import edgewise.EventLoop;
import edgewise.Reactor;
import edgewise.http.AccessLog;
import edgewise.http.HttpServer;
import edgewise.linux.Linux;
import edgewise.linux.Signal;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/**
 * Ends a server gracefully at SIGINT (Ctrl-C), SIGTERM or SIGHUP, and the process with exit code 0.
 *
 * <pre>
 *             signal: the JVM runs the hook          all connections have ended
 *   serving ---------------------------------> stopping ----------------------> halt(0)
 *      |                                          |
 *      | a loop failed                            | a second SIGINT or SIGTERM
 *      v                                          v
 *   exit code 1                                killed by the kernel, 130 or 143 to a shell
 * </pre>
 *
 * <p>Why it is done like this: at a signal the JVM runs its shutdown hooks and then exits with 128
 * plus the signal's number, and the only public call that gives another number once that has begun
 * is {@link Runtime#halt}. It does not wait for the hooks of others (a flight recording, a coverage
 * agent), so this hook does. The JVM does not react to a second signal while hooks run; so the hook
 * gives the signals back to the kernel, which takes native access. Where that is denied, a second
 * signal has no effect, and the grace period bounds the wait.
 */
final class StopOnSignal {
  /** As LoopOptions.stopTimeout: what is in hand gets this long. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** After this the user is told what is being waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** The hooks of others get this long after ours is done. */
  private static final Duration OTHERS = Duration.ofSeconds(5);

  private final HttpServer server;
  private final Reactor reactor;
  private final @Nullable AccessLog log;
  private final PrintWriter err;
  private final Thread hook = new Thread(this::stopAndHalt, "edgewise-stop");
  private final Set<Thread> known;

  private StopOnSignal(
      HttpServer server, Reactor reactor, @Nullable AccessLog log, PrintWriter err) {
    this.server = server;
    this.reactor = reactor;
    this.log = log;
    this.err = err;
    known = Set.copyOf(Thread.getAllStackTraces().keySet());
  }

  /** From now on a signal stops the server. */
  static StopOnSignal install(
      HttpServer server, Reactor reactor, @Nullable AccessLog log, PrintWriter err) {
    var stop = new StopOnSignal(server, reactor, log, err);
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  /**
   * Waits until a loop has failed; a signal ends the process instead.
   *
   * @return the exit code
   */
  int await(CompletableFuture<Throwable> failure) {
    Throwable cause = failure.join();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      return ExitCode.SOFTWARE; // the hook is at work, and its exit code counts
    }
    Main.printLine(err, "a loop failed, so the server has ended: " + cause);
    reactor.close();
    closeLog();
    return ExitCode.SOFTWARE;
  }

  /** Its last lines are written then; {@link Runtime#halt} would lose them. */
  private void closeLog() {
    if (log != null) {
      log.close();
    }
  }

  /** The hook. */
  private void stopAndHalt() {
    int exitCode = ExitCode.OK;
    try {
      stop();
    } catch (IOException | RuntimeException e) {
      Main.printLine(err, "did not stop in good order: " + e);
      exitCode = ExitCode.SOFTWARE;
    } catch (InterruptedException e) {
      exitCode = ExitCode.SOFTWARE;
    }
    awaitOtherHooks();
    Runtime.getRuntime().halt(exitCode);
  }

  private void stop() throws IOException, InterruptedException {
    server.stop(GRACE);
    Thread.ofPlatform().daemon().name("edgewise-stopping").start(this::whileStopping);
    server.awaitStop();
    reactor.close();
    closeLog();
  }

  /**
   * In a thread of its own: where nothing has called the kernel yet, the first call takes longer
   * than it takes to stop an idle server.
   */
  private void whileStopping() {
    if (Linux.unavailable() == null) {
      Signal.signal(Signal.SIGINT, Signal.SIG_DFL);
      Signal.signal(Signal.SIGTERM, Signal.SIG_DFL);
    }
    try {
      Thread.sleep(PATIENCE);
    } catch (InterruptedException e) {
      return; // nobody does this, and there would be nothing to tell
    }
    int inHand = reactor.loops().stream().mapToInt(EventLoop::connections).sum();
    if (inHand > 0) {
      Main.printLine(
          err,
          "finishing %d %s, for up to %d seconds; Ctrl-C again ends it at once"
              .formatted(inHand, inHand == 1 ? "connection" : "connections", GRACE.toSeconds()));
    }
  }

  /** The JVM starts all hooks together: they are the threads that were not there before. */
  private void awaitOtherHooks() {
    long deadline = System.nanoTime() + OTHERS.toNanos();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!thread.isDaemon() && !thread.equals(hook) && !known.contains(thread)) {
        try {
          var _ = thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        } catch (InterruptedException e) {
          return; // somebody wants this to end
        }
      }
    }
  }
}
