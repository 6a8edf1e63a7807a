package edgewise.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An upload, {@code multipart/form-data} of RFC 7578: its parts in their order. Close it when it
 * has been used; that deletes the files of long parts, but for those that were moved elsewhere.
 *
 * <pre>{@code
 * try (Multipart form = Multipart.read(body, request.header("Content-Type"), limits)) {
 *   for (Part photo : form.all("photo")) {
 *     photo.moveTo(album.resolve(newId()));
 *   }
 * }
 * }</pre>
 *
 * <p>A JVM that is killed leaves its files behind, named {@code edgewise-*.upload}.
 */
public final class Multipart implements AutoCloseable {
  private static final int PIECE_BYTES = 8 << 10;

  private final List<Part> parts;

  Multipart(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Reads a body to its end, which blocks, as does writing files: for a blocking handler. The
   * caller closes the stream.
   *
   * @param contentType of the request
   * @throws StatusException 400 if the body is malformed, 413 if it exceeds a limit, 415 if it is
   *     of another type; no file is left
   * @throws IOException if it cannot be read, or a file not be written; no file is left
   */
  public static Multipart read(
      InputStream body, @Nullable String contentType, MultipartLimits limits) throws IOException {
    try (var parser = new MultipartParser(contentType, limits)) {
      byte[] piece = new byte[PIECE_BYTES];
      for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
        parser.receive(ByteBuffer.wrap(piece, 0, count));
      }
      return parser.end();
    }
  }

  /** All parts in their order; empty if the form had no fields. */
  public List<Part> parts() {
    return parts;
  }

  /** The first part of that name, or null. Case matters. */
  public @Nullable Part first(String name) {
    for (Part part : parts) {
      if (part.name().equals(name)) {
        return part;
      }
    }
    return null;
  }

  /** The parts of that name in their order; empty if there is none. */
  public List<Part> all(String name) {
    return parts.stream().filter(part -> part.name().equals(name)).toList();
  }

  /**
   * Deletes what was kept. A second call does nothing.
   *
   * @throws IOException if a file could not be deleted; the others are gone
   */
  @Override
  public void close() throws IOException {
    closeAll(parts);
  }

  static void closeAll(List<Part> parts) throws IOException {
    IOException failure = null;
    for (Part part : parts) {
      try {
        part.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public String toString() {
    return "Multipart" + parts;
  }
}
