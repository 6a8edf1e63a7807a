package edgewise.http.cgi;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Trigger;
import edgewise.Watch;
import edgewise.linux.Errno;
import edgewise.linux.File;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading end of a pipe, on the loop.
 *
 * <p>Edge-triggered on any loop, since epoll reports a hang-up whatever the interest is: under
 * level triggering, a program that has ended would wake the loop for as long as the client is slow.
 */
final class PipeReading implements Reading {
  private static final Logger LOG = LoggerFactory.getLogger(Cgi.class);

  /** Reads of one turn, more than a pipe holds; then others have theirs. */
  private static final int READS_PER_TURN = 4;

  private final EventLoop loop;
  private final PipeEnd end;
  private final Listener to;
  private final Watch watch;

  /** There may be something to read: what an edge has said, until EAGAIN. */
  private boolean ready;

  private boolean paused = true;
  private boolean closed;
  private boolean pumping;
  private boolean scheduled;

  PipeReading(EventLoop loop, PipeEnd end, Listener to) throws IOException {
    this.loop = loop;
    this.end = end;
    this.to = to;
    watch = loop.watch(end.fd(), Interest.READ, Trigger.EDGE, _ -> onReady());
  }

  private void onReady() {
    ready = true;
    pump();
  }

  private void pump() {
    if (pumping) {
      return;
    }
    pumping = true;
    try {
      for (int i = 0; i < READS_PER_TURN && isActive(); i++) {
        read();
      }
    } finally {
      pumping = false;
    }
    if (isActive() && !scheduled) {
      scheduled = true;
      loop.execute(() -> {
        scheduled = false;
        pump();
      });
    }
  }

  private boolean isActive() {
    return ready && !paused && !closed;
  }

  private void read() {
    PipeBuffer buffer = PipeBuffer.forReading();
    int count = File.read(end.fd(), buffer.memory, 0, PipeBuffer.BYTES);
    if (count > 0) {
      to.octets(buffer.octets.clear().limit(count));
    } else if (count == -Errno.EAGAIN) {
      ready = false;
    } else if (count != -Errno.EINTR) {
      if (count < 0) {
        LOG.warn("reading a program's output failed: {}", Errno.describe(-count));
      }
      close();
      to.end();
    }
  }

  @Override
  public void resume() {
    paused = false;
    pump();
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void finish() {
    paused = false;
    ready = !closed; // its edge may still be on the way
    for (int i = 0; i < READS_PER_TURN && isActive(); i++) {
      read();
    }
    if (!closed) { // somebody else has the pipe too, such as what the program has started
      close();
      to.end();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      watch.close();
      end.close();
    }
  }
}
