package edgewise.sources;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Stat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** How sources come by descriptors that do not block. */
final class Descriptors {
  private static final int FLAGS = File.O_NONBLOCK | File.O_CLOEXEC | File.O_NOCTTY;

  private Descriptors() {}

  /**
   * Opens a file once more, by its descriptor: proc_pid_fd(5). The new open file description does
   * not block, and the given one is as it was: O_NONBLOCK on fd 0 would be on in the shell that
   * shares it.
   */
  static int reopened(int fd, int access) throws IOException {
    checkWatchable(fd);
    int opened = File.open("/proc/self/fd/" + fd, access | FLAGS, 0);
    if (opened < 0) {
      throw Failures.io("open", "/proc/self/fd/" + fd, opened, remedy(opened));
    }
    return opened;
  }

  private static String remedy(int result) {
    return switch (-result) {
      case Errno.ENXIO -> "a socket cannot be opened again, nor a pipe that nobody reads";
      case Errno.EACCES -> "it belongs to another user, as after su";
      default -> "";
    };
  }

  /** Opens a FIFO, pipe or terminal without waiting for anybody. */
  static int opened(Path path, int access) throws IOException {
    int opened = File.open(path.toString(), access | FLAGS, 0);
    if (opened < 0) {
      throw Failures.io(
          "open", path, opened, opened == -Errno.ENXIO ? "nobody has it open for reading" : "");
    }
    try {
      checkWatchable(opened);
      return opened;
    } catch (Throwable t) {
      File.close(opened);
      throw t;
    }
  }

  /** Puts O_NONBLOCK on a descriptor that is its owner's alone. */
  static void unblock(int fd) throws IOException {
    int flags = Failures.checked(File.fcntl(fd, File.F_GETFL), "fcntl", "fd " + fd);
    Failures.checked(File.fcntl(fd, File.F_SETFL, flags | File.O_NONBLOCK), "fcntl", "fd " + fd);
  }

  /** Says before epoll_ctl(2) does, by EPERM, that some files are always ready. */
  private static void checkWatchable(int fd) throws IOException {
    try (var arena = Arena.ofConfined()) {
      Stat stat = Stat.allocate(arena);
      Failures.checked(File.fstat(fd, stat), "statx", "fd " + fd);
      if (stat.isType(Stat.S_IFREG) || stat.isType(Stat.S_IFDIR)) {
        throw Failures.io(
            "epoll_ctl",
            "fd " + fd,
            -Errno.EPERM,
            "a regular file or directory cannot be watched, it is always ready: read it with"
                + " java.nio");
      }
    }
  }
}
