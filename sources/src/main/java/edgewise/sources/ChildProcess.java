package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Timer;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.PidFd;
import edgewise.linux.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A program, with its three pipes and its end on the loop.
 *
 * <p>Signals go by a pidfd, so that they never reach another process that has got the number. The
 * status comes from {@link Process#onExit}: the JDK waits for each program that it starts, so it is
 * the JDK's to give.
 *
 * <p>It belongs to its loop: a child that still runs when this is closed, or the loop ends, gets
 * SIGKILL. What it has started in turn does not.
 */
public final class ChildProcess extends Source {
  /** Takes what comes from it; on the loop. */
  public interface Handler {
    /** Bytes of its stdout, to be taken: the buffer is used again on return. */
    default void onOutput(ChildProcess child, ByteBuffer out) throws Exception {}

    /** Bytes of its stderr, to be taken. */
    default void onError(ChildProcess child, ByteBuffer err) throws Exception {}

    /** What was queued for its stdin is written, after {@link ChildProcess#write} said false. */
    default void onWritable(ChildProcess child) throws Exception {}

    /**
     * It has ended, and both outputs too. Called once; this is closed then.
     *
     * @param status its exit status, or 128 and the number of the signal that has ended it
     */
    void onExit(ChildProcess child, int status) throws Exception;
  }

  private static final int RUNNING = -1;

  private final Handler handler;
  private final ChildOptions options;
  private final Process process;
  private final boolean hasPidfd;
  private final Timer killTimer;
  private final Timer outputTimer;
  private @Nullable PipeWriter stdin;
  private @Nullable PipeReader stdout;
  private @Nullable PipeReader stderr;
  private boolean inputEnded;
  private boolean paused;
  private int status = RUNNING;

  private ChildProcess(
      EventLoop loop, Process process, int pidfd, ChildOptions options, Handler handler)
      throws IOException {
    super(loop, pidfd >= 0 ? pidfd : placeholder(), Interest.NOTHING);
    hasPidfd = pidfd >= 0;
    this.process = process;
    this.options = options;
    this.handler = handler;
    killTimer = loop.timer(this::killIsDue);
    outputTimer = loop.timer(this::outputIsLate);
  }

  /** Starts a program with default options. */
  public static ChildProcess start(EventLoop loop, ProcessBuilder builder, Handler handler)
      throws IOException {
    return start(loop, builder, ChildOptions.DEFAULT, handler);
  }

  /**
   * Starts a program. This blocks the loop for as long as the JDK takes, a millisecond to some.
   *
   * @param builder what to start; the streams that it redirects stay as it says, and those that are
   *     {@link ProcessBuilder.Redirect#PIPE} come to the loop
   * @throws IOException if it cannot be started
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static ChildProcess start(
      EventLoop loop, ProcessBuilder builder, ChildOptions options, Handler handler)
      throws IOException {
    check(loop, "a child process");
    try (var pipes = ChildPipes.open(builder)) {
      Process process = pipes.start(builder);
      boolean begun = false;
      try {
        var child = new ChildProcess(loop, process, pidfd(process), options, handler);
        child.begin(pipes);
        begun = true;
        return child;
      } finally {
        if (!begun) {
          process.destroyForcibly();
        }
      }
    }
  }

  /** A descriptor for it, or negative if it has been waited for: then the number is not its own. */
  private static int pidfd(Process process) {
    int pidfd = PidFd.open(Math.toIntExact(process.pid()), 0);
    int options = PidFd.WEXITED | PidFd.WNOHANG | PidFd.WNOWAIT;
    if (pidfd >= 0 && PidFd.waitid(PidFd.P_PIDFD, pidfd, new int[3], options) < 0) {
      File.close(pidfd); // no child of ours
      return -1;
    }
    return pidfd;
  }

  /** A descriptor that says nothing: a source has one, by which it ends with its loop. */
  private static int placeholder() throws IOException {
    return Failures.checked(EventFd.eventfd(0, EventFd.EFD_CLOEXEC), "eventfd", "");
  }

  private void begin(ChildPipes pipes) throws IOException {
    boolean begun = false;
    try {
      if (pipes.has(0)) {
        stdin = new PipeWriter(loop(), pipes.take(0), new Input());
      }
      if (pipes.has(1)) {
        stdout = new PipeReader(loop(), pipes.take(1), new Output(handler::onOutput));
      }
      if (pipes.has(2)) {
        stderr = new PipeReader(loop(), pipes.take(2), new Output(handler::onError));
      }
      begun = true;
    } finally {
      if (!begun) {
        close();
      }
    }
    CompletionStage<Process> end = process.onExit();
    end.thenAccept(ended -> onLoop(() -> exited(ended.exitValue())));
  }

  private void onLoop(Runnable task) {
    try {
      loop().execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended before {}", this, e); // and has closed this
    }
  }

  // --- its streams

  /**
   * Writes to its stdin, as {@link PipeWriter#write} does. What it does not read any more is lost,
   * and the answer false.
   *
   * @throws IllegalStateException if stdin is no pipe, or was ended
   */
  public boolean write(ByteBuffer bytes) throws IOException {
    checkOpen();
    PipeWriter to = stdin;
    if (to == null || inputEnded) {
      throw new IllegalStateException("stdin of " + this + " is redirected, or was ended");
    }
    if (to.isOpen()) {
      return to.write(bytes);
    }
    bytes.position(bytes.limit());
    return false;
  }

  /** Ends its stdin, after what is queued. Harmless when repeated. */
  public void endInput() {
    checkThread();
    inputEnded = true;
    if (stdin != null) {
      stdin.end();
    }
  }

  /** No output comes until {@link #resume}: when a pipe is full, it has to wait. */
  public void pause() throws IOException {
    checkOpen();
    paused = true;
    for (PipeReader each : outputs()) {
      each.pause();
    }
  }

  /** Output comes again. */
  public void resume() throws IOException {
    checkOpen();
    paused = false;
    for (PipeReader each : outputs()) {
      each.resume();
    }
    awaitOutput();
  }

  private List<PipeReader> outputs() {
    var open = new ArrayList<PipeReader>();
    for (PipeReader each : new @Nullable PipeReader[] {stdout, stderr}) {
      if (each != null && each.isOpen()) {
        open.add(each);
      }
    }
    return open;
  }

  /** What comes of an output; a handler that fails ends it all. */
  private final class Output implements PipeReader.Handler {
    private interface Part {
      void take(ChildProcess child, ByteBuffer bytes) throws Exception;
    }

    private final Part to;

    Output(Part to) {
      this.to = to;
    }

    @Override
    public void onData(PipeReader reader, ByteBuffer in) throws Exception {
      try {
        to.take(ChildProcess.this, in);
      } catch (Throwable t) {
        close();
        throw t;
      }
    }

    @Override
    public void onEnd(PipeReader reader, @Nullable IOException failure) throws Exception {
      if (failure != null) {
        LOG.warn("the output of {} broke off", ChildProcess.this, failure);
      }
      reportIfComplete();
    }
  }

  private final class Input implements PipeWriter.Handler {
    @Override
    public void onWritable(PipeWriter writer) throws Exception {
      try {
        handler.onWritable(ChildProcess.this);
      } catch (Throwable t) {
        close();
        throw t;
      }
    }
  }

  // --- its end

  private void exited(int with) {
    if (isOpen()) {
      status = with;
      killTimer.cancel();
      if (stdin != null) {
        stdin.close();
      }
      awaitOutput();
    }
  }

  /** After the exit, the output has a while to end. */
  private void awaitOutput() {
    if (status != RUNNING && isOpen() && !paused) {
      if (outputs().isEmpty()) {
        again(); // reports, where a handler that fails is dealt with
      } else {
        outputTimer.set(options.outputGrace());
      }
    }
  }

  /** Somebody else has the pipes too. */
  private void outputIsLate() {
    try {
      for (PipeReader each : paused ? List.<PipeReader>of() : outputs()) {
        each.finish();
      }
    } catch (Exception e) {
      LOG.warn("the handler of {} failed; it is closed", this, e);
      close();
    }
  }

  private void reportIfComplete() {
    if (status != RUNNING && isOpen() && outputs().isEmpty()) {
      again();
    }
  }

  @Override
  boolean drain() throws Exception {
    int with = status;
    if (with != RUNNING && outputs().isEmpty()) {
      close();
      handler.onExit(this, with);
    }
    return false;
  }

  // --- signals

  /** Its number. Any thread. */
  public long pid() {
    return process.pid();
  }

  /** The JDK's view of it, for what is not offered here. Any thread. */
  public ProcessHandle toHandle() {
    return process.toHandle();
  }

  /**
   * Sends it a signal, signal(7).
   *
   * @return false if it has ended
   */
  public boolean signal(int signal) throws IOException {
    checkOpen();
    return send(signal);
  }

  /** SIGTERM now, and SIGKILL if it has not ended after {@link ChildOptions#killGrace}. */
  public void terminate() throws IOException {
    if (signal(Signal.SIGTERM)) {
      killTimer.set(options.killGrace());
    }
  }

  private void killIsDue() {
    LOG.warn("{} has not ended by SIGTERM, and gets SIGKILL", this);
    kill();
  }

  private void kill() {
    try {
      boolean _ = send(Signal.SIGKILL);
    } catch (IOException e) {
      LOG.warn("{} cannot be killed", this, e); // such as one that runs as another user
    }
  }

  private boolean send(int signal) throws IOException {
    if (status != RUNNING) {
      return false;
    }
    if (hasPidfd) {
      return ProcessExit.signal(fd, signal);
    }
    // It has ended already, and the loop is about to hear of it; or the kernel has no pidfds.
    return switch (signal) {
      case Signal.SIGTERM -> process.toHandle().destroy();
      case Signal.SIGKILL -> process.toHandle().destroyForcibly();
      default -> false;
    };
  }

  @Override
  void beforeClose() {
    killTimer.cancel();
    outputTimer.cancel();
    if (status == RUNNING) {
      kill();
    }
    outputs().forEach(Source::close);
    if (stdin != null) {
      stdin.close();
    }
  }

  @Override
  public String toString() {
    return "ChildProcess[" + process.pid() + "]";
  }
}
