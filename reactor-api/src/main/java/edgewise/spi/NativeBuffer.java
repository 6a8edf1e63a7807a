package edgewise.spi;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Native memory seen in two ways at once: as a {@link ByteBuffer} for handlers and {@code
 * java.nio}, and as a {@link MemorySegment} for system calls. Both views are made once, so that no
 * call has to allocate one. The memory is zeroed, in network byte order, and freed when the buffer
 * is unreachable; loops pool theirs.
 *
 * <p>Position and limit of {@link #bytes} belong to the loop; a backend leaves them as it found
 * them.
 */
public final class NativeBuffer {
  /** The whole memory as a direct buffer, big endian. */
  public final ByteBuffer bytes;

  /** The whole memory as a segment whose lifetime is that of this object. */
  public final MemorySegment segment;

  private NativeBuffer(ByteBuffer bytes) {
    this.bytes = bytes;
    this.segment = MemorySegment.ofBuffer(bytes);
  }

  /** Allocates {@code capacity} bytes of native memory. */
  public static NativeBuffer allocate(int capacity) {
    return new NativeBuffer(ByteBuffer.allocateDirect(capacity).order(ByteOrder.BIG_ENDIAN));
  }

  /** The size in bytes. */
  public int capacity() {
    return bytes.capacity();
  }
}
