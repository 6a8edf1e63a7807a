package edgewise.http.cgi;

import edgewise.http.BodyFlow;
import edgewise.http.BodyReceiver;
import edgewise.http.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way to a program's stdin. The client has to wait while the program
 * takes nothing, and before it has started; a program that does not read what it is sent loses
 * that, and only that. Belongs to the loop.
 */
final class Feed implements BodyReceiver, Writing.Listener {
  private final long length;
  private final Runnable onProgress;
  private final Consumer<IOException> onFailure;

  /** What the program has not taken: one piece, as the flow is paused meanwhile. */
  private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();

  private @Nullable BodyFlow flow;
  private @Nullable Writing stdin;

  /** Octets that have come. */
  private long received;

  private boolean ended;

  /** The program wants nothing more. */
  private boolean closed;

  /** {@code length} is that of the body, which is known: CONTENT_LENGTH had to be. */
  Feed(long length, Runnable onProgress, Consumer<IOException> onFailure) {
    this.length = length;
    this.onProgress = onProgress;
    this.onFailure = onFailure;
  }

  // --- the client's side

  @Override
  public void begin(BodyFlow from) {
    flow = from;
    if (stdin == null && !closed) {
      from.pause();
    }
  }

  @Override
  public void receive(ByteBuffer part) {
    onProgress.run();
    received += part.remaining();
    Writing to = stdin;
    if (to != null && waiting.isEmpty()) {
      to.write(part);
    }
    if (part.hasRemaining() && !closed) {
      waiting.add(ByteBuffer.allocate(part.remaining()).put(part).flip());
      // The last piece holds nothing up: behind it comes the end, which is to be heard of.
      if (flow != null && received < length) {
        flow.pause();
      }
    }
  }

  @Override
  public void end(List<Response.Field> trailers) {
    onProgress.run();
    ended = true;
    flush();
  }

  @Override
  public void fail(IOException cause) {
    ended = true;
    onFailure.accept(cause);
  }

  // --- the program's side

  /** The program has started. */
  void start(Writing to) {
    stdin = to;
    flush();
  }

  @Override
  public void room() {
    flush();
  }

  @Override
  public void broken() {
    close();
  }

  /** Nothing more goes to the program; what comes is thrown away, so that the client can end. */
  void close() {
    if (!closed) {
      closed = true;
      waiting.clear();
      if (stdin != null) {
        stdin.close();
      }
      resume();
    }
  }

  private void flush() {
    Writing to = stdin;
    if (to == null || closed) {
      return;
    }
    for (ByteBuffer next = waiting.peek(); next != null; next = waiting.peek()) {
      to.write(next);
      if (next.hasRemaining()) {
        return; // or it is broken, and nothing waits any more
      }
      waiting.poll();
    }
    if (ended) {
      to.close();
    } else {
      resume();
    }
  }

  private void resume() {
    if (flow != null && !ended) {
      flow.resume();
    }
  }
}
