package edgewise;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file opened for sending. Counts its holders: whoever opened it is one, each {@link
 * Connection#sendFile} that has not ended is another; the descriptor is closed when the last lets
 * go. Belongs to one thread at a time: that of the loop it is sent on, or another that it was
 * handed to and that only reads. Who hands it on leaves it alone until it has come back; holders
 * come and go on the loop.
 */
public abstract class OpenFile implements AutoCloseable {
  private final boolean directory;
  private final long size;
  private final long modifiedNanos;
  private final long fileKey;
  private int holders = 1;
  private boolean closed;

  /** For backends. */
  protected OpenFile(boolean directory, long size, long modifiedNanos, long fileKey) {
    this.directory = directory;
    this.size = size;
    this.modifiedNanos = modifiedNanos;
    this.fileKey = fileKey;
  }

  /** Whether it is a directory; else it is a regular file. */
  public final boolean isDirectory() {
    return directory;
  }

  /** The size in bytes when it was opened. */
  public final long size() {
    return size;
  }

  /** The time of the last modification in nanoseconds since 1970. */
  public final long modifiedNanos() {
    return modifiedNanos;
  }

  /**
   * A number that differs from that of another file of the same file system, also of one that was
   * put in the place of this one: the number of its inode, or a hash of it; 0 if there is none.
   */
  public final long fileKey() {
    return fileKey;
  }

  /**
   * Reads from a position in the file, pread(2); may wait for the disk, so not on a loop. On any
   * one thread at a time, which is not to close the file meanwhile: the number of its descriptor
   * would soon be that of another.
   *
   * @param into receives bytes from its position on, which moves; direct or in an array
   * @return how many, which may be fewer than there is room for; -1 at the end of the file or
   *     behind it
   * @throws IllegalArgumentException if the position is negative
   * @throws IllegalStateException if the file is closed
   * @throws IOException if it cannot be read, a directory never can
   */
  public final int read(ByteBuffer into, long position) throws IOException {
    if (position < 0) {
      throw new IllegalArgumentException("a position in a file is not negative: " + position);
    }
    if (holders == 0) {
      throw new IllegalStateException("the file is closed");
    }
    if (directory) {
      throw new IOException("EISDIR: a directory cannot be read");
    }
    return into.hasRemaining() ? readFile(into, position) : 0;
  }

  /** Reads as {@link #read}, into at least one byte of room; called of regular files. */
  protected abstract int readFile(ByteBuffer into, long position) throws IOException;

  /** Lets go of the file; what is queued of it will still be sent. Idempotent. */
  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      release();
    }
  }

  final void retain() {
    if (holders == 0) {
      throw new IllegalStateException("the file is closed");
    }
    holders++;
  }

  final void release() {
    if (--holders == 0) {
      closeDescriptor();
    }
  }

  /** Closes the descriptor; called exactly once. */
  protected abstract void closeDescriptor();
}
