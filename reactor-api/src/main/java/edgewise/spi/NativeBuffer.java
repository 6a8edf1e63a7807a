package edgewise.spi;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Native memory seen in two ways at once: as a {@link ByteBuffer} for handlers and {@code
 * java.nio}, and as a {@link MemorySegment} for system calls. Both views are made once, so that no
 * call has to allocate one. The memory is zeroed, in network byte order, and freed when the buffer
 * is unreachable; loops pool theirs.
 *
 * <p>Position, limit and mark of {@link #bytes} belong to the loop, and to the handler that it
 * shows them to; a backend leaves them alone.
 */
public final class NativeBuffer {
  /** The whole memory as a direct buffer, big endian. */
  public final ByteBuffer bytes;

  /** The whole memory as a segment whose lifetime is that of this object. */
  public final MemorySegment segment;

  private @Nullable ByteBuffer region;

  private NativeBuffer(ByteBuffer bytes) {
    this.bytes = bytes;
    this.segment = MemorySegment.ofBuffer(bytes);
  }

  /** Allocates {@code capacity} bytes of native memory. */
  public static NativeBuffer allocate(int capacity) {
    return new NativeBuffer(ByteBuffer.allocateDirect(capacity).order(ByteOrder.BIG_ENDIAN));
  }

  /**
   * A part of the memory as a channel of {@code java.nio} wants it, with a position and a limit of
   * its own. Valid until the next call.
   */
  public ByteBuffer region(int offset, int length) {
    if (region == null) {
      region = bytes.duplicate();
    }
    return region.clear().position(offset).limit(offset + length);
  }

  /** The size in bytes. */
  public int capacity() {
    return bytes.capacity();
  }
}
