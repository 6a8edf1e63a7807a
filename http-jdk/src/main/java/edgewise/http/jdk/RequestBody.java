package edgewise.http.jdk;

import edgewise.http.Request;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, which can be read until it is closed or the exchange ends. The client that
 * waits for 100 (Continue) gets it by the first read.
 */
final class RequestBody extends InputStream {
  /** A handler that has left its exchange with this stream alone can still end it. */
  @SuppressWarnings("unused")
  private final Exchange exchange;

  private final Request request;
  private @Nullable InputStream in;
  private volatile boolean closed;

  RequestBody(Exchange exchange, Request request) {
    this.exchange = exchange;
    this.request = request;
  }

  @Override
  public int read() throws IOException {
    return in().read();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    return in().read(into, offset, length);
  }

  @Override
  public int available() throws IOException {
    return in().available();
  }

  private InputStream in() throws IOException {
    if (closed) {
      throw new IOException("the request's body is closed, or its exchange has ended");
    }
    return stream();
  }

  private synchronized InputStream stream() {
    if (in == null) {
      in = request.bodyStream();
    }
    return in;
  }

  /** Reads no more. The server throws the rest away, or ends the connection if that is long. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      stream().close();
    }
  }
}
