package edgewise.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;

/**
 * gzip, RFC 1952, of what is written; {@link #flush} brings all of it to the reader. Small writes
 * are gathered: each call of the compressor costs as much as a hundred octets. Used by one thread;
 * {@link #release} lets go of its memory, which is outside of the heap.
 */
final class GzipOutput extends GZIPOutputStream {
  private static final int GATHERED_BYTES = 1 << 10;
  private static final int BUFFER_BYTES = 8 << 10;

  private final byte[] gathered = new byte[GATHERED_BYTES];
  private int count;

  GzipOutput(OutputStream out, int level) throws IOException {
    super(out, BUFFER_BYTES, true);
    def.setLevel(level);
  }

  @Override
  public void write(int octet) throws IOException {
    if (count == gathered.length) {
      pass();
    }
    gathered[count++] = (byte) octet;
  }

  @Override
  public synchronized void write(byte[] octets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, octets.length);
    if (length > gathered.length - count) {
      pass();
    }
    if (length >= gathered.length) {
      super.write(octets, offset, length);
    } else {
      System.arraycopy(octets, offset, gathered, count, length);
      count += length;
    }
  }

  private void pass() throws IOException {
    int some = count;
    count = 0;
    if (some > 0) {
      super.write(gathered, 0, some);
    }
  }

  @Override
  public void flush() throws IOException {
    pass();
    super.flush();
  }

  @Override
  public void finish() throws IOException {
    pass();
    super.finish();
  }

  /** Ends without completing anything; harmless when repeated. */
  void release() {
    def.end();
  }
}
