package edgewise.select;

import edgewise.spi.Readiness;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * A channel on a poller's list, or about to be. Belongs to the poller's thread once it is
 * registered.
 *
 * <p>The selector gets to know the channel with the first interest that it can report. A key with
 * no operations is silent: the JDK takes it off the kernel's list, errors included.
 */
abstract class Registration {
  private @Nullable Object attachment;
  private @Nullable SelectPoller poller;
  private @Nullable SelectionKey key;
  private int interest;
  private boolean closed;

  abstract SelectableChannel channel();

  /** The selector's operations for an interest. It has none for errors and hang-ups. */
  abstract int operations(int interest);

  /** Makes the key; a channel of another library makes one of another kind. */
  SelectionKey enter(Selector selector, int operations) throws IOException {
    return channel().register(selector, operations, this);
  }

  static int readiness(int operations) {
    int reading = operations & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT);
    int writing = operations & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT);
    return (reading != 0 ? Readiness.READ : 0) | (writing != 0 ? Readiness.WRITE : 0);
  }

  final void register(SelectPoller with, Object about, int wanted) throws IOException {
    if (poller != null || closed) {
      throw new IllegalStateException(this + " is registered already, or closed");
    }
    poller = with;
    attachment = about;
    try {
      interest(wanted);
    } catch (IOException e) {
      poller = null;
      throw e;
    }
  }

  /** Tells the selector what to report; {@link Readiness} bits. */
  public final void interest(int wanted) throws IOException {
    if (poller == null) {
      throw new IllegalStateException(this + " is not registered");
    }
    interest = wanted;
    int operations = operations(wanted);
    if (key == null) {
      key = operations == 0 ? null : poller.enter(this, operations);
    } else if (key.isValid()) {
      key.interestOps(operations);
    } else {
      throw new ClosedChannelException();
    }
  }

  /** The same interest has come to mean other operations. */
  final void translateAgain() throws IOException {
    if (poller != null) {
      interest(interest);
    }
  }

  final void move(Selector to) throws IOException {
    if (key != null) {
      int operations = key.interestOps();
      key.cancel();
      key = channel().register(to, operations, this);
    }
  }

  /**
   * Leaves the selector; what it has reported already is stale from here on.
   *
   * @return false if that was done before
   */
  final boolean deregister() {
    if (closed) {
      return false;
    }
    closed = true;
    if (poller != null && key != null) {
      poller.forget(key);
    }
    return true;
  }

  final boolean isClosed() {
    return closed;
  }

  final @Nullable Object attachment() {
    return attachment;
  }
}
