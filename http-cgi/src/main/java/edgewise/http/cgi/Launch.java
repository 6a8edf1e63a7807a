package edgewise.http.cgi;

import edgewise.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the program of one run on a thread of its own, hands it to the run's loop, and tells the
 * loop when it has ended or its time is over. Should the loop have ended before, it cleans up.
 *
 * <p>A start takes one millisecond to some, in which the thread cannot do anything else: too much
 * for a loop, and it would hold a virtual thread's carrier. Of the threads there are as many as
 * programs may run.
 */
final class Launch {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);

  private final Scripts scripts;
  private final Cgi.Settings settings;
  private final List<String> path;
  private final MetaVariables variables;
  private final Run run;
  private final EventLoop loop;
  private final Runnable onExit;

  /** {@code onExit} is called once, when the program has ended, or if none was started. */
  Launch(
      Scripts scripts,
      Cgi.Settings settings,
      List<String> path,
      MetaVariables variables,
      Run run,
      Runnable onExit) {
    this.scripts = scripts;
    this.settings = settings;
    this.path = path;
    this.variables = variables;
    this.run = run;
    this.loop = run.loop();
    this.onExit = onExit;
  }

  void begin() {
    boolean begun = false;
    try {
      Thread.ofPlatform().daemon().name("edgewise-cgi-start").start(this::start);
      begun = true;
    } finally {
      if (!begun) { // no more threads
        onExit.run();
      }
    }
  }

  private void start() {
    Program program;
    try {
      program = program();
    } catch (Throwable t) {
      onExit.run();
      onLoop(() -> run.notStarted(t));
      return;
    }
    if (!onLoop(() -> run.started(program))) {
      program.terminate();
    }
    // The run's own timer ends with the loop, and nobody tells a run that awaits a header of that.
    program.onTimeout(settings.limits().headerTimeout(), () -> endWithLoop(program));
    program.onTimeout(settings.limits().totalTimeout(), () -> timeIsUp(program));
    program.onExit(status -> exited(program, status));
  }

  private Program program() throws IOException {
    Script script = scripts.find(path);
    Map<String, String> environment = variables.with(script, settings);
    return Program.start(script, environment, loop, settings.limits());
  }

  private void timeIsUp(Program program) {
    LOG.warn("{} has run for {}, and is ended", program.script, settings.limits().totalTimeout());
    onLoop(run::timeIsUp);
    program.terminate();
  }

  private void endWithLoop(Program program) {
    if (!onLoop(() -> {})) {
      program.terminate();
    }
  }

  private void exited(Program program, int status) {
    onExit.run();
    if (!onLoop(() -> run.exited(status))) {
      program.streams.close();
    }
  }

  /** False if the loop has ended. */
  private boolean onLoop(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended before a program", e);
      return false;
    }
  }
}
