package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * inotify(7): what happens to files. Any thread; descriptors are the caller's. Every method returns
 * {@code >= 0} or {@code -errno}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/inotify.7.html">inotify(7)</a>
 */
public final class Inotify {
  // flags of inotify_init1(2)
  public static final int IN_NONBLOCK = 0x800;
  public static final int IN_CLOEXEC = 0x80000;

  // what to tell, and what was told
  public static final int IN_ACCESS = 0x001;
  public static final int IN_MODIFY = 0x002;
  public static final int IN_ATTRIB = 0x004;
  public static final int IN_CLOSE_WRITE = 0x008;
  public static final int IN_CLOSE_NOWRITE = 0x010;
  public static final int IN_OPEN = 0x020;
  public static final int IN_MOVED_FROM = 0x040;
  public static final int IN_MOVED_TO = 0x080;
  public static final int IN_CREATE = 0x100;
  public static final int IN_DELETE = 0x200;
  public static final int IN_DELETE_SELF = 0x400;
  public static final int IN_MOVE_SELF = 0x800;

  // what is told besides
  public static final int IN_UNMOUNT = 0x2000;
  public static final int IN_Q_OVERFLOW = 0x4000;
  public static final int IN_IGNORED = 0x8000;
  public static final int IN_ISDIR = 0x4000_0000;

  // how to watch
  public static final int IN_ONLYDIR = 0x0100_0000;
  public static final int IN_DONT_FOLLOW = 0x0200_0000;
  public static final int IN_EXCL_UNLINK = 0x0400_0000;
  public static final int IN_MASK_CREATE = 0x1000_0000;
  public static final int IN_MASK_ADD = 0x2000_0000;
  public static final int IN_ONESHOT = 0x8000_0000;

  private Inotify() {}

  /**
   * inotify_init1(2).
   *
   * @return a new descriptor, or {@code -errno}: {@code -EMFILE} also where the user has as many as
   *     fs.inotify.max_user_instances allows
   */
  public static int init1(int flags) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Init.CALL.invokeExact(scratch.capture, flags));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * inotify_add_watch(2). An inode has one watch: to add it again changes what is told.
   *
   * @return the number of the watch, or {@code -errno}: {@code -ENOSPC} where the user has as many
   *     as fs.inotify.max_user_watches allows
   */
  public static int addWatch(int fd, String path, int mask) {
    Scratch scratch = Scratch.current();
    MemorySegment name = scratch.path(path);
    try {
      return scratch.result((int) Add.CALL.invokeExact(scratch.capture, fd, name, mask));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * inotify_rm_watch(2). IN_IGNORED follows.
   *
   * @return 0 or {@code -errno}
   */
  public static int rmWatch(int fd, int wd) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Remove.CALL.invokeExact(scratch.capture, fd, wd));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * read(2) of whole events; what {@code into} held is lost.
   *
   * @return bytes of events, or {@code -errno}
   */
  public static int read(int fd, InotifyEvents into) {
    MemorySegment events = into.segment();
    return into.filled(File.read(fd, events, 0, events.byteSize()));
  }

  private static final class Init {
    static final MethodHandle CALL = Downcall.bind("inotify_init1", JAVA_INT, JAVA_INT);
  }

  private static final class Add {
    static final MethodHandle CALL =
        Downcall.bind("inotify_add_watch", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Remove {
    static final MethodHandle CALL =
        Downcall.bind("inotify_rm_watch", JAVA_INT, JAVA_INT, JAVA_INT);
  }
}
