package edgewise.http;

import edgewise.EventLoop;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of a response from a thread that writes it to the loop that sends it. Two buffers go to
 * and fro: while the loop has one, the other is filled; while the client takes nothing, the writer
 * waits.
 *
 * <p>The response begins when the first buffer is full or flushed. If all of it fits in there it is
 * sent with its length.
 */
final class ResponseOutput extends OutputStream implements BodySource {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  /** Two per response that is longer: few system calls, and little memory for many slow clients. */
  private static final int BUFFER_BYTES = 32 << 10;

  private static final int FIRST_BUFFER_BYTES = 8 << 10;

  private static final int BUFFERS = 2;

  private final EventLoop loop;
  private final Response head;
  private final long length;
  private final CompletableFuture<Response> answer;
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  private int count;
  private boolean begun;
  private boolean ended;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private byte @Nullable [] spare;
  private int atLoop;
  private boolean full;
  private boolean closed;
  private @Nullable Throwable cause;

  /** On the loop: where to write to. */
  private @Nullable BodyWriter writer;

  /** {@code length} is that of the body, or -1; {@code answer} gets the response when it begins. */
  ResponseOutput(EventLoop loop, Response head, long length, CompletableFuture<Response> answer) {
    this.loop = loop;
    this.head = head;
    this.length = length;
    this.answer = answer;
  }

  /** Has a body written on a virtual thread; the response comes to the answer. */
  static CompletableFuture<Response> start(EventLoop loop, Response head, OutputWriter body) {
    var answer = new CompletableFuture<Response>();
    var out = new ResponseOutput(loop, head, Body.UNKNOWN, answer);
    BlockingHandler.VIRTUAL_THREADS.execute(() -> {
      try {
        body.writeTo(out);
        out.close();
      } catch (Throwable t) {
        out.fail(t);
      }
    });
    return answer;
  }

  // --- on the writer's thread

  @Override
  public void write(int octet) throws IOException {
    checkOpen();
    if (count == buffer.length) {
      handOver();
    }
    buffer[count++] = (byte) octet;
  }

  @Override
  public void write(byte[] octets, int offset, int howMany) throws IOException {
    Objects.checkFromIndexSize(offset, howMany, octets.length);
    checkOpen();
    int from = offset;
    int end = offset + howMany;
    while (from < end) {
      if (count == buffer.length) {
        handOver();
      }
      int some = Math.min(end - from, buffer.length - count);
      System.arraycopy(octets, from, buffer, count, some);
      count += some;
      from += some;
    }
  }

  private void checkOpen() throws IOException {
    if (ended) {
      throw new IOException("the body has ended");
    }
  }

  /** Begins the response, if it has not begun, and sends what was written. */
  @Override
  public void flush() throws IOException {
    if (!ended) {
      begin();
      handOver();
    }
  }

  /** The response begins now, whatever is still to come of its body. */
  void begin() {
    if (!begun) {
      begun = true;
      answer.complete(head.withBody(new Body.Source(this, length)));
    }
  }

  /** The body is complete. Harmless when repeated. */
  @Override
  public void close() throws IOException {
    if (ended) {
      return;
    }
    if (!begun) {
      ended = true;
      answer.complete(head.withBody(new Body.Bytes(Arrays.copyOf(buffer, count))));
      return;
    }
    handOver();
    ended = true;
    onLoop(() -> {
      if (writer != null) {
        writer.end();
      }
    });
  }

  /** The body cannot be completed. */
  void fail(Throwable t) {
    ended = true;
    if (!begun) {
      answer.completeExceptionally(t);
      return;
    }
    if (!isClosed()) {
      LOG.error("a response could not be completed", t);
    }
    try {
      onLoop(() -> {
        if (writer != null) {
          writer.fail(t);
        }
      });
    } catch (IOException e) {
      LOG.debug("the server has stopped", e); // and has closed the connection
    }
  }

  /** Whether nobody wants more of the body, on any thread. */
  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void handOver() throws IOException {
    if (count == 0) {
      return;
    }
    begin();
    byte[] filled = buffer;
    int octets = count;
    buffer = nextBuffer();
    count = 0;
    onLoop(() -> send(filled, octets));
  }

  /** Waits until a buffer is free and the client takes more. */
  private byte[] nextBuffer() throws IOException {
    lock.lock();
    try {
      while (!closed && (full || atLoop == BUFFERS - 1)) {
        changed.await();
      }
      if (closed) {
        String why = cause == null ? "the client wants no body" : "the client is gone";
        throw new IOException(why, cause);
      }
      atLoop++;
      byte[] next = spare;
      spare = null;
      return next == null ? new byte[BUFFER_BYTES] : next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the client");
    } finally {
      lock.unlock();
    }
  }

  private void onLoop(Runnable task) throws IOException {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      throw new IOException("the server has stopped", e);
    }
  }

  // --- on the loop

  private void send(byte[] octets, int howMany) {
    boolean more = true;
    if (writer != null) {
      try {
        more = writer.write(octets, 0, howMany);
      } catch (IllegalStateException e) { // more than was announced
        LOG.error("a response could not be completed", e);
        writer.fail(e);
      }
    }
    lock.lock();
    try {
      atLoop--;
      spare = octets.length == BUFFER_BYTES ? octets : spare;
      full = !more && !closed;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void produce(BodyWriter out) {
    writer = out;
    lock.lock();
    try {
      full = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close(@Nullable Throwable why) {
    writer = null;
    lock.lock();
    try {
      closed = true;
      cause = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
