package edgewise.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * gzip, RFC 1952, of octets in memory, again and again with the same 256 KiB of the compressor.
 * Belongs to one thread.
 */
final class GzipBytes {
  /** Section 2.3: deflate, no flags, no time, an unknown system. */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  /** The checksum and the length. */
  private static final int TRAILER_BYTES = 8;

  private final Deflater deflater;
  private final CRC32 checksum = new CRC32();

  GzipBytes(int level) {
    deflater = new Deflater(level, true);
  }

  /** The same compressed, or null if that would not be shorter. */
  byte @Nullable [] compress(byte[] octets) {
    int room = octets.length - 1 - HEADER.length - TRAILER_BYTES;
    if (room <= 0) {
      return null;
    }
    byte[] made = Arrays.copyOf(HEADER, octets.length - 1);
    deflater.setInput(octets);
    deflater.finish();
    int end = HEADER.length + deflater.deflate(made, HEADER.length, room);
    boolean fits = deflater.finished();
    deflater.reset(); // lets go of the octets, too
    if (!fits) {
      return null;
    }
    checksum.reset();
    checksum.update(octets);
    ByteBuffer.wrap(made, end, TRAILER_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt((int) checksum.getValue())
        .putInt(octets.length);
    return Arrays.copyOf(made, end + TRAILER_BYTES);
  }
}
