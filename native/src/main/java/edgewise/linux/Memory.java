package edgewise.linux;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What must hold for a segment before its address goes to the kernel. Checked in Java at each call:
 * the kernel checks addresses only against the whole process.
 */
final class Memory {
  private Memory() {}

  /** The address of the part of a segment that a call will read, such as send(2). */
  static long readable(MemorySegment segment, long offset, long length) {
    Objects.checkFromIndexSize(offset, length, segment.byteSize());
    checkNative(segment);
    return segment.address() + offset;
  }

  /** The address of the part of a segment that a call will write, such as recv(2). */
  static long writable(MemorySegment segment, long offset, long length) {
    checkWritable(segment);
    return readable(segment, offset, length);
  }

  static void checkNative(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "a heap segment cannot be passed to the kernel, the collector may move it: " + segment);
    }
  }

  static void checkWritable(MemorySegment segment) {
    if (segment.isReadOnly()) {
      throw readOnlyRefused();
    }
  }

  static IllegalArgumentException readOnlyRefused() {
    return new IllegalArgumentException("the kernel would write to a read-only segment");
  }

  /** An array that receives two descriptors. */
  static void checkPair(int[] fds) {
    if (fds.length < 2) {
      throw new IllegalArgumentException("two descriptors need room for two");
    }
  }
}
