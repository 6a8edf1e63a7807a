package edgewise.http;

import edgewise.Connection;
import edgewise.EventLoop;
import edgewise.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the body of one response, framed as its client understands it: RFC 9112 section 6. Belongs
 * to the connection's loop; from other threads use {@link EventLoop#execute} of {@link #loop()}.
 *
 * <pre>
 *   OPEN --end()--> ENDED
 *     `---fail(), client gone---> ENDED
 * </pre>
 */
public final class BodyWriter {
  /** How the end of the body is told. */
  enum Framing {
    CHUNKED,
    LENGTH,
    /** By the end of the connection, for HTTP/1.0. */
    CLOSE
  }

  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final byte[] CRLF = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = {'0', '\r', '\n'};

  private final HttpConnection owner;
  private final Connection connection;
  private final BodySource source;
  private final Framing framing;

  /** Octets of a body of known length that are still to be written. */
  private long left;

  private long written;
  private boolean ended;

  /** What the last write said: whether the client takes it. */
  private boolean taken = true;

  /** Inside a call of the source. */
  private boolean producing;

  BodyWriter(HttpConnection owner, BodySource source, Framing framing, long length) {
    this.owner = owner;
    this.connection = owner.connection();
    this.source = source;
    this.framing = framing;
    this.left = length;
  }

  // --- for the source

  /**
   * Writes the octets from position to limit; the buffer may be reused on return. Dropped if the
   * writer is not open any more.
   *
   * @return whether to go on: false while the client takes too little, until {@link
   *     BodySource#produce} is called again
   * @throws IllegalStateException if this is more than the length that was announced
   */
  public boolean write(ByteBuffer octets) {
    int count = octets.remaining();
    if (!begin(count)) {
      octets.position(octets.limit());
      return isOpen();
    }
    boolean more = connection.write(octets);
    return finish(more);
  }

  /** Writes a part of an array, as {@link #write(ByteBuffer)}. */
  public boolean write(byte[] octets, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, octets.length);
    if (!begin(length)) {
      return isOpen();
    }
    boolean more = connection.write(octets, offset, length);
    return finish(more);
  }

  /** Writes an array, as {@link #write(ByteBuffer)}. */
  public boolean write(byte[] octets) {
    return write(octets, 0, octets.length);
  }

  /**
   * Writes a region of a file, by sendfile(2) where there is one, as {@link #write(ByteBuffer)}.
   */
  public boolean sendFile(OpenFile file, long position, long count) {
    if (!begin(count)) {
      return isOpen();
    }
    boolean more = connection.sendFile(file, position, count);
    return finish(more);
  }

  /** The body is complete. Harmless when repeated. */
  public void end() {
    end(List.of());
  }

  /**
   * The body is complete, and these fields follow it. They reach only a client that gets chunks;
   * RFC 9110 section 6.5 asks to announce them in a Trailer field.
   *
   * @throws IllegalStateException if less was written than the length that was announced
   */
  public void end(List<Response.Field> trailers) {
    owner.checkThread();
    if (ended) {
      return;
    }
    if (framing == Framing.LENGTH && left > 0) {
      var failure = new IllegalStateException("the body ends " + left + " octets too early");
      fail(failure);
      throw failure;
    }
    if (framing == Framing.CHUNKED && connection.isOpen()) {
      connection.write(LAST_CHUNK);
      writeTrailers(trailers);
    }
    finish(null);
    owner.streamEnded(this);
  }

  /**
   * The body cannot be completed. The connection is cut off, so that the client does not take what
   * it has for the whole.
   */
  public void fail(Throwable cause) {
    owner.checkThread();
    if (!ended) {
      finish(cause);
      owner.failed(cause);
    }
  }

  /** Whether what is written may still reach the client. */
  public boolean isOpen() {
    return !ended && connection.isOpen();
  }

  /** Octets of the body written so far. */
  public long written() {
    return written;
  }

  /** The loop that this belongs to. */
  public EventLoop loop() {
    return connection.loop();
  }

  // --- for the connection

  /** Whether the client takes what was written last. */
  boolean isTaken() {
    return taken;
  }

  /** There is room: lets the source write. */
  void produce() {
    if (ended || producing) {
      return;
    }
    producing = true;
    taken = true;
    try {
      source.produce(this);
    } catch (Throwable t) {
      sourceFailed(t);
    }
    producing = false;
  }

  void stop() {
    if (!ended) {
      try {
        source.stop(this);
      } catch (Throwable t) {
        sourceFailed(t);
      }
    }
  }

  private void sourceFailed(Throwable t) {
    if (!ended) {
      LOG.error("the body of a response could not be made", t);
      fail(t);
    }
  }

  /** The connection is closed. */
  void close(@Nullable Throwable cause) {
    if (!ended) {
      finish(
          cause == null ? new IOException("the connection was closed within a response") : cause);
    }
  }

  private void finish(@Nullable Throwable cause) {
    ended = true;
    try {
      source.close(cause);
    } catch (Throwable t) {
      LOG.error("the body of a response could not be made", t);
    }
  }

  // --- framing

  /** What stands before a piece; false if there is nothing to write, or nobody to read it. */
  private boolean begin(long count) {
    owner.checkThread();
    if (!isOpen() || count == 0) {
      return false;
    }
    if (framing == Framing.LENGTH) {
      if (count > left) {
        throw new IllegalStateException(
            "%d octets are %d more than the body's length leaves".formatted(count, count - left));
      }
      left -= count;
    } else if (framing == Framing.CHUNKED) {
      owner.writeChunkSize(count);
    }
    written += count;
    return connection.isOpen();
  }

  private boolean finish(boolean more) {
    taken = more;
    if (framing == Framing.CHUNKED && connection.isOpen()) {
      taken = connection.write(CRLF);
    }
    return taken && isOpen();
  }

  private void writeTrailers(List<Response.Field> trailers) {
    var text = new StringBuilder();
    for (Response.Field field : trailers) {
      text.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
    if (connection.isOpen()) {
      taken =
          connection.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
