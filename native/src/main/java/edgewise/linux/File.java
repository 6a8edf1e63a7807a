package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * Files and descriptors: open(2), read(2), write(2), close(2), fcntl(2), sendfile(2), statx(2),
 * pipe(2) and others. Any thread; descriptors are the caller's. Every method returns {@code >= 0}
 * or {@code -errno}; end of file is 0. Byte counts are ints although ssize_t is wider: the kernel
 * moves at most 0x7ffff000 bytes per call.
 *
 * <p>A path given as a String goes to the kernel in UTF-8. Linux has paths that are not UTF-8; for
 * those, and to open files without a String, pass a native segment that ends with a NUL byte.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>
 */
public final class File extends FileConstants {
  /** The empty path of AT_EMPTY_PATH. */
  private static final MemorySegment NO_PATH = Arena.global().allocate(1);

  private File() {}

  /**
   * open(2).
   *
   * @param mode permissions of a file to be created, else 0
   * @return a new descriptor, or {@code -errno}
   */
  public static int open(String path, int flags, int mode) {
    return openat(AT_FDCWD, path, flags, mode);
  }

  /**
   * openat(2).
   *
   * @param dirfd the directory that a relative path starts from, or AT_FDCWD
   * @param mode permissions of a file to be created, else 0
   * @return a new descriptor, or {@code -errno}
   */
  public static int openat(int dirfd, String path, int flags, int mode) {
    return openChecked(dirfd, Scratch.current().path(path), flags, mode);
  }

  /** As {@link #openat(int, String, int, int)}, of a path in native memory that ends with NUL. */
  public static int openat(int dirfd, MemorySegment path, int flags, int mode) {
    return openChecked(dirfd, Scratch.path(path), flags, mode);
  }

  private static int openChecked(int dirfd, MemorySegment path, int flags, int mode) {
    long number = Abi.current().openat();
    return Syscall.call(number, dirfd, path.address(), flags, mode, path, MemorySegment.NULL);
  }

  /**
   * openat2(2), called by number: no C library had a wrapper when it was new.
   *
   * @param dirfd the directory that a relative path starts from, or AT_FDCWD
   * @return a new descriptor, or {@code -errno}: {@code -ENOSYS} before Linux 5.6; for what
   *     RESOLVE_BENEATH forbids {@code -EXDEV}, and for RESOLVE_NO_SYMLINKS {@code -ELOOP}
   */
  public static int openat2(int dirfd, String path, OpenHow how) {
    return openat2Checked(dirfd, Scratch.current().path(path), how.segment());
  }

  /** As {@link #openat2(int, String, OpenHow)}, of a path in native memory that ends with NUL. */
  public static int openat2(int dirfd, MemorySegment path, OpenHow how) {
    return openat2Checked(dirfd, Scratch.path(path), how.segment());
  }

  private static int openat2Checked(int dirfd, MemorySegment path, MemorySegment how) {
    return Syscall.call(
        Abi.SYS_OPENAT2, dirfd, path.address(), how.address(), how.byteSize(), path, how);
  }

  /** Whether the kernel has openat2(2) and lets this process use it. Asked once. */
  public static boolean hasOpenat2() {
    return Probe.OPENAT2;
  }

  /**
   * close(2). Whatever it returns, the descriptor is gone: never close it again, after EINTR
   * neither.
   *
   * @return 0 or {@code -errno}
   */
  public static int close(int fd) {
    return Downcall.call(Close.CALL, fd, 0, 0);
  }

  /**
   * read(2) into {@code length} bytes of a native segment from {@code offset} on.
   *
   * @return bytes read, 0 at the end (or where length is 0), or {@code -errno}
   */
  public static int read(int fd, MemorySegment buffer, long offset, long length) {
    long address = Memory.writable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) Read.CALL.invokeExact(scratch.capture, fd, address, length, buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * write(2) of {@code length} bytes of a native segment from {@code offset} on.
   *
   * @return bytes taken by the kernel, which may be fewer, or {@code -errno}
   */
  public static int write(int fd, MemorySegment buffer, long offset, long length) {
    long address = Memory.readable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) Write.CALL.invokeExact(scratch.capture, fd, address, length, buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** pread(2): as {@link #read}, from a position in the file, which keeps its own. */
  public static int pread(int fd, MemorySegment buffer, long offset, long length, long position) {
    long address = Memory.writable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) Pread.CALL.invokeExact(scratch.capture, fd, address, length, position, buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** pwrite(2): as {@link #write}, to a position in the file, which keeps its own. */
  public static int pwrite(int fd, MemorySegment buffer, long offset, long length, long position) {
    long address = Memory.readable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) Pwrite.CALL.invokeExact(scratch.capture, fd, address, length, position, buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** readv(2) into {@code count} pieces from piece {@code first} on; returns as {@link #read}. */
  public static int readv(int fd, IoVec pieces, int first, int count) {
    long address = pieces.writable(first, count);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) Readv.CALL.invokeExact(scratch.capture, fd, address, count, pieces.segment()));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** writev(2) of {@code count} pieces from piece {@code first} on; returns as {@link #write}. */
  public static int writev(int fd, IoVec pieces, int first, int count) {
    long address = pieces.readable(first, count);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long) Writev.CALL.invokeExact(scratch.capture, fd, address, count, pieces.segment()));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * sendfile(2) from a position in the file, which keeps its own.
   *
   * @return bytes sent, which may be fewer; 0 where the file ends at {@code offset} or before; or
   *     {@code -errno}
   */
  public static int sendfile(int outFd, int inFd, long offset, long count) {
    long position = Scratch.current().longs(offset, 0).address();
    return Downcall.call(Sendfile.CALL, outFd, inFd, position, count, 0, MemorySegment.NULL);
  }

  /**
   * fcntl(2) with a command that takes no argument, such as F_GETFL.
   *
   * @return what the command returns, or {@code -errno}
   */
  public static int fcntl(int fd, int cmd) {
    return fcntl(fd, cmd, 0);
  }

  /**
   * fcntl(2) with a command that takes an int, such as F_SETFL.
   *
   * @return what the command returns, or {@code -errno}
   */
  public static int fcntl(int fd, int cmd, int argument) {
    Scratch scratch = Scratch.current();
    try {
      // As a long: the C library hands on a whole register, and some commands look at all of it.
      return scratch.result(
          (int) Fcntl.CALL.invokeExact(scratch.capture, fd, cmd, (long) argument));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * dup(2). The copy is inherited by child processes; fcntl with F_DUPFD_CLOEXEC makes one that is
   * not.
   *
   * @return a new descriptor, or {@code -errno}
   */
  public static int dup(int fd) {
    return fcntl(fd, F_DUPFD, 0);
  }

  /**
   * pipe2(2).
   *
   * @param fds receives the end to read from and the end to write to
   * @return 0 or {@code -errno}
   */
  public static int pipe2(int[] fds, int flags) {
    Memory.checkPair(fds);
    Scratch scratch = Scratch.current();
    try {
      int result = (int) Pipe2.CALL.invokeExact(scratch.capture, scratch.words, flags);
      return result >= 0 ? scratch.copyInts(fds) : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * mkfifo(3): a pipe with a name.
   *
   * @return 0 or {@code -errno}
   */
  public static int mkfifo(String path, int mode) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int) Mkfifo.CALL.invokeExact(scratch.capture, scratch.path(path), mode));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * statx(2) of an open descriptor, also of a socket or a pipe.
   *
   * @return 0 or {@code -errno}
   */
  public static int fstat(int fd, Stat into) {
    return statxChecked(fd, NO_PATH, AT_EMPTY_PATH, Stat.STATX_BASIC_STATS, into);
  }

  /**
   * statx(2).
   *
   * @param dirfd the directory that a relative path starts from, or AT_FDCWD
   * @param flags AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
   * @param mask what is wanted, such as STATX_BASIC_STATS
   * @return 0 or {@code -errno}
   */
  public static int statx(int dirfd, String path, int flags, int mask, Stat into) {
    return statxChecked(dirfd, Scratch.current().path(path), flags, mask, into);
  }

  private static int statxChecked(int dirfd, MemorySegment path, int flags, int mask, Stat into) {
    MemorySegment memory = into.segment();
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int)
              (long)
                  Statx.CALL.invokeExact(
                      scratch.capture,
                      (long) dirfd,
                      path.address(),
                      (long) flags,
                      (long) mask,
                      memory.address(),
                      memory));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    } finally {
      Reference.reachabilityFence(path); // a long one is garbage from here on
    }
  }

  /**
   * getdents64(2): reads names from a directory that is open, from where the last call ended. It is
   * called by number, since not every C library has a function for it.
   *
   * @param into receives whole records; what it held is lost
   * @return bytes of records, 0 at the end of the directory, or {@code -errno}
   */
  public static int getdents64(int fd, Dirents into) {
    MemorySegment records = into.segment();
    long number = Abi.current().getdents64();
    return into.filled(
        Syscall.call(
            number, fd, records.address(), records.byteSize(), 0, records, MemorySegment.NULL));
  }

  /**
   * ftruncate(2): cuts a file off or fills it up with zeros.
   *
   * @return 0 or {@code -errno}
   */
  public static int ftruncate(int fd, long length) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Ftruncate.CALL.invokeExact(scratch.capture, fd, length));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * fchmod(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int fchmod(int fd, int mode) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Fchmod.CALL.invokeExact(scratch.capture, fd, mode));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * chmod(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int chmod(String path, int mode) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int) Chmod.CALL.invokeExact(scratch.capture, scratch.path(path), mode));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * unlink(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int unlink(String path) {
    return unlinkat(AT_FDCWD, path, 0);
  }

  /**
   * unlinkat(2).
   *
   * @param dirfd the directory that a relative path starts from, or AT_FDCWD
   * @param flags AT_REMOVEDIR to remove a directory, else 0
   * @return 0 or {@code -errno}
   */
  public static int unlinkat(int dirfd, String path, int flags) {
    return unlinkChecked(dirfd, Scratch.current().path(path), flags);
  }

  /** As {@link #unlinkat(int, String, int)}, of a path in native memory that ends with NUL. */
  public static int unlinkat(int dirfd, MemorySegment path, int flags) {
    return unlinkChecked(dirfd, Scratch.path(path), flags);
  }

  private static int unlinkChecked(int dirfd, MemorySegment path, int flags) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result((int) Unlinkat.CALL.invokeExact(scratch.capture, dirfd, path, flags));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * readlink(2): where a symbolic link points.
   *
   * @param into native; receives the target without a NUL, cut off where it does not fit
   * @return bytes written to {@code into}, or {@code -errno}
   */
  public static int readlink(String path, MemorySegment into) {
    Memory.checkNative(into);
    Memory.checkWritable(into);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long)
              Readlink.CALL.invokeExact(
                  scratch.capture, scratch.path(path), into, into.byteSize()));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * Asks with a structure of no size, which openat2 refuses as EINVAL. A kernel without it says
   * ENOSYS, and old container sandboxes say EPERM to whatever they do not know.
   */
  private static final class Probe {
    static final boolean OPENAT2 =
        Linux.refusal() == null
            && openat2Checked(-1, MemorySegment.NULL, MemorySegment.NULL) == -Errno.EINVAL;
  }

  private static final class Close {
    static final MethodHandle CALL = Downcall.bindPlain("close");
  }

  private static final class Read {
    static final MethodHandle CALL =
        Downcall.bindHolding("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  private static final class Write {
    static final MethodHandle CALL =
        Downcall.bindHolding("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  private static final class Pread {
    static final MethodHandle CALL =
        Downcall.bindHolding("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  private static final class Pwrite {
    static final MethodHandle CALL =
        Downcall.bindHolding("pwrite", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  private static final class Readv {
    static final MethodHandle CALL =
        Downcall.bindHolding("readv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  }

  private static final class Writev {
    static final MethodHandle CALL =
        Downcall.bindHolding("writev", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  }

  private static final class Sendfile {
    static final MethodHandle CALL = Downcall.bindPlain("sendfile");
  }

  private static final class Fcntl {
    static final MethodHandle CALL =
        Downcall.bindVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  }

  private static final class Pipe2 {
    static final MethodHandle CALL = Downcall.bind("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Mkfifo {
    static final MethodHandle CALL = Downcall.bind("mkfifo", JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Statx {
    static final MethodHandle CALL = Downcall.bindPlain("statx");
  }

  private static final class Ftruncate {
    static final MethodHandle CALL = Downcall.bind("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  }

  private static final class Fchmod {
    static final MethodHandle CALL = Downcall.bind("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  }

  private static final class Chmod {
    static final MethodHandle CALL = Downcall.bind("chmod", JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Unlinkat {
    static final MethodHandle CALL =
        Downcall.bind("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Readlink {
    static final MethodHandle CALL =
        Downcall.bind("readlink", JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  }
}
