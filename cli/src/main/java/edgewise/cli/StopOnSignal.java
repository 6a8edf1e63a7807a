package edgewise.cli;

import edgewise.linux.Linux;
import edgewise.linux.Signal;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;

/**
 * Ends a server gracefully at SIGINT (Ctrl-C), SIGTERM or SIGHUP, and the process with exit code 0.
 *
 * <pre>
 *             signal: the JVM runs the hook          all connections have ended
 *   serving ---------------------------------> stopping ----------------------> halt(0)
 *      |                                          |
 *      | a loop failed, or it was taken over      | a second SIGINT or SIGTERM
 *      v                                          v
 *   exit code 1, or 0                          killed by the kernel, 130 or 143 to a shell
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
  static final Duration GRACE = Duration.ofSeconds(10);

  /** After this the user is told what is being waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** The hooks of others get this long after ours is done. */
  private static final Duration OTHERS = Duration.ofSeconds(5);

  private final Running running;
  private final PrintWriter err;
  private final Thread hook = new Thread(this::stopAndHalt, "edgewise-stop");
  private final Set<Thread> known;

  private StopOnSignal(Running running, PrintWriter err) {
    this.running = running;
    this.err = err;
    known = Set.copyOf(Thread.getAllStackTraces().keySet());
  }

  /** From now on a signal stops it; one that has come already ends the process as it is. */
  static StopOnSignal install(Running running, PrintWriter err) {
    var stop = new StopOnSignal(running, err);
    try {
      Runtime.getRuntime().addShutdownHook(stop.hook);
    } catch (IllegalStateException stopping) {
      printStopping(err);
    }
    return stop;
  }

  /** A signal does nothing any more; harmless once one has come. */
  void uninstall() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      printStopping(err); // the hook is at work, and its exit code counts
    }
  }

  private static void printStopping(PrintWriter err) {
    Main.printLine(err, "stopping already");
  }

  /**
   * Waits until it has ended by itself; a signal ends the process instead.
   *
   * @return the exit code
   */
  int await() {
    Running.Outcome outcome = running.outcome().join();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      return ExitCode.SOFTWARE; // the hook is at work, and its exit code counts
    }
    if (outcome.trouble() != null) {
      Main.printLine(err, outcome.trouble());
    }
    running.close();
    return outcome.exitCode();
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
    running.stop(GRACE);
    Thread.ofPlatform().daemon().name("edgewise-stopping").start(this::whileStopping);
    running.awaitEnd();
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
    String inHand = running.inHand();
    if (inHand != null) {
      Main.printLine(
          err,
          "finishing %s, for up to %d seconds; Ctrl-C again ends it at once"
              .formatted(inHand, GRACE.toSeconds()));
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
