package edgewise.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a path among programs, held by a file beside it whose name ends in {@code .lock}, which
 * is there only meanwhile. Without it two servers that find the same leftover socket could both
 * take it for dead, and the later one delete the file of the earlier, which is bound but does not
 * listen yet.
 *
 * <p>The kernel lets go of the lock when its process dies; the file that is left then is no lock,
 * and is used again.
 */
final class PathLock implements AutoCloseable {
  /**
   * Locks of one process do not exclude each other, and closing one file lets go of all, fcntl(2).
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** Each time the file was removed between open and lock, by one who had held it. */
  private static final int TRIES = 16;

  private final Path path;
  private final Path file;
  private final FileChannel channel;

  private PathLock(Path path, Path file, FileChannel channel) {
    this.path = path;
    this.file = file;
    this.channel = channel;
  }

  /** The lock, or null if somebody holds it. Does not wait. */
  static @Nullable PathLock tryLock(Path path) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    if (!HELD.add(absolute)) {
      return null;
    }
    PathLock lock = null;
    try {
      lock = lockFile(absolute);
      return lock;
    } finally {
      if (lock == null) {
        HELD.remove(absolute);
      }
    }
  }

  private static @Nullable PathLock lockFile(Path path) throws IOException {
    Path file = path.resolveSibling(path.getFileName() + ".lock");
    for (int i = 0; i < TRIES; i++) {
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
      boolean kept = false;
      try {
        if (channel.tryLock() == null) {
          return null;
        }
        kept = isStill(file, channel);
        if (kept) {
          return new PathLock(path, file, channel);
        }
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }
    return null;
  }

  /** Whether the file of that name is the one that is open: what is written here is read there. */
  private static boolean isStill(Path file, FileChannel channel) throws IOException {
    byte[] mark = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    channel.truncate(0).write(ByteBuffer.wrap(mark), 0);
    try {
      return Arrays.equals(mark, Files.readAllBytes(file));
    } catch (NoSuchFileException removed) {
      return false;
    }
  }

  /** Removes the file while it is still locked, then lets go. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(file);
    } finally {
      HELD.remove(path);
    }
  }
}
