package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * An array of struct iovec: the pieces of memory that readv(2), writev(2), recvmsg(2) and
 * sendmsg(2) fill or send in order. Its memory belongs to the arena given; not for use by two
 * threads at a time.
 *
 * <p>The kernel finds the pieces through addresses that lie in the array, where the linker does not
 * see them; what it keeps open during a call is the arena of the array. So each piece must lie in
 * that same arena, or in the global one, which is never closed.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/readv.2.html">readv(2)</a>
 */
public final class IoVec {
  private static final int STRIDE = Struct.Iovec.SIZEOF;
  private static final MemorySegment.Scope GLOBAL = Arena.global().scope();

  private final MemorySegment segment;
  private final int capacity;
  private final boolean[] readOnly;
  private final long[] whole;

  private IoVec(MemorySegment segment, int capacity) {
    this.segment = segment;
    this.capacity = capacity;
    readOnly = new boolean[capacity];
    whole = new long[capacity];
  }

  /** Empty pieces, {@code capacity} of them. The kernel takes at most 1024 in a call. */
  public static IoVec allocate(Arena arena, int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("capacity must be positive: " + capacity);
    }
    return new IoVec(arena.allocate((long) STRIDE * capacity, 8), capacity);
  }

  /** How many pieces fit. */
  public int capacity() {
    return capacity;
  }

  /** Piece {@code i}: {@code length} bytes of a native segment from {@code offset} on. */
  public void set(int i, MemorySegment piece, long offset, long length) {
    if (!piece.scope().equals(segment.scope()) && !piece.scope().equals(GLOBAL)) {
      throw new IllegalArgumentException(
          "a piece must lie in the arena of its IoVec, which is what a call keeps open");
    }
    setHeld(i, piece, offset, length);
  }

  /** As {@link #set}, for a piece that the caller hands to the call as well, to keep it open. */
  void setHeld(int i, MemorySegment piece, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, piece.byteSize());
    Memory.checkNative(piece);
    readOnly[i] = piece.isReadOnly();
    whole[i] = length;
    segment.set(JAVA_LONG, (long) i * STRIDE + Struct.Iovec.IOV_BASE, piece.address() + offset);
    segment.set(JAVA_LONG, (long) i * STRIDE + Struct.Iovec.IOV_LEN, length);
  }

  /** Piece {@code i} begins where it did and has so many bytes of those that it had at first. */
  public void length(int i, long length) {
    Objects.checkFromIndexSize(0, length, whole[i]);
    segment.set(JAVA_LONG, (long) i * STRIDE + Struct.Iovec.IOV_LEN, length);
  }

  /** The length of piece {@code i}. */
  public long length(int i) {
    return segment.get(JAVA_LONG, (long) i * STRIDE + Struct.Iovec.IOV_LEN);
  }

  /** The address of piece {@code first}, for a call that reads the memory of {@code count}. */
  long readable(int first, int count) {
    Objects.checkFromIndexSize(first, count, capacity);
    return segment.address() + (long) first * STRIDE;
  }

  /** As {@link #readable}, for a call that writes to the pieces. */
  long writable(int first, int count) {
    long address = readable(first, count);
    for (int i = first; i < first + count; i++) {
      if (readOnly[i]) {
        throw Memory.readOnlyRefused();
      }
    }
    return address;
  }

  /** What a call must hold besides the address. */
  MemorySegment segment() {
    return segment;
  }
}
