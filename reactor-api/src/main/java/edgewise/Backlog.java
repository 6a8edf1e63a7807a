package edgewise;

import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel has not taken yet from one connection, in order: runs of bytes in borrowed
 * buffers and regions of files. Exists only while there is something.
 */
final class Backlog {
  /** The largest buffer borrowed at once: two chunks of 32 KiB fill a default send buffer. */
  private static final int CHUNK = 32 << 10;

  private final BufferPool pool;
  private @Nullable Piece head;
  private @Nullable Piece tail;
  private long bytes;
  private long memoryBytes;
  private int files;
  private int passed;

  Backlog(BufferPool pool) {
    this.pool = pool;
  }

  /** A run of bytes, or a region of a file; position and end count within it. */
  private static final class Piece {
    final @Nullable NativeBuffer buffer;
    final @Nullable OpenFile file;
    long position;
    long end;

    /** Nothing is added to it, and its whole buffer counts until it is sent. */
    boolean apart;

    /** A message: it leaves with one call. All of a connection are messages, or none. */
    boolean whole;

    /** What is passed along with the first byte, and closed then. */
    List<Descriptor> passed = List.of();

    @Nullable Piece next;

    Piece(@Nullable NativeBuffer buffer, @Nullable OpenFile file, long position, long end) {
      this.buffer = buffer;
      this.file = file;
      this.position = position;
      this.end = end;
    }
  }

  boolean isEmpty() {
    return head == null;
  }

  /** Unsent bytes, those of files included. */
  long bytes() {
    return bytes;
  }

  /** Regions of files that are not sent yet. */
  int files() {
    return files;
  }

  /** Descriptors that are not passed yet. */
  int passed() {
    return passed;
  }

  /** Unsent bytes held in memory; what may have few or none counts as the buffer it is in. */
  long memoryBytes() {
    return memoryBytes;
  }

  /** Copies {@code length} bytes of {@code source} from index {@code offset} to the end. */
  void add(ByteBuffer source, int offset, int length) {
    int from = offset;
    int rest = length;
    while (rest > 0) {
      Piece last = roomAtEnd(rest);
      int count = (int) Math.min(rest, capacity(last) - last.end);
      bytesOf(last).put((int) last.end, source, from, count);
      last.end += count;
      bytes += count;
      memoryBytes += count;
      from += count;
      rest -= count;
    }
  }

  /** As {@link #add(ByteBuffer, int, int)} for an array. */
  void add(byte[] source, int offset, int length) {
    add(ByteBuffer.wrap(source), offset, length);
  }

  /**
   * Adds bytes that do not join those before them.
   *
   * @param whole whether they are a message, which nothing that follows joins either
   * @param descriptors go with the first byte, and are this object's from now on
   */
  void addApart(
      ByteBuffer source, int offset, int length, boolean whole, List<Descriptor> descriptors) {
    var piece = new Piece(pool.take(length), null, 0, length);
    bytesOf(piece).put(0, source, offset, length);
    piece.apart = true;
    piece.whole = whole;
    piece.passed = descriptors;
    append(piece);
    bytes += length;
    memoryBytes += capacity(piece);
    passed += descriptors.size();
  }

  /** Adds a region of a file, and holds the file until the region is sent. */
  void add(OpenFile file, long position, long count) {
    file.retain();
    append(new Piece(null, file, position, position + count));
    files++;
    bytes += count;
  }

  private static long capacity(Piece piece) {
    return piece.buffer == null ? 0 : piece.buffer.capacity();
  }

  private static ByteBuffer bytesOf(Piece piece) {
    return Objects.requireNonNull(piece.buffer).bytes;
  }

  private Piece roomAtEnd(int wanted) {
    if (tail != null && tail.buffer != null && !tail.apart && tail.end < tail.buffer.capacity()) {
      return tail;
    }
    var piece = new Piece(pool.take(Math.min(wanted, CHUNK)), null, 0, 0);
    append(piece);
    return piece;
  }

  private void append(Piece piece) {
    if (tail == null) {
      head = piece;
    } else {
      tail.next = piece;
    }
    tail = piece;
  }

  /**
   * Sends from the front until all is sent, the kernel takes no more, or the budget is spent.
   *
   * @return whether the kernel takes no more for now
   * @throws EOFException if a file has become shorter than the region that was promised
   */
  boolean send(StreamSocket socket, long budget) throws IOException {
    long left = budget;
    while (head != null && left > 0) {
      Piece first = head;
      long unsent = first.end - first.position;
      long wanted = first.whole ? unsent : Math.min(unsent, left);
      long sent = send(socket, first, wanted);
      if (sent == StreamSocket.WOULD_BLOCK) {
        return true;
      }
      left -= sent;
      advance(first, sent);
      if (sent < wanted && first.buffer != null) {
        return true; // a short send(2) on a stream means that the buffer is full, epoll(7)
      }
    }
    return false;
  }

  private long send(StreamSocket socket, Piece piece, long wanted) throws IOException {
    if (!piece.passed.isEmpty()) {
      return sendWithDescriptors(socket, piece, (int) wanted);
    }
    if (piece.buffer != null) {
      return socket.send(piece.buffer, (int) piece.position, (int) wanted, piece.next != null);
    }
    long sent = socket.sendFile(Objects.requireNonNull(piece.file), piece.position, wanted);
    if (sent == 0) {
      throw new EOFException(
          "the file ends at " + piece.position + ", " + wanted + " bytes before its region does");
    }
    return sent;
  }

  /** The kernel has its own duplicates as soon as it has taken the first byte. */
  private long sendWithDescriptors(StreamSocket socket, Piece piece, int wanted)
      throws IOException {
    int[] numbers = piece.passed.stream().mapToInt(Descriptor::fd).toArray();
    var buffer = Objects.requireNonNull(piece.buffer);
    int sent = socket.send(buffer, (int) piece.position, wanted, numbers);
    if (sent != StreamSocket.WOULD_BLOCK) {
      closePassed(piece);
    }
    return sent;
  }

  private void closePassed(Piece piece) {
    piece.passed.forEach(Descriptor::close);
    passed -= piece.passed.size();
    piece.passed = List.of();
  }

  private void advance(Piece first, long sent) {
    first.position += sent;
    bytes -= sent;
    if (first.buffer != null && !first.apart) {
      memoryBytes -= sent;
    }
    if (first.position == first.end) {
      head = first.next;
      if (head == null) {
        tail = null;
      }
      if (first.apart) {
        memoryBytes -= capacity(first);
      }
      letGo(first);
    }
  }

  private void letGo(Piece piece) {
    if (piece.buffer != null) {
      pool.give(piece.buffer);
      closePassed(piece);
    }
    if (piece.file != null) {
      piece.file.release();
      files--;
    }
  }

  /** Drops everything. */
  void clear() {
    for (Piece piece = head; piece != null; piece = piece.next) {
      letGo(piece);
    }
    head = null;
    tail = null;
    bytes = 0;
    memoryBytes = 0;
  }
}
