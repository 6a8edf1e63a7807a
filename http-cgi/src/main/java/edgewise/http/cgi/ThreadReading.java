package edgewise.http.cgi;

import edgewise.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream that a thread reads. It hands over one piece and waits until the loop has taken it.
 * Closed, it goes on reading for nobody, and ends with the program.
 */
final class ThreadReading implements Reading {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);
  private static final int PIECE_BYTES = 16 << 10;

  private final EventLoop loop;
  private final Listener to;
  private final Semaphore taken = new Semaphore(0);
  private volatile boolean closed;

  // On the loop.
  private boolean paused = true;
  private boolean ended;

  /** A piece that has come while this was paused. */
  private @Nullable ByteBuffer piece;

  ThreadReading(EventLoop loop, InputStream stream, Listener to) {
    this.loop = loop;
    this.to = to;
    Thread.ofPlatform().daemon().name("edgewise-cgi-read").start(() -> readAll(stream));
  }

  // --- on the thread

  private void readAll(InputStream stream) {
    byte[] octets = new byte[PIECE_BYTES];
    try (stream) {
      for (int count = stream.read(octets); count >= 0; count = stream.read(octets)) {
        if (!closed) {
          ByteBuffer next = ByteBuffer.wrap(octets, 0, count);
          loop.execute(() -> offer(next));
          taken.acquire();
        }
      }
    } catch (IOException e) {
      LOG.debug("a program's output broke off", e); // as when the program was ended
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended before a program", e); // nobody is there to be told
    }
    try {
      loop.execute(() -> offerEnd());
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended before a program", e);
    }
  }

  /** Any thread: the loop will not take anything any more. */
  void abandon() {
    closed = true;
    taken.release();
  }

  // --- on the loop

  private void offer(ByteBuffer next) {
    piece = next;
    deliver();
  }

  private void offerEnd() {
    ended = true;
    deliver();
  }

  private void deliver() {
    ByteBuffer next = piece;
    if (next != null && (closed || !paused)) {
      piece = null;
      if (!closed) {
        to.octets(next);
      }
      taken.release();
    }
    if (ended && piece == null && !closed && !paused) {
      closed = true;
      to.end();
    }
  }

  @Override
  public void resume() {
    paused = false;
    deliver();
  }

  @Override
  public void pause() {
    paused = true;
  }

  /** Nothing to do: when a program ends the JDK ends its streams, and so the thread. */
  @Override
  public void finish() {}

  @Override
  public void close() {
    closed = true;
    deliver();
  }
}
