package edgewise;

import org.jspecify.annotations.Nullable;

/**
 * Something registered with a loop's poller. The loop calls {@link #onReady} with an event, and
 * {@link #turn} when the channel waited in the ready queue.
 *
 * <p>A channel that waits in the queue only notes its events: it takes one turn per round, however
 * often the kernel names it (law 4).
 */
abstract sealed class Channel permits Connection, DatagramSocket, Listener, Watch {
  final EventLoop loop;

  /** The next in the ready queue. */
  @Nullable Channel nextReady;

  /** Whether it waits in the ready queue. */
  boolean queued;

  /** The loop's list of open channels. */
  @Nullable Channel previousOpen;

  @Nullable Channel nextOpen;

  Channel(EventLoop loop) {
    this.loop = loop;
  }

  /** Handles an event; {@link edgewise.spi.Readiness} bits. */
  abstract void onReady(int readiness);

  /** Goes on where the last turn stopped. */
  abstract void turn();

  /** The loop stops: ask politely. */
  abstract void stop();

  /** The loop ends: close now. */
  abstract void end(@Nullable Throwable cause);
}
