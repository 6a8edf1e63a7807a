package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * The writing end of a pipe, pipe(7), or of a FIFO, fifo(7), or of a terminal. What the kernel does
 * not take is queued, in order and up to a limit.
 *
 * <p>A reader that is gone is EPIPE, and no SIGPIPE: the JVM has a handler for that signal.
 */
public final class PipeWriter extends Source {
  /** Is told what becomes of it; on the loop. */
  public interface Handler {
    /** The queue was above the high-water mark, and is empty now. */
    default void onWritable(PipeWriter writer) throws Exception {}

    /**
     * Nothing can be written any more, and what was queued is lost. The writer is closed; this is
     * called once, and not after {@link PipeWriter#close}.
     *
     * @param failure EPIPE where nobody reads any more
     */
    default void onBroken(PipeWriter writer, IOException failure) throws Exception {
      LOG.debug("{} is broken", writer, failure);
    }
  }

  /** For those who look at what {@link #write} answers, if at anything. */
  public static final Handler UNHEARD = new Handler() {};

  /**
   * More than this in the queue, and {@link #write} answers false: four times what a pipe holds.
   */
  public static final int HIGH_WATER_BYTES = 256 << 10;

  /** The most that is queued: a program that goes on in spite of the answer has a bug. */
  public static final int MAX_QUEUED_BYTES = 64 << 20;

  /** Writes of one turn; then others have theirs. */
  private static final int WRITES_PER_TURN = 16;

  private final Handler handler;
  private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
  private int queued;
  private boolean high;
  private boolean ending;

  /** What a write from outside has failed with; 0 if none has. */
  private int broken;

  PipeWriter(EventLoop loop, int fd, Handler handler) throws IOException {
    super(loop, fd, Interest.NONE); // which tells that the reader is gone
    this.handler = handler;
  }

  /**
   * Writes to a descriptor, which is taken over in any case and made non-blocking. A descriptor
   * that others share, such as 1, is for {@link #reopen}.
   *
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static PipeWriter of(EventLoop loop, int fd, Handler handler) throws IOException {
    boolean taken = false;
    try {
      check(loop, "a pipe");
      Descriptors.unblock(fd);
      taken = true;
    } finally {
      if (!taken) {
        File.close(fd);
      }
    }
    return new PipeWriter(loop, fd, handler);
  }

  /** Writes to what a descriptor stands for, which stays the caller's, and as it is. */
  public static PipeWriter reopen(EventLoop loop, int fd, Handler handler) throws IOException {
    check(loop, "a pipe");
    return new PipeWriter(loop, Descriptors.reopened(fd, File.O_WRONLY), handler);
  }

  /**
   * Writes to a FIFO that somebody has open for reading.
   *
   * @throws IOException with ENXIO if nobody has
   */
  public static PipeWriter fifo(EventLoop loop, Path path, Handler handler) throws IOException {
    check(loop, "a FIFO");
    return new PipeWriter(loop, Descriptors.opened(path, File.O_WRONLY), handler);
  }

  /**
   * Writes the bytes from position to limit, in the order of the calls, and without blocking. The
   * buffer may be reused on return.
   *
   * @return whether to go on: false while more than {@link #HIGH_WATER_BYTES} are queued, until
   *     {@link Handler#onWritable}, and when it is broken
   * @throws IllegalStateException if it is closed or ending, or more than {@link #MAX_QUEUED_BYTES}
   *     would be queued
   */
  public boolean write(ByteBuffer bytes) throws IOException {
    checkOpen();
    if (ending) {
      throw new IllegalStateException(this + " is ending");
    }
    int failure = 0;
    if (queue.isEmpty()) {
      failure = send(bytes);
    }
    if (failure != 0 && failure != -Errno.EAGAIN) {
      bytes.position(bytes.limit());
      broken = failure;
      again(); // where the handler is told, which must not be called from here
      return false;
    }
    if (bytes.hasRemaining()) {
      enqueue(bytes);
    }
    high |= queued > HIGH_WATER_BYTES;
    return !high;
  }

  private void enqueue(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() > MAX_QUEUED_BYTES - queued) {
      throw new IllegalStateException(
          this + " has " + queued + " bytes in its queue, and no room for " + bytes.remaining());
    }
    queued += bytes.remaining();
    queue.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
    interest(Interest.WRITE);
  }

  /** Bytes that the kernel has not taken yet. */
  public int queuedBytes() {
    return queued;
  }

  /** Closes when what is queued is written; the reader reads the end behind it. */
  public void end() {
    checkThread();
    if (isOpen()) {
      ending = true;
      if (queue.isEmpty()) {
        close();
      }
    }
  }

  @Override
  boolean drain() throws Exception {
    if (broken != 0) {
      fail(broken);
      return false;
    }
    for (int i = 0; i < WRITES_PER_TURN; i++) {
      ByteBuffer next = queue.peek();
      if (next == null) {
        return drained();
      }
      int before = next.remaining();
      int failure = send(next);
      queued -= before - next.remaining();
      if (failure == -Errno.EAGAIN) {
        return false;
      }
      if (failure != 0) {
        fail(failure);
        return false;
      }
      queue.remove();
    }
    return true;
  }

  /** The queue is empty: nothing more is to be told but that the reader is gone. */
  private boolean drained() throws Exception {
    if (isHungUp()) {
      fail(-Errno.EPIPE);
    } else if (ending) {
      close();
    } else {
      interest(Interest.NONE);
      if (high) {
        high = false;
        handler.onWritable(this);
      }
    }
    return false;
  }

  private void fail(int failure) throws Exception {
    queue.clear();
    queued = 0;
    close();
    handler.onBroken(this, Failures.io("write", this, failure));
  }

  /** Writes what goes in now; 0 if it was all, else {@code -errno}. */
  private int send(ByteBuffer bytes) {
    PipeBuffer buffer = PipeBuffer.forWriting();
    while (bytes.hasRemaining()) {
      int length = Math.min(bytes.remaining(), PipeBuffer.BYTES);
      buffer.octets.clear().put(0, bytes, bytes.position(), length);
      int count = File.write(fd, buffer.memory, 0, length);
      if (count >= 0) {
        bytes.position(bytes.position() + count);
      } else if (count != -Errno.EINTR) {
        return count;
      }
    }
    return 0;
  }
}
