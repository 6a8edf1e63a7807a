package edgewise.epoll;

import edgewise.FileRoot;
import edgewise.OpenFile;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.OpenHow;
import edgewise.linux.Stat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A directory descriptor, and openat2(2) with RESOLVE_BENEATH, so that the kernel itself refuses
 * every way out. Where openat2 is missing (before Linux 5.6, or a seccomp filter) the file is
 * opened first and then asked where it really is: what lies outside is closed again unread.
 */
final class EpollFileRoot implements FileRoot {
  private static final int FLAGS = File.O_RDONLY | File.O_NONBLOCK | File.O_NOCTTY | File.O_CLOEXEC;

  /** openat2(2) gives up with EAGAIN when directories are renamed meanwhile; then try again. */
  private static final int TRIES = 16;

  private static final int LONGEST_PATH = 4096;

  /** A {@code ..} that stays inside would do no harm, but the other backend does not allow it. */
  private static final Pattern UPWARDS = Pattern.compile("(^|/)\\.\\.(/|$)");

  private static final OpenHow BENEATH =
      OpenHow.allocate(
          Arena.ofAuto(), FLAGS, 0, OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_MAGICLINKS);

  private static final ThreadLocal<Stat> STAT =
      ThreadLocal.withInitial(() -> Stat.allocate(Arena.ofAuto()));

  private final Kernel kernel;
  private final Path directory;
  private final int dirfd;

  /** Held for reading while the descriptor is used, so that it is not closed under an open. */
  private final ReadWriteLock inUse = new ReentrantReadWriteLock();

  private boolean closed;
  private volatile boolean openat2 = true;

  private EpollFileRoot(Kernel kernel, Path directory, int dirfd) {
    this.kernel = kernel;
    this.directory = directory;
    this.dirfd = dirfd;
  }

  static EpollFileRoot open(Kernel kernel, Path directory) throws IOException {
    int flags = File.O_PATH | File.O_DIRECTORY | File.O_CLOEXEC;
    int fd = kernel.openat(File.AT_FDCWD, directory.toString(), flags);
    return switch (-fd) {
      case Errno.ENOENT -> throw new NoSuchFileException(directory.toString());
      case Errno.ENOTDIR -> throw new NotDirectoryException(directory.toString());
      case Errno.EACCES -> throw new AccessDeniedException(directory.toString());
      default -> {
        if (fd < 0) {
          throw Failures.io("open", directory, fd);
        }
        yield new EpollFileRoot(kernel, directory, fd);
      }
    };
  }

  @Override
  public @Nullable OpenFile open(String name) throws IOException {
    if (name.indexOf('\0') >= 0 || name.startsWith("/") || UPWARDS.matcher(name).find()) {
      return null;
    }
    inUse.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the file root is closed");
      }
      return openNamed(name);
    } finally {
      inUse.readLock().unlock();
    }
  }

  private @Nullable OpenFile openNamed(String name) throws IOException {
    String path = name.isEmpty() ? "." : name;
    int fd = openat2 ? openBeneath(path) : openChecked(path);
    if (fd >= 0) {
      return known(fd, name);
    }
    return switch (-fd) {
      case Errno.ENOENT,
          Errno.ENOTDIR,
          Errno.ELOOP,
          Errno.EXDEV,
          Errno.ENAMETOOLONG,
          Errno.ENXIO, // a socket file
          Errno.ENODEV,
          Errno.EINVAL ->
          null;
      case Errno.EACCES, Errno.EPERM -> throw new AccessDeniedException(name);
      default -> throw Failures.io("open", name, fd);
    };
  }

  private int openBeneath(String path) {
    int fd = -Errno.EAGAIN;
    for (int i = 0; i < TRIES && (fd == -Errno.EAGAIN || fd == -Errno.EINTR); i++) {
      fd = kernel.openat2(dirfd, path, BENEATH);
    }
    if (fd == -Errno.ENOSYS || fd == -Errno.EPERM) {
      openat2 = fd != -Errno.ENOSYS && openat2;
      return openChecked(path);
    }
    return fd;
  }

  private int openChecked(String path) {
    int fd = kernel.openat(dirfd, path, FLAGS);
    if (fd >= 0 && !isBeneath(fd)) {
      kernel.close(fd);
      return -Errno.EXDEV;
    }
    return fd;
  }

  private boolean isBeneath(int fd) {
    String root = realPath(dirfd);
    String file = realPath(fd);
    return root != null
        && file != null
        && (file.equals(root) || file.startsWith(root.endsWith("/") ? root : root + "/"));
  }

  /** Where a descriptor's file is now, proc(5); null if that cannot be told. */
  private @Nullable String realPath(int fd) {
    MemorySegment into = Arena.ofAuto().allocate(LONGEST_PATH);
    int length = kernel.readlink("/proc/self/fd/" + fd, into);
    if (length <= 0 || length == LONGEST_PATH) {
      return null;
    }
    byte[] bytes = into.asSlice(0, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private @Nullable OpenFile known(int fd, String name) throws IOException {
    Stat stat = STAT.get();
    int result = kernel.fstat(fd, stat);
    boolean directoryFound = result >= 0 && stat.isType(Stat.S_IFDIR);
    if (result >= 0 && (directoryFound || stat.isType(Stat.S_IFREG))) {
      long modified = stat.mtimeSeconds() * 1_000_000_000L + stat.mtimeNanos();
      return new EpollFile(kernel, fd, directoryFound, stat.size(), modified);
    }
    kernel.close(fd);
    if (result < 0) {
      throw Failures.io("statx", name, result);
    }
    return null;
  }

  @Override
  public void close() {
    inUse.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        kernel.close(dirfd);
      }
    } finally {
      inUse.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "FileRoot[" + directory + "]";
  }
}
