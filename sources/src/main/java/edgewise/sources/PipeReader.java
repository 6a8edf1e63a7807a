package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The reading end of a pipe, pipe(7), or of a FIFO, fifo(7), or whatever else gives bytes. */
public final class PipeReader extends Source {
  /** Takes what comes; on the loop. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Bytes have come, from position to limit. They have to be taken: the buffer is used again on
     * return.
     */
    void onData(PipeReader reader, ByteBuffer in) throws Exception;

    /**
     * No more will come. The reader is closed; this is called once, and not after {@link
     * PipeReader#close}.
     *
     * @param failure null at the end, which is that all writers have closed; else what read(2) said
     */
    default void onEnd(PipeReader reader, @Nullable IOException failure) throws Exception {}
  }

  /** Reads of one turn, four times what a pipe holds; then others have theirs. */
  private static final int READS_PER_TURN = 4;

  private final Handler handler;
  private boolean paused;

  PipeReader(EventLoop loop, int fd, Handler handler) throws IOException {
    super(loop, fd, Interest.READ);
    this.handler = handler;
  }

  /**
   * Reads from a descriptor, which is taken over in any case and made non-blocking. A descriptor
   * that others share, such as 0, is for {@link #reopen}.
   *
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static PipeReader of(EventLoop loop, int fd, Handler handler) throws IOException {
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
    return new PipeReader(loop, fd, handler);
  }

  /**
   * Reads from what a descriptor stands for, which stays the caller's, and as it is: for fd 0,
   * which is shared with the shell, so that O_NONBLOCK must not be set on it.
   *
   * @throws IOException for a regular file, which epoll cannot watch, and for a socket, which
   *     cannot be opened again
   */
  public static PipeReader reopen(EventLoop loop, int fd, Handler handler) throws IOException {
    check(loop, "a pipe");
    return new PipeReader(loop, Descriptors.reopened(fd, File.O_RDONLY), handler);
  }

  /**
   * Reads from a FIFO; does not wait for a writer. The end comes when the last writer has closed;
   * while there was none yet, it does not.
   *
   * @param keepOpen whether to keep the writing end open too, so that there is no end: others may
   *     come and go
   */
  public static PipeReader fifo(EventLoop loop, Path path, boolean keepOpen, Handler handler)
      throws IOException {
    check(loop, "a FIFO");
    // O_RDWR is Linux's way to be a writer oneself, fifo(7).
    int fd = Descriptors.opened(path, keepOpen ? File.O_RDWR : File.O_RDONLY);
    return new PipeReader(loop, fd, handler);
  }

  /** No bytes come until {@link #resume}: when the pipe is full, its writers have to wait. */
  public void pause() throws IOException {
    checkOpen();
    paused = true;
    interest(Interest.NOTHING);
  }

  /** Bytes come again. Harmless when it is not paused. */
  public void resume() throws IOException {
    checkOpen();
    paused = false;
    interest(Interest.READ);
  }

  /** Whether it is paused. */
  public boolean isPaused() {
    return paused;
  }

  /** Takes at once what is there, a turn's budget of it at most, and closes. */
  void finish() throws Exception {
    paused = false;
    boolean ignored = isOpen() && drain();
    if (isOpen()) {
      end(null);
    }
  }

  @Override
  boolean drain() throws Exception {
    for (int i = 0; i < READS_PER_TURN; i++) {
      if (paused || !isOpen()) {
        return false;
      }
      PipeBuffer buffer = PipeBuffer.forReading();
      int count = File.read(fd, buffer.memory, 0, PipeBuffer.BYTES);
      if (count > 0) {
        handler.onData(this, buffer.octets.clear().limit(count));
      } else if (count == -Errno.EAGAIN) {
        return false;
      } else if (count != -Errno.EINTR) {
        end(count == 0 ? null : Failures.io("read", this, count));
        return false;
      }
    }
    return true;
  }

  private void end(@Nullable IOException failure) throws Exception {
    close();
    handler.onEnd(this, failure);
  }
}
