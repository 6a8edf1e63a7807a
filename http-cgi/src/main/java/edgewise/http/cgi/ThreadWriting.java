package edgewise.http.cgi;

import edgewise.EventLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream that a thread writes, one piece at a time. */
final class ThreadWriting implements Writing {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);
  private static final int PIECE_BYTES = 64 << 10;

  /** What stands for the end among the pieces; no piece is empty. */
  private static final byte[] END = {};

  private final EventLoop loop;
  private final Listener to;
  private final LinkedBlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();

  // On the loop.
  private boolean busy;
  private boolean closed;

  ThreadWriting(EventLoop loop, OutputStream stream, Listener to) {
    this.loop = loop;
    this.to = to;
    Thread.ofPlatform().daemon().name("edgewise-cgi-write").start(() -> writeAll(stream));
  }

  // --- on the thread

  private void writeAll(OutputStream stream) {
    try {
      try (stream) {
        for (byte[] piece = pieces.take(); piece.length > 0; piece = pieces.take()) {
          stream.write(piece);
          stream.flush();
          loop.execute(this::written);
        }
      } catch (IOException e) {
        LOG.debug("a program does not read its input", e);
        loop.execute(this::broken);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RejectedExecutionException e) {
      LOG.debug("the loop has ended before a program", e); // nobody is there to be told
    }
  }

  /** Any thread: the loop will not write anything any more. */
  void abandon() {
    pieces.add(END);
  }

  // --- on the loop

  private void written() {
    busy = false;
    if (!closed) {
      to.room();
    }
  }

  private void broken() {
    if (!closed) {
      closed = true;
      to.broken();
    }
  }

  @Override
  public void write(ByteBuffer octets) {
    if (!busy && !closed && octets.hasRemaining()) {
      byte[] piece = new byte[Math.min(octets.remaining(), PIECE_BYTES)];
      octets.get(piece);
      busy = true;
      pieces.add(piece);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pieces.add(END);
    }
  }
}
