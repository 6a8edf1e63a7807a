package edgewise.http.cgi;

import edgewise.EventLoop;
import edgewise.linux.Linux;
import edgewise.spi.Backend;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running program. Any thread, but for its streams. The JDK reaps it, so it leaves no zombie. */
final class Program {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);

  /** How often it is looked whether what got SIGTERM has ended. */
  private static final Duration LOOK = Duration.ofMillis(20);

  /** What the JDK adds to the number of the signal that has ended a program, as shells do. */
  private static final int SIGNALLED = 128;

  final Script script;
  final Streams streams;
  private final Process process;
  private final Duration killGrace;
  private final AtomicBoolean terminated = new AtomicBoolean();

  private Program(Script script, Streams streams, Process process, Duration killGrace) {
    this.script = script;
    this.streams = streams;
    this.process = process;
    this.killGrace = killGrace;
  }

  /** Starts a program, with streams as that loop can watch them; blocks. */
  static Program start(
      Script script, Map<String, String> environment, EventLoop loop, CgiLimits limits)
      throws IOException {
    var builder = new ProcessBuilder(script.command());
    if (script.directory() != null) {
      builder.directory(script.directory().toFile());
    }
    builder.environment().clear();
    builder.environment().putAll(environment);
    if (loop.backend().has(Backend.Feature.WATCH) && Linux.unavailable() == null) {
      var pipes = PipeStreams.start(builder);
      return new Program(script, pipes, pipes.process(), limits.killGrace());
    }
    var threads = ThreadStreams.start(builder);
    return new Program(script, threads, threads.process(), limits.killGrace());
  }

  /** Calls back with the exit status when it has ended; on a thread of the JDK's. */
  void onExit(IntConsumer then) {
    CompletionStage<Process> end = process.onExit();
    end.thenAccept(ended -> then.accept(ended.exitValue()));
  }

  /** Calls back, on a thread of the JDK's, if it still runs after that time. */
  void onTimeout(Duration after, Runnable then) {
    CompletionStage<Process> end =
        process.onExit().orTimeout(after.toMillis(), TimeUnit.MILLISECONDS);
    end.exceptionally(timeout -> {
      then.run();
      return process;
    });
  }

  /** Whether that exit status is of a program that a signal has ended, or says so itself. */
  static boolean isSignalled(int exitStatus) {
    return exitStatus > SIGNALLED;
  }

  /**
   * Ends it and the processes that it has started, and those of these: SIGTERM, and after the grace
   * SIGKILL. A process whose parent has ended before is nobody's child any more and is not found;
   * it loses the pipes. Any thread, also a loop's; idempotent.
   */
  void terminate() {
    if (process.isAlive() && terminated.compareAndSet(false, true)) {
      Thread.ofVirtual().name("edgewise-cgi-end").start(this::terminateTree);
    }
  }

  private void terminateTree() {
    List<ProcessHandle> tree = tree().toList(); // before the parents go
    tree.forEach(ProcessHandle::destroy);
    try {
      long deadline = System.nanoTime() + killGrace.toNanos();
      while (tree.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Once more, for what was started since.
    for (ProcessHandle each : Stream.concat(tree.stream(), tree()).distinct().toList()) {
      if (each.isAlive()) {
        LOG.warn("process {} of {} has not ended by SIGTERM, and gets SIGKILL", each.pid(), script);
        each.destroyForcibly();
      }
    }
  }

  private Stream<ProcessHandle> tree() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants());
  }
}
