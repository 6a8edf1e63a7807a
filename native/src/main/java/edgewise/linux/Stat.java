package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * struct statx of statx(2): what a file is. Its memory belongs to the arena given; filled by {@link
 * File#fstat} and {@link File#statx}, as often as wanted; not for use by two threads at a time.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
 */
public final class Stat {
  // mask of statx(2)
  public static final int STATX_TYPE = 0x001;
  public static final int STATX_MODE = 0x002;
  public static final int STATX_NLINK = 0x004;
  public static final int STATX_UID = 0x008;
  public static final int STATX_GID = 0x010;
  public static final int STATX_MTIME = 0x040;
  public static final int STATX_INO = 0x100;
  public static final int STATX_SIZE = 0x200;
  public static final int STATX_BASIC_STATS = 0x7ff;

  // st_mode, inode(7)
  public static final int S_IFMT = 0xf000;
  public static final int S_IFSOCK = 0xc000;
  public static final int S_IFLNK = 0xa000;
  public static final int S_IFREG = 0x8000;
  public static final int S_IFBLK = 0x6000;
  public static final int S_IFDIR = 0x4000;
  public static final int S_IFCHR = 0x2000;
  public static final int S_IFIFO = 0x1000;

  private final MemorySegment segment;

  private Stat(MemorySegment segment) {
    this.segment = segment;
  }

  /** All zero. */
  public static Stat allocate(Arena arena) {
    return new Stat(arena.allocate(Struct.Statx.SIZEOF, 8));
  }

  /** Type and permissions. */
  public int mode() {
    return Short.toUnsignedInt(segment.get(JAVA_SHORT, Struct.Statx.STX_MODE));
  }

  /** Whether the type is one of the S_IF constants, such as S_IFREG. */
  public boolean isType(int type) {
    return (mode() & S_IFMT) == type;
  }

  /** Bytes. */
  public long size() {
    return segment.get(JAVA_LONG, Struct.Statx.STX_SIZE);
  }

  /** When the contents last changed: seconds since 1970, UTC. */
  public long mtimeSeconds() {
    return segment.get(JAVA_LONG, Struct.Statx.STX_MTIME + Struct.StatxTimestamp.TV_SEC);
  }

  /**
   * When the contents last changed: the nanoseconds beside {@link #mtimeSeconds}, 0 to 999999999.
   */
  public int mtimeNanos() {
    return segment.get(JAVA_INT, Struct.Statx.STX_MTIME + Struct.StatxTimestamp.TV_NSEC);
  }

  /** The number of the inode, unsigned; with {@link #dev} it names the file. */
  public long ino() {
    return segment.get(JAVA_LONG, Struct.Statx.STX_INO);
  }

  /** The device of the file system: major number above, minor below, 32 bits each. */
  public long dev() {
    long major = Integer.toUnsignedLong(segment.get(JAVA_INT, Struct.Statx.STX_DEV_MAJOR));
    return major << 32 | Integer.toUnsignedLong(segment.get(JAVA_INT, Struct.Statx.STX_DEV_MINOR));
  }

  /** How many names the file has. */
  public int nlink() {
    return segment.get(JAVA_INT, Struct.Statx.STX_NLINK);
  }

  /** The owner, 0 to 2^32-1. */
  public long uid() {
    return Integer.toUnsignedLong(segment.get(JAVA_INT, Struct.Statx.STX_UID));
  }

  /** The group, 0 to 2^32-1. */
  public long gid() {
    return Integer.toUnsignedLong(segment.get(JAVA_INT, Struct.Statx.STX_GID));
  }

  MemorySegment segment() {
    return segment;
  }
}
