package edgewise.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What serves until it ends by itself, or a signal ends it: {@link StopOnSignal}. */
interface Running {
  /**
   * How it has ended by itself.
   *
   * @param trouble one line for the user; null if there is none
   */
  record Outcome(int exitCode, @Nullable String trouble) {
    static final Outcome DONE = new Outcome(ExitCode.OK, null);

    static Outcome failed(String trouble) {
      return new Outcome(ExitCode.SOFTWARE, trouble);
    }
  }

  /** Completes when it has ended by itself. */
  CompletableFuture<Outcome> outcome();

  /** Begins to stop. */
  void stop(Duration atMost);

  /** Waits for the end, and lets go of everything. */
  void awaitEnd() throws IOException, InterruptedException;

  /** What is still being finished, such as "3 connections"; null if nothing is. */
  @Nullable String inHand();

  /** Lets go of everything at once, after a failure. */
  void close();
}
