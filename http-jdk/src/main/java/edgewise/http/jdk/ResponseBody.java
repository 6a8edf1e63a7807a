package edgewise.http.jdk;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response: takes what was announced to {@code sendResponseHeaders}, and no octet
 * more. Closing it ends the exchange.
 */
final class ResponseBody extends OutputStream {
  private static final long NOT_KNOWN = -1;

  private final Exchange exchange;
  private volatile @Nullable OutputStream out;
  private volatile boolean closed;

  /** Octets still to be written, or {@link #NOT_KNOWN}. */
  private volatile long left;

  ResponseBody(Exchange exchange) {
    this.exchange = exchange;
  }

  /** The head is sent; a body of that length follows, or one of any length if it is -1. */
  void begin(OutputStream to, long length) {
    left = length;
    out = to;
  }

  boolean hasBegun() {
    return out != null;
  }

  /** Whether all that was announced is written. */
  boolean isComplete() {
    return out != null && left == 0;
  }

  @Override
  public void write(int octet) throws IOException {
    OutputStream to = admit(1);
    to.write(octet);
    count(1);
  }

  @Override
  public void write(byte[] octets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, octets.length);
    if (length > 0) {
      OutputStream to = admit(length);
      to.write(octets, offset, length);
      count(length);
    }
  }

  private OutputStream admit(int howMany) throws IOException {
    OutputStream to = begun();
    if (closed) {
      throw new IOException("the response has ended");
    }
    if (left != NOT_KNOWN && howMany > left) {
      throw new IOException(
          "%d octets are %d more than sendResponseHeaders has announced"
              .formatted(howMany, howMany - left));
    }
    return to;
  }

  private OutputStream begun() throws IOException {
    OutputStream to = out;
    if (to == null) {
      throw new IOException("the response has not begun; call sendResponseHeaders first");
    }
    return to;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer; others only look
  private void count(int howMany) {
    if (left != NOT_KNOWN) {
      left -= howMany;
    }
  }

  @Override
  public void flush() throws IOException {
    OutputStream to = begun();
    if (!closed) {
      to.flush();
    }
  }

  @Override
  public void close() throws IOException {
    OutputStream to = begun();
    if (closed) {
      return;
    }
    closed = true;
    if (left > 0) {
      var failure = new IOException("the response ends " + left + " octets too early");
      exchange.fail(failure);
      throw failure;
    }
    exchange.end(to);
  }
}
