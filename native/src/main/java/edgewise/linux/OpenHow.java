package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * struct open_how of openat2(2): how to open, and which ways of resolving the path are closed. Its
 * memory belongs to the arena given. Set once, it serves any number of calls.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</a>
 */
public final class OpenHow {
  // bits of resolve
  public static final int RESOLVE_NO_XDEV = 0x01;
  public static final int RESOLVE_NO_MAGICLINKS = 0x02;
  public static final int RESOLVE_NO_SYMLINKS = 0x04;
  public static final int RESOLVE_BENEATH = 0x08;
  public static final int RESOLVE_IN_ROOT = 0x10;
  public static final int RESOLVE_CACHED = 0x20;

  private final MemorySegment segment;

  private OpenHow(MemorySegment segment) {
    this.segment = segment;
  }

  /**
   * All three fields. openat2(2) refuses what open(2) ignores: an unknown flag, a mode without
   * O_CREAT or O_TMPFILE.
   *
   * @param flags O_RDONLY and others, of {@link File}
   * @param mode permissions of a file to be created, else 0
   * @param resolve RESOLVE_BENEATH and others
   */
  public static OpenHow allocate(Arena arena, int flags, int mode, int resolve) {
    MemorySegment segment = arena.allocate(Struct.OpenHow.SIZEOF, 8);
    segment.set(JAVA_LONG, Struct.OpenHow.FLAGS, Integer.toUnsignedLong(flags));
    segment.set(JAVA_LONG, Struct.OpenHow.MODE, Integer.toUnsignedLong(mode));
    segment.set(JAVA_LONG, Struct.OpenHow.RESOLVE, Integer.toUnsignedLong(resolve));
    return new OpenHow(segment);
  }

  MemorySegment segment() {
    return segment;
  }
}
