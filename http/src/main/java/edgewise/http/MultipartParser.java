package edgewise.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an upload piece by piece, as it comes. Any cut gives the same result. Whoever has a stream
 * of the body uses {@link Multipart#read} instead.
 *
 * <p>Long parts are written to files while they come, and that blocks: not for a loop's thread. For
 * one thread at a time. It must be closed; {@link #end} hands over what is kept until then, and any
 * failure deletes it.
 */
public final class MultipartParser implements AutoCloseable {
  private final MultipartLimits limits;
  private final MultipartScanner scanner;
  private final List<Part> parts = new ArrayList<>();
  private @Nullable PartWriter writer;
  private int memoryBytes;
  private boolean over;

  /**
   * A parser of one body.
   *
   * @param contentType of the request
   * @throws StatusException 415 if that is not {@code multipart/form-data}, 400 if it has no valid
   *     boundary: 1 to 70 characters of RFC 2046 section 5.1.1
   */
  public MultipartParser(@Nullable String contentType, MultipartLimits limits) {
    this.limits = limits;
    scanner = new MultipartScanner(Boundary.delimiter(contentType), limits, new Keeper());
  }

  /**
   * Takes all octets of the buffer.
   *
   * @throws StatusException 400 if the body is malformed, 413 if it exceeds a limit
   * @throws IOException if a file cannot be written
   * @throws IllegalStateException after the end or a failure
   */
  public void receive(ByteBuffer piece) throws IOException {
    requireOpen();
    try {
      scanner.scan(piece);
    } catch (IOException | RuntimeException | Error e) {
      discard(e);
      throw e;
    }
  }

  /**
   * The body has ended.
   *
   * @return the upload, for the caller to close
   * @throws StatusException 400 if the last boundary is missing
   * @throws IllegalStateException after the end or a failure
   */
  public Multipart end() throws IOException {
    requireOpen();
    try {
      scanner.end();
    } catch (StatusException e) {
      discard(e);
      throw e;
    }
    over = true;
    return new Multipart(parts);
  }

  /** Where that fails, too, it is the server's failure rather than the client's. */
  private void discard(Throwable cause) throws IOException {
    try {
      close();
    } catch (IOException e) {
      e.addSuppressed(cause);
      throw e;
    }
  }

  private void requireOpen() {
    if (over) {
      throw new IllegalStateException("the body has ended, or was refused");
    }
  }

  /** Deletes what is kept, unless {@link #end} has handed it over. */
  @Override
  public void close() throws IOException {
    if (!over) {
      over = true;
      try {
        Multipart.closeAll(parts);
      } finally {
        if (writer != null) {
          writer.close();
        }
      }
    }
  }

  /** Keeps the parts that are found. */
  private final class Keeper implements MultipartScanner.Sink {
    @Override
    public void begin(PartHeader header) {
      int left = limits.maxMemoryBytes() - memoryBytes;
      writer =
          new PartWriter(header, limits.directory(), Math.min(limits.maxPartMemoryBytes(), left));
    }

    @Override
    public void content(ByteBuffer octets) throws IOException {
      writing().write(octets);
    }

    @Override
    public void end() throws IOException {
      parts.add(writing().finish());
      memoryBytes += writing().memoryBytes();
      writer = null;
    }

    private PartWriter writing() {
      if (writer == null) {
        throw new IllegalStateException("content outside of a part");
      }
      return writer;
    }
  }
}
