package edgewise.http.cgi;

import edgewise.EventLoop;
import edgewise.Timer;
import edgewise.http.BodySource;
import edgewise.http.BodyWriter;
import edgewise.http.Response;
import edgewise.http.StatusException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One program and the request that it answers. Belongs to the connection's loop.
 *
 * <pre>
 *   STARTING --started--> HEADER --empty line--> BODY --its end--> DRAINED --exit--> OVER
 *      |                    |  `--no Content-Type--> NO_BODY --end--^
 *      |                    |                          |            |
 *      `--not found, failed-+-- malformed, too slow ---+------------'
 * </pre>
 *
 * <p>In DRAINED the client has its answer, and what the program still writes is thrown away. The
 * end of the body is the end of the program's output, and that it was not a signal that has ended
 * the program. A program may close its output and go on: it is waited for only shortly.
 */
final class Run implements BodySource, Reading.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);

  /** After the end of the output the exit is a matter of microseconds, or of another kind. */
  private static final Duration EXIT_WAIT = Duration.ofMillis(100);

  private enum State {
    STARTING,
    HEADER,
    /** The header has come, and says that nothing follows. */
    NO_BODY,
    BODY,
    DRAINED,
    OVER
  }

  private static final int RUNNING = -1;

  private final EventLoop loop;
  private final boolean isHead;
  private final CgiLimits limits;
  private final CompletableFuture<Response> answer = new CompletableFuture<>();
  private final HeaderBlock header;
  private final Feed feed;
  private final Timer headerTimer;
  private final Timer exitTimer;
  private State state = State.STARTING;
  private @Nullable Program program;
  private @Nullable Reading stdout;
  private @Nullable Reading stderr;
  private @Nullable ProgramHead head;
  private @Nullable BodyWriter writer;

  /** What of the body came together with the header. */
  private @Nullable ByteBuffer first;

  /** Octets of a body of known length that are still to come. */
  private long left = ProgramHead.UNKNOWN;

  private boolean outputEnded;
  private boolean exitAwaited = true;
  private int exitStatus = RUNNING;

  Run(EventLoop loop, boolean isHead, long bodyLength, CgiLimits limits) {
    this.loop = loop;
    this.isHead = isHead;
    this.limits = limits;
    header = new HeaderBlock(limits);
    feed = new Feed(bodyLength, this::progress, this::bodyFailed);
    headerTimer = loop.schedule(limits.headerTimeout(), this::headerIsLate);
    exitTimer = loop.timer(this::exitIsLate);
  }

  EventLoop loop() {
    return loop;
  }

  /** The response to come. */
  Response response() {
    return Response.receiving(feed, answer);
  }

  // --- the program

  /** It runs. */
  void started(Program started) {
    program = started;
    try {
      Reading errors = started.streams.stderr(loop, new ErrorLines(started.script, limits));
      stderr = errors;
      stdout = started.streams.stdout(loop, this);
      Writing stdin = started.streams.stdin(loop, feed);
      errors.resume();
      if (state != State.STARTING) { // nobody waits for it any more
        feed.start(stdin);
        stop();
        return;
      }
      state = State.HEADER;
      stdout.resume();
      feed.start(stdin);
    } catch (IOException e) {
      notStarted(e);
      stop();
      finish();
      started.streams.close();
    }
  }

  /** There is none, or it could not be started. */
  void notStarted(Throwable why) {
    if (state == State.STARTING || state == State.HEADER) {
      answer(null, why);
    }
    headerTimer.cancel();
    feed.close();
  }

  /** It has ended; its output may still stand in the pipe. */
  void exited(int status) {
    exitStatus = status;
    exitTimer.cancel();
    feed.close();
    endIfComplete();
    if (state == State.DRAINED) {
      finish();
    }
  }

  // --- its output

  @Override
  public void octets(ByteBuffer octets) {
    try {
      switch (state) {
        case HEADER -> readHeader(octets);
        case NO_BODY -> throw new StatusException(502, "the program has a body without its type");
        case BODY -> {
          if (!send(octets) && state == State.BODY) {
            pauseOutput();
          }
        }
        case STARTING, DRAINED, OVER -> {}
      }
    } catch (StatusException e) {
      fail(e);
    }
  }

  private void readHeader(ByteBuffer octets) {
    if (!header.take(octets)) {
      return;
    }
    ProgramHead parsed = ProgramHead.parse(header.lines());
    head = parsed;
    if (parsed.contentType() == null) {
      state = State.NO_BODY;
      if (octets.hasRemaining()) {
        octets(octets);
      }
      return;
    }
    if (octets.hasRemaining()) {
      first = ByteBuffer.allocate(octets.remaining()).put(octets).flip();
    }
    left = parsed.contentLength();
    state = State.BODY;
    pauseOutput();
    answer(parsed.response(this), null); // which may call produce, or close, at once
  }

  /** Sends a piece of the body; false if no more is wanted now. */
  private boolean send(ByteBuffer octets) {
    BodyWriter out = writer;
    if (out == null) {
      return false;
    }
    if (left >= 0) {
      octets.limit((int) Math.min(octets.limit(), octets.position() + left));
      left -= octets.remaining();
    }
    boolean more = out.write(octets);
    if (left == 0) {
      out.end(); // whatever else it writes is beyond what it has promised
    }
    return more && state == State.BODY;
  }

  @Override
  public void end() {
    outputEnded = true;
    switch (state) {
      case HEADER -> fail(new StatusException(502, "the program has ended without a header"));
      case NO_BODY -> {
        if (head != null) {
          answer(head.response(this), null);
        }
        drain();
      }
      case BODY -> endIfComplete();
      case STARTING, DRAINED, OVER -> {}
    }
    if (exitStatus != RUNNING && state == State.DRAINED) {
      finish();
    }
  }

  /** Ends the body when all of it is sent, and it is known how the program has ended. */
  private void endIfComplete() {
    BodyWriter out = writer;
    if (state != State.BODY || out == null || first != null || !outputEnded) {
      return;
    }
    if (exitStatus == RUNNING && exitAwaited) {
      exitTimer.set(EXIT_WAIT);
    } else if (left > 0) {
      out.fail(new IOException("the program's body is " + left + " octets too short"));
    } else if (Program.isSignalled(exitStatus)) {
      out.fail(new IOException("the program has ended by a signal, status " + exitStatus));
    } else {
      out.end();
    }
  }

  private void exitIsLate() {
    exitAwaited = false;
    endIfComplete();
  }

  private void pauseOutput() {
    if (stdout != null) {
      stdout.pause();
    }
  }

  private void resumeOutput() {
    if (stdout != null) {
      stdout.resume();
    }
  }

  // --- the response

  @Override
  public void produce(BodyWriter out) {
    writer = out;
    if (state != State.BODY) {
      out.fail(new IOException("the program was ended before its body was wanted"));
      return;
    }
    ByteBuffer octets = first;
    first = null;
    if (octets == null || send(octets)) {
      resumeOutput();
    }
    endIfComplete();
  }

  @Override
  public void close(@Nullable Throwable cause) {
    boolean wanted = head != null && head.hasBody() && !isHead;
    if (cause != null || (wanted && writer == null)) {
      stop(); // nobody has the body, or it cannot be completed
    } else {
      drain();
    }
  }

  /** The request's body will not be complete, or the response was before it. */
  private void bodyFailed(IOException cause) {
    if (state == State.DRAINED || state == State.OVER) {
      feed.close();
    } else {
      LOG.debug("a client is gone before its request was complete", cause);
      stop();
    }
  }

  private void answer(@Nullable Response response, @Nullable Throwable failure) {
    headerTimer.cancel();
    if (failure != null) {
      answer.completeExceptionally(failure);
    } else if (response != null) {
      answer.complete(response);
    }
  }

  // --- time

  private void progress() {
    if (headerTimer.isSet()) {
      headerTimer.set(limits.headerTimeout());
    }
  }

  private void headerIsLate() {
    fail(new StatusException(504, "the program has not answered in time"));
  }

  /** It has run for as long as any may. */
  void timeIsUp() {
    switch (state) {
      case STARTING, HEADER, NO_BODY -> headerIsLate();
      case BODY -> {
        if (writer != null) {
          writer.fail(new IOException("the program has run for too long"));
        }
        stop();
      }
      case DRAINED, OVER -> {}
    }
  }

  // --- the end

  /** An error before the response. */
  private void fail(StatusException why) {
    LOG.warn("{}: {}", program == null ? "a program" : program.script, why.getMessage());
    state = State.DRAINED;
    answer(null, why);
    stop();
  }

  /** The client is gone before the response was complete. */
  void clientGone() {
    stop();
  }

  /** Nobody wants anything of the program any more, so it is to end. */
  private void stop() {
    drain();
    feed.close();
    if (stdout != null) {
      stdout.close();
    }
    if (program != null && exitStatus == RUNNING) {
      program.terminate();
    }
  }

  /** The client has its answer, or is gone: what still comes is thrown away. */
  private void drain() {
    if (state == State.OVER) {
      return;
    }
    state = State.DRAINED;
    first = null;
    headerTimer.cancel();
    exitTimer.cancel();
    resumeOutput();
    if (exitStatus != RUNNING) {
      finish();
    }
  }

  /** It has ended, and the response too. */
  private void finish() {
    state = State.OVER;
    if (stdout != null) {
      stdout.close();
    }
    if (stderr != null) {
      stderr.finish();
    }
  }
}
