package edgewise.sources;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Inotify;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The kernel's side of a {@link DirectoryTree}: opens directories and watches them. Names are
 * strings of a char per byte, ISO 8859-1; results are {@code >= 0} or {@code -errno}.
 */
final class DirectoryPaths {
  private static final int PATH_MAX = 4096;
  private static final int OPEN_ROOT = File.O_RDONLY | File.O_DIRECTORY | File.O_CLOEXEC;
  private static final int OPEN = OPEN_ROOT | File.O_NOFOLLOW;

  private final int inotify;
  private final int mask;

  /** What all paths begin with. */
  private final String root;

  private final MemorySegment memory = Arena.ofAuto().allocate(PATH_MAX);

  DirectoryPaths(int inotify, int mask, Path root) {
    this.inotify = inotify;
    this.mask = mask;
    byte[] path = root.toString().getBytes(StandardCharsets.UTF_8);
    this.root = path.length == 0 ? "." : new String(path, StandardCharsets.ISO_8859_1);
  }

  /** Opens the root, which may be a symbolic link. */
  int openRoot() {
    return openat(File.AT_FDCWD, root, OPEN_ROOT);
  }

  /** Opens whatever is at the path of a known directory now. */
  int open(DirectoryNode node) {
    return node.isRoot() ? openRoot() : openat(File.AT_FDCWD, root + "/" + node.pathOf(""), OPEN);
  }

  /** Opens a directory in an open one; {@code -ENOTDIR} or {@code -ELOOP} for what is none. */
  int open(int directory, String name) {
    return openat(directory, name, OPEN);
  }

  private int openat(int directory, String name, int flags) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length >= PATH_MAX) {
      return -Errno.ENAMETOOLONG;
    }
    MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
    memory.set(JAVA_BYTE, bytes.length, (byte) 0);
    return File.openat(directory, memory, flags, 0);
  }

  /** Watches an open directory: the number of its watch, the same if it has one. */
  int watch(int fd) {
    return Inotify.addWatch(inotify, "/proc/self/fd/" + fd, mask);
  }

  /** As {@link #watch}, and closes it; {@code -errno} is handed on. */
  int watchAndClose(int fd) {
    if (fd < 0) {
      return fd;
    }
    int wd = watch(fd);
    File.close(fd);
    return wd;
  }

  /** EINVAL, if the kernel has done so before, is none: IN_IGNORED tells. */
  void unwatch(int wd) {
    Inotify.rmWatch(inotify, wd);
  }
}
