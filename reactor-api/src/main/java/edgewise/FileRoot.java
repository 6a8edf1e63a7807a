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
   * What was found in a directory.
   *
   * @param entries in no particular order
   * @param complete false if the directory has more names than were looked at
   */
  record Listing(List<Entry> entries, boolean complete) {}

  /**
   * Lists a directory below the root: what {@link #open} would find, and neither {@code .} nor
   * {@code ..}. Left out are symbolic links that lead outside, what is neither a regular file nor a
   * directory, names that are not text in the encoding of file names (UTF-8 on epoll), and what
   * vanishes meanwhile. Whether a file may be read is not asked; nothing but the directory is
   * opened, so nothing blocks.
   *
   * <p>This holds up its thread for one or two system calls a name, hence the limit.
   *
   * @param name as for {@link #open}
   * @param limit how many names to look at, those that are left out included; 0 or more
   * @return what was found, or null if there is no such directory
   * @throws java.nio.file.AccessDeniedException if it is there but may not be read
   * @throws IOException if it cannot be read for another reason
   */
  @Nullable Listing list(String name, int limit) throws IOException;

  /** Closes the root; files opened from it stay open. Idempotent. */
  @Override
  void close();
}
