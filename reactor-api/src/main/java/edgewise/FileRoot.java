package edgewise;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory whose files can be opened by relative name, and nothing outside of it: no {@code ..},
 * no absolute name and no symbolic link leads out. Thread-safe.
 *
 * <p>The files are opened by the backend because sendfile(2) needs a descriptor that the Java
 * libraries do not reveal. On epoll the kernel guards the way (openat2(2) with RESOLVE_BENEATH);
 * links that stay inside are followed.
 */
public interface FileRoot extends AutoCloseable {
  /**
   * Opens a file or a directory below the root, read-only. Never blocks on a FIFO or a device.
   *
   * @param name names separated by {@code /}, without a leading one and none of them {@code ..};
   *     empty for the root itself
   * @return the open file, or null if there is nothing of that name, or what is there is neither a
   *     regular file nor a directory, or lies outside
   * @throws java.nio.file.AccessDeniedException if it is there but may not be read
   * @throws IOException if it cannot be opened for another reason, such as too many open files
   */
  @Nullable OpenFile open(String name) throws IOException;

  /**
   * What a directory holds.
   *
   * @param name the name of the file or directory, without a slash
   * @param directory whether it is a directory; else it is a regular file
   * @param size the size in bytes; 0 for a directory
   * @param modifiedNanos the time of the last modification in nanoseconds since 1970
   */
  record Entry(String name, boolean directory, long size, long modifiedNanos) {}

  /**
   * Lists a directory below the root, in no particular order: what {@link #open} would open, and
   * neither {@code .} nor {@code ..}. Symbolic links that lead outside, and what is neither a
   * regular file nor a directory, are left out.
   *
   * @param name as for {@link #open}
   * @return the entries, or null if there is no such directory or this backend cannot list
   * @throws java.nio.file.AccessDeniedException if it is there but may not be read
   * @throws IOException if it cannot be read for another reason
   */
  default @Nullable List<Entry> list(String name) throws IOException {
    return null;
  }

  /** Closes the root; files opened from it stay open. Idempotent. */
  @Override
  void close();
}
