package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What getdents64(2) has read of a directory: a run of struct linux_dirent64, and which of them is
 * being looked at. Its memory belongs to the arena given; filled by {@link File#getdents64}, as
 * often as wanted; not for use by two threads at a time.
 *
 * <pre>
 *   while (File.getdents64(fd, dirents) > 0)
 *     while (dirents.next())
 *       ... dirents.name() ...
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/getdents.2.html">getdents64(2)</a>
 */
public final class Dirents {
  /** A record with the longest name, NAME_MAX of limits.h: less room can be EINVAL. */
  public static final int LONGEST_RECORD = 280;

  // d_type
  public static final int DT_UNKNOWN = 0;
  public static final int DT_FIFO = 1;
  public static final int DT_CHR = 2;
  public static final int DT_DIR = 4;
  public static final int DT_BLK = 6;
  public static final int DT_REG = 8;
  public static final int DT_LNK = 10;
  public static final int DT_SOCK = 12;

  private final MemorySegment segment;
  private int end;
  private int record;
  private int next;

  private Dirents(MemorySegment segment) {
    this.segment = segment;
  }

  /** Room for some records: 32 KiB, as C libraries have, hold about a thousand. */
  public static Dirents allocate(Arena arena, int bytes) {
    if (bytes < LONGEST_RECORD) {
      throw new IllegalArgumentException(
          "no room for a record: " + bytes + " is less than " + LONGEST_RECORD + " bytes");
    }
    return new Dirents(arena.allocate(bytes, 8));
  }

  MemorySegment segment() {
    return segment;
  }

  /** Notes what a call has read, and returns it. */
  int filled(int result) {
    end = Math.max(result, 0);
    next = 0;
    return result;
  }

  /** Goes to the next record, at first to the first; false if there is none. */
  public boolean next() {
    if (next >= end) {
      return false;
    }
    record = next;
    next += Short.toUnsignedInt(segment.get(JAVA_SHORT, record + Struct.Dirent64.D_RECLEN));
    return true;
  }

  /**
   * What the current record is: DT_DIR and others; DT_UNKNOWN where the file system does not say.
   */
  public int type() {
    return segment.get(JAVA_BYTE, record + Struct.Dirent64.D_TYPE);
  }

  /** The name of the current record as the kernel has it, without a NUL. */
  public byte[] nameBytes() {
    int start = record + Struct.Dirent64.D_NAME;
    int length = 0;
    while (segment.get(JAVA_BYTE, start + length) != 0) {
      length++;
    }
    return segment.asSlice(start, length).toArray(JAVA_BYTE);
  }

  /** The name of the current record, {@code .} and {@code ..} included; null if it is not UTF-8. */
  public @Nullable String name() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(nameBytes())).toString();
    } catch (CharacterCodingException e) {
      return null; // the answer that the caller asked for
    }
  }
}
