package edgewise.sources;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory for one read or write; each thread has one of each, as loops do. */
final class PipeBuffer {
  /** The capacity of a pipe, pipe(7). */
  static final int BYTES = 64 << 10;

  private static final ThreadLocal<PipeBuffer> FOR_READING =
      ThreadLocal.withInitial(PipeBuffer::new);
  private static final ThreadLocal<PipeBuffer> FOR_WRITING =
      ThreadLocal.withInitial(PipeBuffer::new);

  final ByteBuffer octets = ByteBuffer.allocateDirect(BYTES);
  final MemorySegment memory = MemorySegment.ofBuffer(octets);

  private PipeBuffer() {}

  static PipeBuffer forReading() {
    return FOR_READING.get();
  }

  /** Another one: what was read may be written on the way. */
  static PipeBuffer forWriting() {
    return FOR_WRITING.get();
  }
}
