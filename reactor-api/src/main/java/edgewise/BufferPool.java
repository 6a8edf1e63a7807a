package edgewise;

import edgewise.spi.NativeBuffer;
import java.util.ArrayDeque;

/**
 * Buffers that connections borrow while a message is incomplete or a write is blocked (law 10).
 * Sizes are powers of two from 1 KiB; what comes back is kept up to a limit, the rest is left to
 * the garbage collector, which frees its memory.
 */
final class BufferPool {
  private static final int SMALLEST_SHIFT = 10;
  private static final int SIZES = 21;

  private final ArrayDeque<NativeBuffer>[] free = queues();
  private final int limitBytes;
  private int keptBytes;

  BufferPool(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  @SuppressWarnings({
    "unchecked",
    "rawtypes"
  }) // an array of a generic class cannot be made otherwise
  private static ArrayDeque<NativeBuffer>[] queues() {
    ArrayDeque[] queues = new ArrayDeque[SIZES];
    for (int i = 0; i < SIZES; i++) {
      queues[i] = new ArrayDeque<NativeBuffer>(0);
    }
    return queues;
  }

  /** A buffer of at least that many bytes. */
  NativeBuffer take(int bytes) {
    int size = sizeIndex(bytes);
    NativeBuffer kept = free[size].pollFirst();
    if (kept == null) {
      return NativeBuffer.allocate(1 << (size + SMALLEST_SHIFT));
    }
    keptBytes -= kept.capacity();
    return kept;
  }

  /** Gives a buffer back, at most once. */
  void give(NativeBuffer buffer) {
    if (keptBytes + buffer.capacity() <= limitBytes) {
      keptBytes += buffer.capacity();
      buffer.bytes.clear();
      free[sizeIndex(buffer.capacity())].addFirst(buffer);
    }
  }

  private static int sizeIndex(int bytes) {
    int shift = 32 - Integer.numberOfLeadingZeros(Math.max(bytes, 1) - 1);
    return Math.max(0, shift - SMALLEST_SHIFT);
  }
}
