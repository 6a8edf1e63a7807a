package edgewise.http.cgi;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Trigger;
import edgewise.Watch;
import edgewise.linux.Errno;
import edgewise.linux.File;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The writing end of a pipe, on the loop; edge-triggered like {@link PipeReading}. A program that
 * does not read gives EPIPE: the JVM has a handler for SIGPIPE.
 */
final class PipeWriting implements Writing {
  private final PipeEnd end;
  private final Listener to;
  private final Watch watch;

  /** There may be room: what an edge has said, until EAGAIN. */
  private boolean ready;

  private boolean closed;

  PipeWriting(EventLoop loop, PipeEnd end, Listener to) throws IOException {
    this.end = end;
    this.to = to;
    watch = loop.watch(end.fd(), Interest.WRITE, Trigger.EDGE, _ -> onReady());
  }

  private void onReady() {
    ready = true;
    to.room();
  }

  @Override
  public void write(ByteBuffer octets) {
    PipeBuffer buffer = PipeBuffer.forWriting();
    while (ready && !closed && octets.hasRemaining()) {
      int length = Math.min(octets.remaining(), PipeBuffer.BYTES);
      buffer.octets.clear().put(0, octets, octets.position(), length);
      int count = File.write(end.fd(), buffer.memory, 0, length);
      if (count >= 0) {
        octets.position(octets.position() + count);
      } else if (count == -Errno.EAGAIN) {
        ready = false;
      } else if (count != -Errno.EINTR) { // EPIPE, and whatever else means that it is over
        close();
        to.broken();
      }
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
