package edgewise.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
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

  /** Lengths of 1 to as many bytes, all but one of them a hole. */
  private static final int LONGEST = 1 << 20;

  private static final Set<OpenOption> HOW =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          LinkOption.NOFOLLOW_LINKS);

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
    Path real = inRealDirectory(path.toAbsolutePath());
    if (!HELD.add(real)) {
      return null;
    }
    PathLock lock = null;
    try {
      lock = lockFile(real);
      return lock;
    } finally {
      if (lock == null) {
        HELD.remove(real);
      }
    }
  }

  /** The one name of many that links give; a link in the last place is what is bound, or not. */
  private static Path inRealDirectory(Path path) throws IOException {
    Path directory = path.getParent();
    return directory == null ? path : directory.toRealPath().resolve(path.getFileName());
  }

  private static @Nullable PathLock lockFile(Path path) throws IOException {
    Path file = path.resolveSibling(path.getFileName() + ".lock");
    for (int i = 0; i < TRIES; i++) {
      if (isSomethingElse(file)) { // to open a pipe would wait for its reader
        throw notOurs(file);
      }
      FileChannel channel = FileChannel.open(file, HOW);
      boolean kept = false;
      try {
        if (channel.tryLock() == null) {
          return null;
        }
        if (!isBlank(channel)) {
          throw notOurs(file);
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

  private static boolean isSomethingElse(Path file) throws IOException {
    try {
      return !attributes(file).isRegularFile();
    } catch (NoSuchFileException none) {
      return false;
    }
  }

  private static IOException notOurs(Path file) {
    return new IOException(file + " is not a lock; remove it, or choose another path");
  }

  /** Whether it can be a lock: empty, or zeroes. Other programs keep something in such files. */
  private static boolean isBlank(FileChannel channel) throws IOException {
    ByteBuffer first = ByteBuffer.allocate(1);
    return channel.read(first, 0) <= 0 || first.get(0) == 0;
  }

  /**
   * Whether the file of that name is the one that is open: it is given a length by chance, and has
   * it there too. That opens no second descriptor, whose close would let go of the lock.
   */
  private static boolean isStill(Path file, FileChannel channel) throws IOException {
    int length = 1 + ThreadLocalRandom.current().nextInt(LONGEST);
    channel.truncate(0).write(ByteBuffer.allocate(1), length - 1);
    try {
      return attributes(file).size() == length;
    } catch (NoSuchFileException removed) {
      return false;
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
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
