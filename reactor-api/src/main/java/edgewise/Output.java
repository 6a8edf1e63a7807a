package edgewise;

import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a connection. What is written is first staged in the loop's outbox, and
 * leaves with one call at the end of the turn; what the kernel does not take becomes the backlog,
 * and from then on everything queues behind it, in order (law 9).
 *
 * <pre>
 *   write --> outbox --end of turn--> send --the rest--> backlog --writable--> send
 *      `-------------- while there is a backlog ---------^
 * </pre>
 *
 * <p>Long pieces of what was just received are not staged: they leave at once, from where they lie.
 */
final class Output {
  /**
   * The high-water mark of descriptors that the queue holds open, to be passed or as files: a peer
   * that asks for many small files and reads none must not take all descriptors of the process.
   */
  private static final int HIGH_WATER_DESCRIPTORS = 4;

  private static final int LOW_WATER_DESCRIPTORS = 1;

  /**
   * What was just received and is as long as this, or half of what can be received at once, is sent
   * from where it lies: a copy of it costs more than the call that it may save (16 KiB: 0.9 us of
   * 10).
   */
  private static final int FORWARDED_BYTES = 8 << 10;

  private final Connection connection;
  private final StreamSocket socket;

  /** Each write is a message, SEQPACKET, and leaves with a call of its own. */
  private final boolean messages;

  private @Nullable Backlog backlog;

  /** Sending has failed, for ever; what is written since is dropped. */
  @Nullable IOException failure;

  /** The kernel takes no more: wait until the socket is writable. */
  boolean blocked;

  /** Above the high-water mark, and the handler has not been told of the low one yet. */
  private boolean aboveHigh;

  // The outbox's notes about this writer.
  int firstRun = Outbox.NONE;
  int lastRun = Outbox.NONE;
  int stagedBytes;
  int writerIndex;

  Output(Connection connection, StreamSocket socket) {
    this.connection = connection;
    this.socket = socket;
    this.messages = connection.options.type() == SocketType.SEQPACKET;
  }

  private boolean isTaken() {
    return connection.isLive() && failure == null;
  }

  void write(ByteBuffer bytes, int offset, int length) {
    if (messages) {
      if (goesAtOnce(length)) {
        connection.loop.outbox.stage(this, bytes, offset, length);
        if (sendMessage()) {
          return;
        }
      }
      write(bytes, offset, length, List.of());
      return;
    }
    if (isForwarded(bytes, length) && forward(bytes, offset, length)) {
      return;
    }
    int from = offset;
    int end = offset + length;
    try {
      while (from < end && isTaken()) {
        int count = backlog == null ? Math.min(room(), end - from) : end - from;
        if (backlog != null) {
          backlog.add(bytes, from, count);
        } else if (count > 0) {
          connection.loop.outbox.stage(this, bytes, from, count);
        }
        from += count;
      }
    } catch (RuntimeException | Error e) {
      failToQueue(e);
    }
  }

  /** Whether a copy into the outbox would cost more than the call that it may save. */
  @SuppressWarnings("ReferenceEquality") // that very buffer, and no equal one
  private boolean isForwarded(ByteBuffer bytes, int length) {
    NativeBuffer received = connection.loop.receiveBuffer;
    return bytes == received.bytes && length >= Math.min(FORWARDED_BYTES, received.capacity() / 2);
  }

  /** Sends from the receive buffer now, after what is staged; false if something is in its way. */
  private boolean forward(ByteBuffer bytes, int offset, int length) {
    sendStaged(true);
    if (backlog != null || !isTaken()) {
      return false;
    }
    try {
      int sent = Math.max(socket.send(connection.loop.receiveBuffer, offset, length, false), 0);
      if (sent < length) {
        blocked = true;
        backlog().add(bytes, offset + sent, length - sent);
      }
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      failToQueue(e);
    }
    return true;
  }

  void write(byte[] bytes, int offset, int length) {
    if (messages) {
      if (goesAtOnce(length)) {
        connection.loop.outbox.stage(this, bytes, offset, length);
        if (sendMessage()) {
          return;
        }
      }
      write(ByteBuffer.wrap(bytes), offset, length, List.of());
      return;
    }
    int from = offset;
    int end = offset + length;
    try {
      while (from < end && isTaken()) {
        int count = backlog == null ? Math.min(room(), end - from) : end - from;
        if (backlog != null) {
          backlog.add(bytes, from, count);
        } else if (count > 0) {
          connection.loop.outbox.stage(this, bytes, from, count);
        }
        from += count;
      }
    } catch (RuntimeException | Error e) {
      failToQueue(e);
    }
  }

  /** Whether a message need not queue, so that it takes no buffer and no object (law 11). */
  private boolean goesAtOnce(int length) {
    return backlog == null && length > 0 && length <= connection.loop.outbox.room() && isTaken();
  }

  /** Sends the message that is staged, all of it; false if the kernel does not take it now. */
  private boolean sendMessage() {
    try {
      return connection.loop.outbox.send(this, socket, false) > 0;
    } catch (IOException e) {
      fail(e);
      return true;
    } finally {
      connection.loop.outbox.drop(this);
    }
  }

  /**
   * Writes a message, or bytes with descriptors: what leaves with a call of its own. The
   * descriptors belong to this object from now on.
   */
  void write(ByteBuffer bytes, int offset, int length, List<Descriptor> passed) {
    sendStaged(false);
    if (!isTaken()) {
      passed.forEach(Descriptor::close);
      return;
    }
    try {
      backlog().addApart(bytes, offset, length, messages, passed);
    } catch (RuntimeException | Error e) { // no memory
      passed.forEach(Descriptor::close);
      connection.release(e);
      return;
    }
    sendBacklog();
  }

  /** Room in the outbox; if there is none, all is sent, which can leave a backlog, or an end. */
  private int room() {
    Outbox outbox = connection.loop.outbox;
    if (outbox.room() == 0) {
      outbox.sendAll();
    }
    return backlog == null && isTaken() ? outbox.room() : 0;
  }

  void sendFile(OpenFile file, long position, long count) {
    if (messages) {
      throw new UnsupportedOperationException(
          "a file cannot be sent as a message; write its bytes");
    }
    sendStaged(true);
    if (isTaken()) {
      backlog().add(file, position, count);
      sendBacklog();
    }
  }

  private Backlog backlog() {
    if (backlog == null) {
      backlog = new Backlog(connection.loop.pool);
    }
    return backlog;
  }

  /** Sends what is staged with one call. */
  void sendStaged(boolean more) {
    if (stagedBytes == 0) {
      return;
    }
    try {
      int sent = connection.loop.outbox.send(this, socket, more);
      if (sent < stagedBytes) {
        connection.loop.outbox.moveRest(this, sent, backlog());
        blocked = true;
      }
      connection.loop.outbox.drop(this);
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException | Error e) { // no memory: this connection's, whoever is writing
      connection.release(e);
    }
  }

  /** Sends from the backlog until it is empty, the kernel takes no more, or the budget is spent. */
  void sendBacklog() {
    if (backlog == null || blocked) {
      return;
    }
    try {
      blocked = backlog.send(socket, connection.loop.options.writeBudgetBytes());
      if (backlog.isEmpty()) {
        backlog = null;
      }
    } catch (EOFException e) {
      connection.release(e); // our own mistake, not the peer's end
    } catch (IOException e) {
      fail(e);
    } catch (RuntimeException | Error e) { // as in sendStaged
      connection.release(e);
    }
  }

  /** Tries to send although the kernel has not said that it takes more. */
  void offer() {
    blocked = false;
    sendBacklog();
  }

  /** No memory: a hole in the stream, so it ends; whoever is writing has done nothing wrong. */
  private void failToQueue(Throwable e) {
    fail(new IOException("what was written could not be queued: " + e, e));
  }

  private void fail(IOException e) {
    failure = e;
    drop();
    connection.sendFailed(e);
  }

  /** Whether a turn would find something to do. */
  boolean hasWork() {
    return stagedBytes > 0 || (backlog != null && !blocked);
  }

  /** Whether anything is unsent, be it a message without bytes. */
  boolean hasUnsent() {
    return stagedBytes > 0 || backlog != null;
  }

  /** Unsent bytes, those of files included. Any thread, so the backlog is looked at once. */
  long queuedBytes() {
    Backlog now = backlog;
    return stagedBytes + (now == null ? 0 : now.bytes());
  }

  /** Memory of what is unsent; of a message at least a buffer of the smallest size. */
  long memoryBytes() {
    return stagedBytes + (backlog == null ? 0 : backlog.memoryBytes());
  }

  /** Regions of files that are not sent yet. */
  int queuedFiles() {
    return backlog == null ? 0 : backlog.files();
  }

  private int heldDescriptors() {
    return backlog == null ? 0 : backlog.files() + backlog.passed();
  }

  /** Notes on which side of the high-water mark the queue is; true if it is below. */
  boolean isBelow(int highWater) {
    boolean below =
        Math.max(queuedBytes(), memoryBytes()) <= highWater
            && heldDescriptors() <= HIGH_WATER_DESCRIPTORS
            && failure == null;
    aboveHigh |= !below;
    return below;
  }

  /** Whether the queue has just fallen to the low-water mark; true once per crossing. */
  boolean hasFallenTo(int lowWater) {
    boolean low =
        Math.max(queuedBytes(), memoryBytes()) <= lowWater
            && heldDescriptors() <= LOW_WATER_DESCRIPTORS;
    boolean fallen = aboveHigh && low && failure == null;
    aboveHigh &= !fallen;
    return fallen;
  }

  /** Drops everything and gives the buffers back. */
  void drop() {
    blocked = false;
    connection.loop.outbox.drop(this);
    if (backlog != null) {
      backlog.clear();
      backlog = null;
    }
  }
}
