package edgewise.select;

import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/** The loop's key of a channel of jnr-unixsocket; see {@link JnrSelector}. */
final class JnrKey extends SelectionKey {
  private final JnrSelector waiting;
  private final DatagramChannel channel;
  private int interest;
  private volatile boolean valid = true;

  /** What it is ready for; written before it is handed to the loop. */
  volatile int ready;

  /** The key with jnr's selector; the thread's. */
  private @Nullable SelectionKey theirs;

  JnrKey(JnrSelector waiting, DatagramChannel channel, Registration registration) {
    this.waiting = waiting;
    this.channel = channel;
    attach(registration);
  }

  // --- on the thread of jnr's selector

  void register(Selector selector, int operations) {
    if (!valid) {
      return;
    }
    try {
      if (theirs == null) {
        theirs = channel.register(selector, operations, this);
      } else {
        theirs.interestOps(operations);
      }
    } catch (ClosedChannelException e) {
      throw new IllegalStateException("closed before it was forgotten", e);
    }
  }

  void deregister() {
    if (theirs != null) {
      theirs.cancel();
    }
  }

  // --- on the loop

  void armAgain() {
    if (valid && interest != 0) {
      waiting.arm(this, interest);
    }
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public Selector selector() {
    throw new UnsupportedOperationException("jnr's selector belongs to its thread");
  }

  @Override
  public boolean isValid() {
    return valid;
  }

  @Override
  public void cancel() {
    if (valid) {
      valid = false;
      waiting.forget(this);
    }
  }

  @Override
  public int interestOps() {
    return interest;
  }

  @Override
  public SelectionKey interestOps(int operations) {
    if (interest != operations) {
      interest = operations;
      waiting.arm(this, operations);
    }
    return this;
  }

  @Override
  public int readyOps() {
    return ready;
  }
}
