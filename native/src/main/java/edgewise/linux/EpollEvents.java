package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array of struct epoll_event: what epoll_wait(2) fills and epoll_ctl(2) reads. Its memory
 * belongs to the arena given; the arena decides which threads may use it. Not for use by two
 * threads at a time.
 *
 * <p>The structure is packed on x86-64 (12 bytes, data at 4) and padded elsewhere (16, data at 8);
 * callers see slots only.
 */
public final class EpollEvents {
  /** Constants of the machine, so that the JIT folds them into each access. */
  private static final int STRIDE = Abi.currentOr(Abi.RISCV64).epollEventSize();

  private static final int DATA = Abi.currentOr(Abi.RISCV64).epollEventDataOffset();

  private final MemorySegment segment;
  private final int capacity;

  private EpollEvents(MemorySegment segment, int capacity) {
    this.segment = segment;
    this.capacity = capacity;
  }

  /** Zeroed slots, {@code capacity} of them, in the given arena. */
  public static EpollEvents allocate(Arena arena, int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("capacity must be positive: " + capacity);
    }
    return new EpollEvents(arena.allocate((long) STRIDE * capacity, 8), capacity);
  }

  /** How many events fit. */
  public int capacity() {
    return capacity;
  }

  /** The event bits of slot {@code i}, EPOLLIN and others. */
  public int events(int i) {
    return segment.get(JAVA_INT_UNALIGNED, (long) i * STRIDE);
  }

  /** The user data of slot {@code i}, as given at registration. */
  public long data(int i) {
    return segment.get(JAVA_LONG_UNALIGNED, (long) i * STRIDE + DATA);
  }

  /** Fills slot {@code i}. */
  public void set(int i, int events, long data) {
    segment.set(JAVA_INT_UNALIGNED, (long) i * STRIDE, events);
    segment.set(JAVA_LONG_UNALIGNED, (long) i * STRIDE + DATA, data);
  }

  /** One struct epoll_event, at the start of memory that is large enough on every architecture. */
  static MemorySegment write(MemorySegment into, int events, long data) {
    into.set(JAVA_INT_UNALIGNED, 0, events);
    into.set(JAVA_LONG_UNALIGNED, DATA, data);
    return into;
  }

  /** The array, for a call that may use the first {@code count} slots. */
  MemorySegment first(int count) {
    if (count > capacity) {
      throw new IllegalArgumentException(count + " events do not fit, capacity is " + capacity);
    }
    return segment;
  }
}
