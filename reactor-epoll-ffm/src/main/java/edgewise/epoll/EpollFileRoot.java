package edgewise.epoll;

import edgewise.FileRoot;
import edgewise.OpenFile;
import edgewise.linux.Dirents;
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
import java.util.ArrayList;
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

  /** As much as the C libraries read of a directory at once: about a thousand names. */
  private static final int DIRENTS_BYTES = 32 << 10;

  /** A {@code ..} that stays inside would do no harm, but the other backend does not allow it. */
  private static final Pattern UPWARDS = Pattern.compile("(^|/)\\.\\.(/|$)");

  /** How a file is opened, with openat2(2) and without. */
  private record Way(int flags, OpenHow beneath) {
    static Way of(int flags) {
      int resolve = OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_MAGICLINKS;
      return new Way(flags, OpenHow.allocate(Arena.ofAuto(), flags, 0, resolve));
    }
  }

  private static final Way TO_READ = Way.of(FLAGS);

  /** Only to be looked at: does not touch what is behind the name, whatever it is, open(2). */
  private static final Way TO_LOOK = Way.of(File.O_PATH | File.O_CLOEXEC);

  private static final ThreadLocal<Stat> STAT =
      ThreadLocal.withInitial(() -> Stat.allocate(Arena.ofAuto()));

  private static final ThreadLocal<Dirents> DIRENTS =
      ThreadLocal.withInitial(() -> Dirents.allocate(Arena.ofAuto(), DIRENTS_BYTES));

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
    return leadsOut(name) ? null : whileOpen(() -> openNamed(name));
  }

  @Override
  public @Nullable Listing list(String name, int limit) throws IOException {
    return leadsOut(name) ? null : whileOpen(() -> listNamed(name, limit));
  }

  private static boolean leadsOut(String name) {
    return name.indexOf('\0') >= 0
        || name.startsWith("/")
        || (name.contains("..") && UPWARDS.matcher(name).find());
  }

  /** What uses the descriptor of the root. */
  private interface Use<T extends @Nullable Object> {
    T make() throws IOException;
  }

  private <T extends @Nullable Object> T whileOpen(Use<T> use) throws IOException {
    inUse.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the file root is closed");
      }
      return use.make();
    } finally {
      inUse.readLock().unlock();
    }
  }

  // --- opening

  private @Nullable EpollFile openNamed(String name) throws IOException {
    int fd = openBelow(name.isEmpty() ? "." : name, TO_READ);
    if (fd >= 0) {
      return known(fd, name);
    }
    if (fd == -Errno.EACCES || fd == -Errno.EPERM) {
      throw new AccessDeniedException(name);
    }
    if (!isNotThere(fd)) {
      throw Failures.io("open", name, fd);
    }
    return null;
  }

  /** Whether the result says that nothing of that name is below the root. */
  private static boolean isNotThere(int result) {
    return switch (-result) {
      case Errno.ENOENT,
          Errno.ENOTDIR,
          Errno.ELOOP,
          Errno.EXDEV,
          Errno.ENAMETOOLONG,
          Errno.ENXIO, // a socket file
          Errno.ENODEV,
          Errno.EINVAL ->
          true;
      default -> false;
    };
  }

  private int openBelow(String path, Way way) {
    return openat2 ? openBeneath(path, way) : openChecked(path, way);
  }

  private int openBeneath(String path, Way way) {
    int fd = -Errno.EAGAIN;
    for (int i = 0; i < TRIES && (fd == -Errno.EAGAIN || fd == -Errno.EINTR); i++) {
      fd = kernel.openat2(dirfd, path, way.beneath);
    }
    if (fd == -Errno.ENOSYS || fd == -Errno.EPERM) {
      openat2 = fd != -Errno.ENOSYS && openat2;
      return openChecked(path, way);
    }
    return fd;
  }

  private int openChecked(String path, Way way) {
    int fd = kernel.openat(dirfd, path, way.flags);
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

  private @Nullable EpollFile known(int fd, String name) throws IOException {
    Stat stat = STAT.get();
    int result = kernel.fstat(fd, stat);
    if (result >= 0 && (stat.isType(Stat.S_IFDIR) || stat.isType(Stat.S_IFREG))) {
      return EpollFile.of(kernel, fd, stat);
    }
    kernel.close(fd);
    if (result < 0) {
      throw Failures.io("statx", name, result);
    }
    return null;
  }

  // --- listing

  private @Nullable Listing listNamed(String name, int limit) throws IOException {
    try (EpollFile directory = openNamed(name)) {
      return directory == null || !directory.isDirectory()
          ? null
          : listOpen(directory.fd, name, limit);
    }
  }

  private Listing listOpen(int fd, String name, int limit) throws IOException {
    var entries = new ArrayList<Entry>();
    Dirents dirents = DIRENTS.get();
    int looked = 0;
    while (read(fd, name, dirents)) {
      while (dirents.next()) {
        String child = dirents.name();
        if (".".equals(child) || "..".equals(child)) {
          continue;
        }
        if (looked++ >= limit) {
          return new Listing(entries, false);
        }
        Entry entry = child == null ? null : examine(fd, name, child);
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return new Listing(entries, true);
  }

  /** Reads more names; false at the end, which also a directory that was removed has. */
  private boolean read(int fd, String name, Dirents into) throws IOException {
    int result = kernel.getdents64(fd, into);
    if (result < 0 && result != -Errno.ENOENT) {
      throw Failures.io("getdents64", name, result);
    }
    return result > 0;
  }

  /**
   * A name in an open directory that is below the root can lead out only as a link; so only links
   * take the guarded way, and everything else costs one call.
   */
  private @Nullable Entry examine(int fd, String name, String child) throws IOException {
    Stat stat = STAT.get();
    int result = kernel.statx(fd, child, File.AT_SYMLINK_NOFOLLOW, stat);
    if (result >= 0 && stat.isType(Stat.S_IFLNK)) {
      result = statBelow(name.isEmpty() ? child : name + "/" + child, stat);
    }
    if (result >= 0) {
      return entry(child, stat);
    }
    if (result != -Errno.EACCES && result != -Errno.EPERM && !isNotThere(result)) {
      throw Failures.io("statx", child, result); // no memory, no descriptor: not a whole list
    }
    return null;
  }

  private int statBelow(String path, Stat into) {
    int fd = openBelow(path, TO_LOOK);
    if (fd < 0) {
      return fd;
    }
    int result = kernel.fstat(fd, into);
    kernel.close(fd);
    return result;
  }

  private static @Nullable Entry entry(String child, Stat stat) {
    if (stat.isType(Stat.S_IFDIR)) {
      return new Entry(child, true, 0, EpollFile.modifiedNanos(stat));
    }
    return stat.isType(Stat.S_IFREG)
        ? new Entry(child, false, stat.size(), EpollFile.modifiedNanos(stat))
        : null;
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
