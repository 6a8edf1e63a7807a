package edgewise;

import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The end that was asked of a connection: once the queue is empty, the FIN, the wait for the peer's
 * end, the close, and the deadlines of a close. Its connection has it from the first call of
 * shutdownOutput, close or closeLingering on; on that loop's thread.
 *
 * <pre>
 *   shutdownOutput   queue sent -> FIN -> the peer's end -> closed
 *   close            queue sent, or closeTimeout -> closed
 *   closeLingering   queue sent, or closeTimeout -> FIN -> the peer's end, or linger -> closed
 * </pre>
 */
final class Ending {
  /**
   * A closing connection gets more time if the peer took so many bytes; crumbs hold nothing open.
   */
  private static final int LEAST_PROGRESS = 4 << 10;

  private final Connection connection;
  private final StreamSocket socket;
  private final Input input;
  private final Output output;

  /** Both directions are to end, whatever the peer does: no more data is wanted. */
  boolean closing;

  private boolean finWanted;
  private boolean finSent;

  /** How long to wait for the peer's end after our own; null if not at all, or once we do. */
  private @Nullable Duration linger;

  private @Nullable Timer deadline;

  Ending(Connection connection, StreamSocket socket, Input input, Output output) {
    this.connection = connection;
    this.socket = socket;
    this.input = input;
    this.output = output;
  }

  void shutdownOutput() {
    finWanted = true;
  }

  void close() {
    closing = true;
  }

  void closeLingering(Duration atMost) {
    finWanted = true;
    closing = true;
    linger = atMost;
    input.discard();
  }

  /** Goes on as far as it can now; the end of each turn calls this. */
  void proceed() {
    if (output.hasUnsent()) {
      if (closing && deadline == null) {
        startCloseDeadline();
      }
      return;
    }
    if (finWanted && !finSent) {
      finSent = true;
      try {
        socket.shutdownOutput();
      } catch (IOException e) {
        connection.release(e);
        return;
      }
    }
    if (linger != null) {
      startDeadline(linger, () -> connection.release(null));
      linger = null;
    }
    boolean bothEnded = finSent && input.hasEnded();
    if (bothEnded || (closing && !input.discarding)) {
      connection.release(output.failure);
    }
  }

  private void startCloseDeadline() {
    long unsent = output.queuedBytes();
    startDeadline(connection.options.closeTimeout(), () -> closeTimedOut(unsent));
  }

  /** A peer that takes what is queued, and not in crumbs, gets as much time again for the rest. */
  private void closeTimedOut(long unsentBefore) {
    connection.offerQueued();
    long unsent = output.queuedBytes();
    if (connection.isClosed()) {
      return;
    }
    if (!output.hasUnsent()) {
      connection.touch(); // and what follows is done there
    } else if (unsentBefore - unsent >= LEAST_PROGRESS) {
      startCloseDeadline();
    } else {
      socket.abort();
      connection.release(
          new SocketTimeoutException("close: the peer has not taken " + unsent + " bytes"));
    }
  }

  private void startDeadline(Duration atMost, Runnable action) {
    cancel();
    deadline = connection.loop.schedule(atMost, action);
  }

  /** The deadline is void: the connection is closed, or another deadline takes its place. */
  void cancel() {
    if (deadline != null) {
      deadline.cancel();
      deadline = null;
    }
  }
}
