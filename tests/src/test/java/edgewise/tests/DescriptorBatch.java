package edgewise.tests;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that go with a batch of descriptors: how many bytes, how many descriptors, the number
 * of the first, and padding.
 *
 * @param length all the bytes
 * @param count descriptors
 * @param first the number that the first holds
 */
record DescriptorBatch(int length, int count, int first) {
  static final int HEADER = 3 * Integer.BYTES;

  /** The bytes to be sent. */
  ByteBuffer bytes() {
    return ByteBuffer.allocate(length)
        .putInt(0, length)
        .putInt(Integer.BYTES, count)
        .putInt(2 * Integer.BYTES, first);
  }

  /** Takes a batch out; null if its bytes are not all there. */
  static @Nullable DescriptorBatch next(ByteBuffer in) {
    int at = in.position();
    if (in.remaining() < HEADER || in.remaining() < in.getInt(at)) {
      return null;
    }
    int length = in.getInt(at);
    in.position(at + length);
    return new DescriptorBatch(
        length, in.getInt(at + Integer.BYTES), in.getInt(at + 2 * Integer.BYTES));
  }
}
