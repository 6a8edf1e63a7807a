package edgewise;

import java.io.IOException;
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
   * @param name names separated by {@code /}, without a leading one; empty for the root itself
   * @return the open file, or null if there is nothing of that name, or what is there is neither a
   *     regular file nor a directory, or lies outside
   * @throws java.nio.file.AccessDeniedException if it is there but may not be read
   * @throws IOException if it cannot be opened for another reason, such as too many open files
   */
  @Nullable OpenFile open(String name) throws IOException;

  /** Closes the root; files opened from it stay open. Idempotent. */
  @Override
  void close();
}
