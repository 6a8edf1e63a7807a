package edgewise;

import static edgewise.spi.Readiness.ERROR;
import static edgewise.spi.Readiness.WRITE;

import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * A connect under way: asks the socket how it went, connects again while the listener's queue is
 * full, and gives up at the deadline. Its connection has it until it is open; on that loop's
 * thread.
 */
final class Connecting {
  private static final Duration RETRY = Duration.ofMillis(2);

  private final Connection connection;
  private final StreamSocket socket;
  private final Timer deadline;

  /** The listener's queue is full: connect again soon, and ask the poller for nothing. */
  private boolean retrying;

  Connecting(Connection connection, StreamSocket socket) {
    this.connection = connection;
    this.socket = socket;
    this.deadline = connection.loop.schedule(connection.options.connectTimeout(), this::timedOut);
  }

  /** What to ask the poller for meanwhile. */
  int interest() {
    return retrying ? 0 : WRITE | ERROR;
  }

  /** Asks for the outcome, and tells the connection if there is one. */
  void proceed() throws Exception {
    StreamSocket.Progress progress;
    try {
      progress = socket.finishConnect();
    } catch (IOException e) {
      connection.release(e);
      return;
    }
    retrying = false;
    switch (progress) {
      case PENDING -> {}
      case TRY_AGAIN -> {
        retrying = true;
        connection.loop.schedule(RETRY, () -> connection.loop.requeue(connection));
      }
      case DONE -> {
        cancel();
        connection.connected();
      }
    }
  }

  private void timedOut() {
    connection.release(
        new SocketTimeoutException(
            "connect: no answer within " + connection.options.connectTimeout().toMillis() + " ms"));
  }

  /** The connection is open, or closed: the deadline is void. */
  void cancel() {
    deadline.cancel();
  }
}
