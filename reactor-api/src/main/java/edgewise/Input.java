package edgewise;

import static edgewise.spi.Readiness.ERROR;
import static edgewise.spi.Readiness.HUP;
import static edgewise.spi.Readiness.PEER_HANGUP;
import static edgewise.spi.Readiness.READ;
import static edgewise.spi.Readiness.URGENT;

import edgewise.spi.Ancillary;
import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a connection: drains the socket into the loop's one buffer, hands the bytes
 * to the handler, and then heeds how the peer has gone (law 6). Owns a buffer only while the
 * handler waits for the rest of a message (law 10).
 */
final class Input {
  // Bits of peerEnd.

  /** The peer's last byte has been received, and the handler told. */
  private static final byte ENDED = 1;

  /** PEER_HANGUP or HUP was seen; it stays true, so it is not asked for again. */
  private static final byte HUNG_UP = 1 << 1;

  private static final byte HANGUP_TOLD = 1 << 2;

  /** HUP or ERROR was seen: the state of the socket is final. */
  private static final byte BROKEN = 1 << 3;

  private final Connection connection;
  private final StreamSocket socket;

  /** Each receive brings one message, SEQPACKET, and the next has nothing to do with it. */
  private final boolean messages;

  /** What comes beside the bytes; null if the options ask for nothing. */
  final @Nullable Ancillary beside;

  /** Whether a short receive proves that nothing is left, see {@link #receive}. */
  boolean trustsShortReceive;

  /** An event has told of bytes, and no receive has said WOULD_BLOCK since. */
  boolean readable;

  boolean paused;

  /** What comes is thrown away: {@link Connection#closeLingering}. */
  boolean discarding;

  /** Reading was resumed, or the handler replaced: what was left is to be delivered again. */
  private boolean redeliver;

  /** Inside a call of onData. */
  private boolean delivering;

  /** What is known of the peer's end; in one octet, since every connection has it. */
  private byte peerEnd;

  /** What the handler left, from position to limit of a borrowed buffer. */
  private @Nullable NativeBuffer unconsumed;

  Input(Connection connection, StreamSocket socket) {
    this.connection = connection;
    this.socket = socket;
    this.trustsShortReceive =
        connection.trigger != Trigger.EDGE || socket.isEmptiedByShortReceive();
    ConnectionOptions options = connection.options;
    this.messages = options.type() == SocketType.SEQPACKET;
    this.beside =
        options.maxDescriptors() > 0 || options.passCredentials()
            ? new Ancillary(options.maxDescriptors())
            : null;
  }

  /** Notes an event that tells of more than room for writing. */
  void note(int readiness) {
    readable = true;
    if ((readiness & (PEER_HANGUP | HUP)) != 0) {
      peerEnd |= HUNG_UP;
    }
    if ((readiness & (HUP | ERROR)) != 0) {
      peerEnd |= BROKEN;
    }
    if ((readiness & URGENT) != 0) {
      trustsShortReceive = connection.trigger != Trigger.EDGE;
    }
  }

  /**
   * What to ask the poller for. Under EDGE reading stays on while paused: an edge costs nothing and
   * is noted. Under LEVEL it would spin, so it is taken off, and what is final (a hang-up, an
   * error) is not asked for again: with no bit at all only what is new is told.
   */
  int interest() {
    int wanted = is(BROKEN) ? 0 : ERROR;
    if (hasEnded()) {
      return wanted;
    }
    if (connection.trigger == Trigger.EDGE || isWanted()) {
      wanted |= trustsShortReceive && connection.trigger == Trigger.EDGE ? READ | URGENT : READ;
    }
    return is(HUNG_UP) ? wanted : wanted | PEER_HANGUP;
  }

  /** Whether bytes are welcome. */
  boolean isWanted() {
    return !hasEnded() && (discarding || (!paused && connection.isLive()));
  }

  /** Whether the peer's last byte has been received, and the handler told. */
  boolean hasEnded() {
    return is(ENDED);
  }

  private boolean is(int anyOf) {
    return (peerEnd & anyOf) != 0;
  }

  /** Whether a turn would find something to do. */
  boolean hasWork() {
    return (readable || redeliver) && isWanted();
  }

  /**
   * Drains the socket: until it would block, the end, a pause, or this turn's budget is spent (laws
   * 3 and 4).
   *
   * <p>EAGAIN ends the drain. So does a short receive under LEVEL, since the poller speaks up again
   * if there is more, and under EDGE on a stream that it is known to have emptied (epoll(7),
   * question 9): TCP without urgent data. AF_UNIX is none, its receives also end behind passed
   * descriptors and where the sender changes (unix_stream_read_generic of Linux). When the peer is
   * known to be gone the stream is followed to its end, since nothing more will speak up.
   */
  void receive() throws Exception {
    redeliver();
    int bytes = connection.loop.options.readBudgetBytes();
    int calls = connection.loop.options.readBudgetCalls();
    // What a replaced handler has left is for the next one, before anything else, the end above
    // all.
    while (readable && !redeliver && isWanted() && bytes > 0 && calls > 0) {
      NativeBuffer into =
          unconsumed == null ? connection.loop.receiveBuffer : roomAfter(unconsumed);
      int at = into == unconsumed ? into.bytes.limit() : 0;
      int room = into.capacity() - at;
      int count;
      try {
        count =
            beside == null
                ? socket.receive(into, at, room)
                : socket.receive(into, at, room, beside);
      } catch (IOException e) {
        connection.release(e);
        return;
      }
      calls--;
      if (count == StreamSocket.WOULD_BLOCK) {
        readable = false;
      } else if (count == StreamSocket.END) {
        readable = false;
        if (connection.sendFailure() != null) {
          return; // after a reset it looks like an end, but is none
        }
        tellEnd();
      } else if (messages) {
        bytes -= Math.max(count, 0);
        receivedMessage(into, Math.max(count, 0));
      } else {
        bytes -= count;
        readable = count == room || !trustsShortReceive || isPeerGone();
        received(into, at, at + count);
      }
    }
  }

  private void receivedMessage(NativeBuffer into, int length) throws Exception {
    if (isToBeDelivered()) {
      deliver(into.bytes.limit(length).position(0));
    }
  }

  private void received(NativeBuffer into, int at, int end) throws Exception {
    if (!isToBeDelivered()) {
      return;
    }
    if (into == unconsumed) {
      into.bytes.limit(end);
      deliverUnconsumed(into);
      return;
    }
    ByteBuffer in = into.bytes.limit(end).position(at);
    deliver(in);
    if (in.hasRemaining() && isKept(in.remaining())) {
      NativeBuffer kept = connection.loop.pool.take(in.remaining() * 2);
      kept.bytes.clear().put(in).flip();
      unconsumed = kept;
    }
  }

  /**
   * Not while everything is thrown away, nor if descriptors that belong to it are lost; where none
   * is accepted, to lose them is what was asked for.
   */
  private boolean isToBeDelivered() {
    if (beside != null && beside.truncated && beside.maxDescriptors > 0 && !discarding) {
      connection.release(
          new IOException(
              "MSG_CTRUNC: descriptors that the peer has passed are lost; more than maxDescriptors"
                  + " = %d waited to be taken, or this process has no number free"
                      .formatted(beside.maxDescriptors)));
      return false;
    }
    if (beside != null && discarding) {
      beside.close();
    }
    return !discarding;
  }

  private void deliverUnconsumed(NativeBuffer kept) throws Exception {
    deliver(kept.bytes);
    if (kept != unconsumed) {
      connection.loop.pool.give(kept); // dropped meanwhile, but the handler was still reading it
    } else if (!kept.bytes.hasRemaining() || !isKept(kept.bytes.remaining())) {
      dropUnconsumed();
    }
  }

  private void deliver(ByteBuffer in) throws Exception {
    delivering = true;
    in.order(ByteOrder.BIG_ENDIAN); // another handler may have left it otherwise
    try {
      connection.handler.onData(connection, in);
    } finally {
      delivering = false;
    }
  }

  /** Whether what a handler left is to be kept: not after a close, nor past the limit. */
  private boolean isKept(int length) {
    int most = connection.options.maxUnconsumedBytes();
    if (length > most && connection.isLive()) {
      connection.release(
          new IOException(
              "the handler left %d bytes, more than maxUnconsumedBytes = %d"
                  .formatted(length, most),
              new BufferOverflowException()));
    }
    return connection.isLive();
  }

  /** The buffer of an incomplete message, with at least half of it free for the rest. */
  private NativeBuffer roomAfter(NativeBuffer kept) {
    int half = kept.capacity() / 2;
    if (kept.bytes.limit() <= half) {
      return kept;
    }
    if (kept.bytes.remaining() <= half) {
      kept.bytes.compact().flip();
      return kept;
    }
    NativeBuffer larger = connection.loop.pool.take(kept.capacity() * 2);
    larger.bytes.clear().put(kept.bytes).flip();
    connection.loop.pool.give(kept);
    unconsumed = larger;
    return larger;
  }

  private void redeliver() throws Exception {
    if (redeliver && isWanted()) {
      redeliver = false;
      if (unconsumed != null) {
        deliverUnconsumed(unconsumed);
      }
    }
  }

  void resume() {
    paused = false;
    redeliver |= unconsumed != null && !delivering;
  }

  /**
   * What the present call of the handler leaves, or an earlier one has left, is delivered again.
   */
  void deliverAgain() {
    redeliver = true;
  }

  /** A hang-up was seen, or sending has failed. */
  private boolean isPeerGone() {
    return is(HUNG_UP) || connection.sendFailure() != null;
  }

  /** Acts on hang-ups and errors that no receive will tell of (law 6). */
  void heedHangup() throws Exception {
    if (connection.isClosed() || hasWork()) {
      return;
    }
    IOException sendFailure = connection.sendFailure();
    if (sendFailure != null) {
      connection.release(sendFailure);
      return;
    }
    if (is(BROKEN)) {
      IOException error = socket.takeError();
      if (error != null) {
        connection.release(error);
        return;
      }
      if (hasEnded()) {
        boolean lost = connection.queuedBytes() > 0;
        connection.release(
            lost ? new SocketException("EPIPE: the peer has closed, bytes were queued") : null);
        return;
      }
    }
    if (is(HUNG_UP) && paused && !hasEnded() && !is(HANGUP_TOLD) && connection.isLive()) {
      peerEnd |= HANGUP_TOLD;
      connection.handler.onPeerHangup(connection);
    }
  }

  /** Connected at last: what the poller has told so far was not about the peer. */
  void forgetHangup() {
    peerEnd = 0;
  }

  private void tellEnd() throws Exception {
    peerEnd |= ENDED;
    dropUnconsumed();
    if (!discarding) {
      connection.handler.onEnd(connection);
    }
  }

  void discard() {
    discarding = true;
    redeliver = false;
    dropUnconsumed();
  }

  /** The connection is closed: nothing is wanted any more. */
  void close() {
    discarding = false;
    dropUnconsumed();
    if (beside != null) {
      beside.close();
    }
  }

  /** Gives the borrowed buffer back; one that the handler is reading, when it has returned. */
  private void dropUnconsumed() {
    if (unconsumed != null) {
      if (!delivering) {
        connection.loop.pool.give(unconsumed);
      }
      unconsumed = null;
    }
  }
}
