package edgewise.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request from the loop, which puts it in, to the thread of a blocking handler, which
 * reads it. The client is made to wait while much is unread, so the memory is bounded.
 */
final class BodyPipe extends InputStream implements BodyReceiver {
  /** Unread octets at which the client has to wait: some of the loop's receive buffers. */
  private static final int HIGH_WATER = 256 << 10;

  /** Unread octets at which it goes on; well above 0, so that the reader need not wait for it. */
  private static final int LOW_WATER = 64 << 10;

  private final boolean clientWaits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by the lock.
  private final ArrayDeque<byte[]> pieces = new ArrayDeque<>();
  private int firstOffset;
  private int unread;
  private boolean paused;
  private boolean wanted;
  private boolean closed;
  private boolean ended;
  private List<Response.Field> trailers = List.of();
  private @Nullable IOException failure;
  private @Nullable BodyFlow flow;

  /** {@code clientWaits}: the client sends the body only when it is told to, at the first read. */
  BodyPipe(boolean clientWaits) {
    this.clientWaits = clientWaits;
  }

  // --- on the loop

  @Override
  public void begin(BodyFlow from) {
    lock.lock();
    try {
      flow = from;
      if (clientWaits && !wanted) {
        pause();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void receive(ByteBuffer part) {
    byte[] piece = new byte[part.remaining()];
    part.get(piece);
    lock.lock();
    try {
      if (closed || piece.length == 0) {
        return;
      }
      pieces.add(piece);
      unread += piece.length;
      if (unread >= HIGH_WATER) {
        pause();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void end(List<Response.Field> after) {
    lock.lock();
    try {
      ended = true;
      trailers = after;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void fail(IOException cause) {
    lock.lock();
    try {
      failure = cause;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void pause() {
    paused = true;
    Objects.requireNonNull(flow).pause();
  }

  // --- on the reader's thread

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    lock.lock();
    try {
      awaitOctets();
      return pieces.isEmpty() ? -1 : take(into, offset, length);
    } finally {
      lock.unlock();
    }
  }

  private void awaitOctets() throws IOException {
    wanted = true;
    while (pieces.isEmpty() && !ended) {
      if (closed) {
        throw new IOException("the stream is closed");
      }
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      resume();
      try {
        changed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for the body");
      }
    }
  }

  private int take(byte[] into, int offset, int length) {
    byte[] first = pieces.getFirst();
    int count = Math.min(length, first.length - firstOffset);
    System.arraycopy(first, firstOffset, into, offset, count);
    firstOffset += count;
    if (firstOffset == first.length) {
      pieces.removeFirst();
      firstOffset = 0;
    }
    unread -= count;
    if (unread <= LOW_WATER) {
      resume();
    }
    return count;
  }

  private void resume() {
    if (paused && flow != null) {
      paused = false;
      BodyFlow from = flow;
      try {
        from.loop().execute(from::resume);
      } catch (RejectedExecutionException e) {
        failure = new IOException("the server has stopped", e);
      }
    }
  }

  @Override
  public int available() {
    lock.lock();
    try {
      return unread;
    } finally {
      lock.unlock();
    }
  }

  /** Reads no more; what comes of the body is thrown away. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      pieces.clear();
      unread = 0;
      resume();
    } finally {
      lock.unlock();
    }
  }

  /** The fields after the body, once it has been read to its end. */
  List<Response.Field> trailers() {
    lock.lock();
    try {
      return trailers;
    } finally {
      lock.unlock();
    }
  }
}
