package edgewise.http;

import java.io.IOException;
import java.io.OutputStream;

/** Writes the body of a response, on a virtual thread; see {@link Response#output}. */
@FunctionalInterface
public interface OutputWriter {
  /**
   * Writes the body. A write waits while the client does not take what was written before. The
   * stream is closed by the caller.
   *
   * @throws IOException if the client is gone; other failures end the connection, and are logged
   */
  void writeTo(OutputStream out) throws Exception;
}
