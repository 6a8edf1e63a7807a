package edgewise.http;

import java.nio.file.Path;

/**
 * How much an upload may have, and where it is kept. Change some with {@link #builder()}.
 *
 * @param maxBytes longer bodies are 413; 16 MiB of files and all around them, which is also the
 *     most that one upload takes of the disk
 * @param maxParts a body with more parts is 413; 256, since each costs an object and its header
 * @param maxHeaderBytes a part with a longer header is 413; 4 KiB, which holds the longest file
 *     name there is
 * @param maxHeaderFields a part with more header fields is 413; 16, where browsers send two
 * @param maxPartMemoryBytes a part that is longer goes to a file; 64 KiB
 * @param maxMemoryBytes where the parts together would take more memory, the next one goes to a
 *     file; 1 MiB
 * @param maxIgnoredBytes what may stand before the first boundary, after the last, and as blanks
 *     behind boundaries, together; more is 413; 1 KiB, where browsers send two octets
 * @param directory where files are kept until the upload is closed; by default that of {@code
 *     java.io.tmpdir}. It must exist
 */
public record MultipartLimits(
    long maxBytes,
    int maxParts,
    int maxHeaderBytes,
    int maxHeaderFields,
    int maxPartMemoryBytes,
    int maxMemoryBytes,
    int maxIgnoredBytes,
    Path directory) {
  /** The limits as described above. */
  public static final MultipartLimits DEFAULT = new Builder().build();

  public MultipartLimits {
    HttpLimits.atLeast("maxBytes", maxBytes, 1);
    HttpLimits.atLeast("maxParts", maxParts, 0);
    HttpLimits.atLeast("maxHeaderBytes", maxHeaderBytes, 64);
    HttpLimits.atLeast("maxHeaderFields", maxHeaderFields, 1);
    HttpLimits.atLeast("maxPartMemoryBytes", maxPartMemoryBytes, 0);
    HttpLimits.atLeast("maxMemoryBytes", maxMemoryBytes, 0);
    HttpLimits.atLeast("maxIgnoredBytes", maxIgnoredBytes, 2);
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets some limits and leaves the rest as they are by default. */
  public static final class Builder {
    private long maxBytes = 16 << 20;
    private int maxParts = 256;
    private int maxHeaderBytes = 4 << 10;
    private int maxHeaderFields = 16;
    private int maxPartMemoryBytes = 64 << 10;
    private int maxMemoryBytes = 1 << 20;
    private int maxIgnoredBytes = 1 << 10;
    private Path directory = Path.of(System.getProperty("java.io.tmpdir", "."));

    private Builder() {}

    public Builder maxBytes(long bytes) {
      maxBytes = bytes;
      return this;
    }

    public Builder maxParts(int count) {
      maxParts = count;
      return this;
    }

    public Builder maxHeaderBytes(int bytes) {
      maxHeaderBytes = bytes;
      return this;
    }

    public Builder maxHeaderFields(int count) {
      maxHeaderFields = count;
      return this;
    }

    public Builder maxPartMemoryBytes(int bytes) {
      maxPartMemoryBytes = bytes;
      return this;
    }

    public Builder maxMemoryBytes(int bytes) {
      maxMemoryBytes = bytes;
      return this;
    }

    public Builder maxIgnoredBytes(int bytes) {
      maxIgnoredBytes = bytes;
      return this;
    }

    public Builder directory(Path path) {
      directory = path;
      return this;
    }

    /** The limits. */
    public MultipartLimits build() {
      return new MultipartLimits(
          maxBytes,
          maxParts,
          maxHeaderBytes,
          maxHeaderFields,
          maxPartMemoryBytes,
          maxMemoryBytes,
          maxIgnoredBytes,
          directory);
    }
  }
}
