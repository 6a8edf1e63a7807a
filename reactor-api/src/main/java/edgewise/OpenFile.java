package edgewise;

/**
 * A file opened for sending. Counts its holders: whoever opened it is one, each {@link
 * Connection#sendFile} that has not ended is another; the descriptor is closed when the last lets
 * go. Belongs to one thread at a time, that of the loop it is sent on.
 */
public abstract class OpenFile implements AutoCloseable {
  private final boolean directory;
  private final long size;
  private final long modifiedNanos;
  private int holders = 1;
  private boolean closed;

  /** For backends. */
  protected OpenFile(boolean directory, long size, long modifiedNanos) {
    this.directory = directory;
    this.size = size;
    this.modifiedNanos = modifiedNanos;
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
