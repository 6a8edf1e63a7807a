package edgewise.select;

import edgewise.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open file, which owns its descriptor, or a directory, which has none. */
final class SelectFile extends OpenFile {
  /** The result of {@link #transferTo} that says: the socket takes nothing now. */
  static final long NOTHING_TAKEN = -1;

  private final @Nullable FileChannel channel;

  private SelectFile(@Nullable FileChannel channel, long size, long modifiedNanos, long fileKey) {
    super(channel == null, size, modifiedNanos, fileKey);
    this.channel = channel;
  }

  static SelectFile directory(long size, long modifiedNanos, long fileKey) {
    return new SelectFile(null, size, modifiedNanos, fileKey);
  }

  static SelectFile regular(FileChannel channel, long size, long modifiedNanos, long fileKey) {
    return new SelectFile(channel, size, modifiedNanos, fileKey);
  }

  /**
   * Sends to a socket; sendfile(2) on Linux, also to AF_UNIX. The mark of an interrupt is kept away
   * from the file channel, which would close itself.
   *
   * @return the number of bytes, 0 if the file ends at {@code position} or before, or {@link
   *     #NOTHING_TAKEN}; the JDK answers 0 to both
   */
  long transferTo(SocketChannel to, long position, long count) throws IOException {
    if (channel == null) {
      throw new IOException("EISDIR: a directory cannot be sent");
    }
    boolean interrupted = Thread.interrupted();
    try {
      long sent = channel.transferTo(position, count, to);
      return sent > 0 || position >= channel.size() ? sent : NOTHING_TAKEN;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  protected int readFile(ByteBuffer into, long position) throws IOException {
    boolean interrupted = Thread.interrupted(); // as above
    try {
      return Objects.requireNonNull(channel, "a directory").read(into, position);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  protected void closeDescriptor() {
    if (channel != null) {
      Failures.closeQuietly(channel);
    }
  }
}
