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
 *   buffer   | bytes of A | bytes of B | more bytes of A |        free
 *   run          0             1            2            ^ used
 *   next         2            NONE         NONE
 * </pre>
 */
final class Outbox {
  /** A number that says: no run. */
  static final int NONE = -1;

  private final NativeBuffer buffer;
  private @Nullable NativeBuffer gathered;
  private int used;

  // The runs: where each starts, how long it is, and which one of the same writer follows.
  private int[] start = new int[16];
  private int[] length = new int[16];
  private int[] next = new int[16];
  private int runs;

  private @Nullable Output[] writers = new @Nullable Output[16];
  private int writerCount;

  /** The connection whose run is the last, and can grow. */
  private @Nullable Output lastWriter;

  Outbox(int capacity) {
    buffer = NativeBuffer.allocate(capacity);
  }

  /** How many bytes can be staged before everything must be sent. */
  int room() {
    return buffer.capacity() - used;
  }

  /** Stages bytes; there must be room. */
  void stage(Output writer, ByteBuffer source, int offset, int count) {
    buffer.bytes.put(grow(writer, count), source, offset, count);
  }

  /** Stages bytes; there must be room. */
  void stage(Output writer, byte[] source, int offset, int count) {
    buffer.bytes.put(grow(writer, count), source, offset, count);
  }

  /** Makes the writer's last run longer, or begins one; returns where the new bytes go. */
  private int grow(Output writer, int count) {
    if (writer != lastWriter) {
      beginRun(writer);
    }
    int at = used;
    used += count;
    writer.stagedBytes += count;
    length[writer.lastRun] += count;
    return at;
  }

  private void beginRun(Output writer) {
    if (runs == start.length) {
      start = Arrays.copyOf(start, runs * 2);
      length = Arrays.copyOf(length, runs * 2);
      next = Arrays.copyOf(next, runs * 2);
    }
    int run = runs++;
    start[run] = used;
    length[run] = 0;
    next[run] = NONE;
    if (writer.firstRun == NONE) {
      writer.firstRun = run;
      addWriter(writer);
    } else {
      next[writer.lastRun] = run;
    }
    writer.lastRun = run;
    lastWriter = writer;
  }

  private void addWriter(Output writer) {
    if (writerCount == writers.length) {
      writers = Arrays.copyOf(writers, writerCount * 2);
    }
    writer.writerIndex = writerCount;
    writers[writerCount++] = writer;
  }

  /**
   * Sends what the writer has staged with one call.
   *
   * @param more whether more follows at once
   * @return how many of its bytes the kernel took, 0 for none
   */
  int send(Output writer, StreamSocket socket, boolean more) throws IOException {
    int sent;
    if (writer.firstRun == writer.lastRun) {
      sent = socket.send(buffer, start[writer.firstRun], writer.stagedBytes, more);
    } else {
      sent = socket.send(gather(writer), 0, writer.stagedBytes, more);
    }
    return Math.max(sent, 0);
  }

  private NativeBuffer gather(Output writer) {
    if (gathered == null) {
      gathered = NativeBuffer.allocate(buffer.capacity());
    }
    int at = 0;
    for (int run = writer.firstRun; run != NONE; run = next[run]) {
      gathered.bytes.put(at, buffer.bytes, start[run], length[run]);
      at += length[run];
    }
    return gathered;
  }

  /** Moves the writer's staged bytes, but for the first {@code sent}, to its backlog. */
  void moveRest(Output writer, int sent, Backlog backlog) {
    int skip = sent;
    for (int run = writer.firstRun; run != NONE; run = next[run]) {
      int skipped = Math.min(skip, length[run]);
      backlog.add(buffer.bytes, start[run] + skipped, length[run] - skipped);
      skip -= skipped;
    }
  }

  /** Forgets what the writer has staged. */
  void drop(Output writer) {
    if (writer.firstRun == NONE) {
      return;
    }
    Output moved = anyWriter();
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
      runs = 0;
    }
  }

  /** Sends what everybody has staged. */
  void sendAll() {
    while (writerCount > 0) {
      anyWriter().sendStaged(false);
    }
  }

  private Output anyWriter() {
    return Objects.requireNonNull(writers[writerCount - 1]);
  }
}
