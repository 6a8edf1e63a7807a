package edgewise;

import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The loop's one output buffer. What connections write during a turn is staged here, so that the
 * small writes of one turn leave in one system call (law 9) and no connection owns a buffer for it
 * (law 10).
 *
 * <p>Each connection's bytes form one or more runs. Usually one connection writes at a time and has
 * one run; when several write by turns, their runs are linked, and gathered when they are sent:
 *
 * <pre>
 *   | next, length | bytes of A | next, length | bytes of B | next, length | more bytes of A |   free
 *     |                                                        ^                               ^ used
 *     `--------------------------------------------------------'
 * </pre>
 */
final class Outbox {
  /** An offset that says: no run. */
  static final int NONE = -1;

  private static final int HEADER = 2 * Integer.BYTES;

  private final NativeBuffer buffer;
  private @Nullable NativeBuffer gathered;
  private int used;
  private @Nullable Connection[] writers = new @Nullable Connection[16];
  private int writerCount;

  /** The connection whose run is the last, and can grow. */
  private @Nullable Connection lastWriter;

  Outbox(int capacity) {
    buffer = NativeBuffer.allocate(capacity);
  }

  /** How many bytes the connection can stage before everything must be sent. */
  int room(Connection writer) {
    return buffer.capacity() - used - (writer == lastWriter ? 0 : HEADER);
  }

  /** Stages bytes; there must be room. */
  void stage(Connection writer, ByteBuffer source, int offset, int length) {
    buffer.bytes.put(grow(writer, length), source, offset, length);
  }

  /** Stages bytes; there must be room. */
  void stage(Connection writer, byte[] source, int offset, int length) {
    buffer.bytes.put(grow(writer, length), source, offset, length);
  }

  /** Makes the writer's last run longer, or begins one; returns where the new bytes go. */
  private int grow(Connection writer, int length) {
    if (writer != lastWriter) {
      beginRun(writer);
    }
    int at = used;
    used += length;
    writer.stagedBytes += length;
    int run = writer.lastRun;
    buffer.bytes.putInt(run + Integer.BYTES, buffer.bytes.getInt(run + Integer.BYTES) + length);
    return at;
  }

  private void beginRun(Connection writer) {
    int run = used;
    buffer.bytes.putInt(run, NONE).putInt(run + Integer.BYTES, 0);
    used += HEADER;
    if (writer.firstRun == NONE) {
      writer.firstRun = run;
      writer.writerIndex = writerCount;
      if (writerCount == writers.length) {
        writers = Arrays.copyOf(writers, writerCount * 2);
      }
      writers[writerCount++] = writer;
    } else {
      buffer.bytes.putInt(writer.lastRun, run);
    }
    writer.lastRun = run;
    lastWriter = writer;
  }

  /**
   * Sends what the writer has staged with one call.
   *
   * @param more whether more follows at once
   * @return how many of its bytes the kernel took, 0 for none
   */
  int send(Connection writer, StreamSocket socket, boolean more) throws IOException {
    int length = writer.stagedBytes;
    int sent;
    if (writer.firstRun == writer.lastRun) {
      sent = socket.send(buffer, writer.firstRun + HEADER, length, more);
    } else {
      sent = socket.send(gather(writer), 0, length, more);
    }
    return Math.max(sent, 0);
  }

  private NativeBuffer gather(Connection writer) {
    if (gathered == null) {
      gathered = NativeBuffer.allocate(buffer.capacity());
    }
    int at = 0;
    for (int run = writer.firstRun; run != NONE; run = buffer.bytes.getInt(run)) {
      int length = buffer.bytes.getInt(run + Integer.BYTES);
      gathered.bytes.put(at, buffer.bytes, run + HEADER, length);
      at += length;
    }
    return gathered;
  }

  /** Moves the writer's staged bytes, but for the first {@code sent}, to its backlog. */
  void moveRest(Connection writer, int sent, Backlog backlog) {
    int skip = sent;
    for (int run = writer.firstRun; run != NONE; run = buffer.bytes.getInt(run)) {
      int length = buffer.bytes.getInt(run + Integer.BYTES);
      int skipped = Math.min(skip, length);
      backlog.add(buffer.bytes, run + HEADER + skipped, length - skipped);
      skip -= skipped;
    }
  }

  /** Forgets what the writer has staged. */
  void drop(Connection writer) {
    if (writer.firstRun == NONE) {
      return;
    }
    Connection moved = anyWriter();
    moved.writerIndex = writer.writerIndex;
    writers[writer.writerIndex] = moved;
    writers[--writerCount] = null;
    writer.firstRun = NONE;
    writer.lastRun = NONE;
    writer.stagedBytes = 0;
    if (writer == lastWriter) {
      lastWriter = null;
    }
    if (writerCount == 0) {
      used = 0;
    }
  }

  boolean isEmpty() {
    return writerCount == 0;
  }

  /** One of those who have staged something. */
  Connection anyWriter() {
    return Objects.requireNonNull(writers[writerCount - 1]);
  }
}
