package edgewise;

import edgewise.spi.Ancillary;
import edgewise.spi.DatagramAddress;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.NativeBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a datagram socket: drains it in batches into memory of the loop, and hands
 * one datagram after the other to the handler. Owns memory only for what a batch had brought when
 * the handler paused.
 */
final class DatagramInput {
  /** A datagram that was received before a pause and is to be delivered after it. */
  private record Held(
      NativeBuffer bytes,
      int length,
      int fullLength,
      DatagramAddress from,
      @Nullable Ancillary beside) {}

  private final DatagramSocket socket;
  private final DatagramPort port;

  /** Whether a batch that is not full proves that nothing is left: not under EDGE. */
  private final boolean edge;

  /** What came beside the bytes of the datagram at hand; null where nothing can. */
  private @Nullable Ancillary beside;

  /** An event has told of datagrams, and no receive has said WOULD_BLOCK since. */
  boolean readable;

  boolean paused;
  private @Nullable ArrayDeque<Held> held;

  // What this turn may still take.
  private int datagramsLeft;
  private int bytesLeft;

  DatagramInput(DatagramSocket socket, DatagramPort port, boolean edge, boolean ancillary) {
    this.socket = socket;
    this.port = port;
    this.edge = edge;
    this.beside = ancillary ? new Ancillary(socket.options.maxDescriptors()) : null;
  }

  /** Whether datagrams are welcome. */
  boolean isWanted() {
    return !paused && socket.isOpen();
  }

  /** Whether a turn would find something to do. */
  boolean hasWork() {
    return (readable || held != null) && isWanted();
  }

  /**
   * Drains the socket: until it would block, a pause, or this turn's budget is spent (laws 3 and
   * 4). Under EDGE only EAGAIN ends the drain; under LEVEL a batch that is not full does as well.
   */
  void receive() throws Exception {
    datagramsLeft = socket.options.datagramsPerTurn();
    bytesLeft = socket.loop.options.readBudgetBytes();
    deliverHeld();
    int calls = socket.loop.options.readBudgetCalls();
    while (readable && isWanted() && datagramsLeft > 0 && bytesLeft > 0 && calls-- > 0) {
      int asked = Math.min(socket.options.batch(), datagramsLeft);
      int count;
      try {
        count = port.receive(socket.loop.datagrams().incoming, asked);
      } catch (IOException e) {
        socket.release(e);
        return;
      }
      if (count == DatagramPort.WOULD_BLOCK) {
        readable = false;
      } else {
        readable = edge || count == asked || count == 0;
        deliver(count);
      }
    }
  }

  private void deliver(int count) throws Exception {
    IncomingDatagrams batch = socket.loop.datagrams().incoming;
    int at = 0;
    try {
      while (at < count) {
        int next = at++;
        takeAncillary(batch, next);
        message(batch, next);
      }
    } finally {
      while (at < count) { // the handler failed: what came beside the others is closed
        takeAncillary(batch, at++);
      }
      closeAncillary();
    }
  }

  private void takeAncillary(IncomingDatagrams batch, int i) {
    if (beside != null) {
      closeAncillary();
      batch.takeAncillary(i, beside);
    }
  }

  private void closeAncillary() {
    if (beside != null) {
      beside.close();
      beside.sender = null;
    }
  }

  /** Delivers a message, which may be several datagrams that the kernel has joined. */
  private void message(IncomingDatagrams batch, int i) throws Exception {
    int segment = batch.segmentBytes(i);
    ByteBuffer bytes = batch.bytes(i);
    if (segment == 0) {
      one(batch, i, bytes, batch.fullLength(i));
      return;
    }
    for (int end = bytes.limit(); bytes.position() < end; ) {
      int at = bytes.position();
      int length = Math.min(segment, end - at);
      one(batch, i, bytes.limit(at + length), length);
      bytes.limit(end).position(at + length);
    }
  }

  /** Delivers a datagram, or holds it if the handler has paused while others were delivered. */
  private void one(IncomingDatagrams batch, int i, ByteBuffer bytes, int fullLength)
      throws Exception {
    datagramsLeft--;
    bytesLeft -= bytes.remaining();
    int most = socket.options.maxDatagramBytes();
    if (bytes.remaining() > most) { // there was room for what the kernel joins
      bytes.limit(bytes.position() + most);
    }
    if (isWanted()) {
      Datagram datagram = socket.loop.datagrams().datagram;
      datagram.from(batch, i);
      deliver(datagram, bytes, fullLength, beside);
    } else if (socket.isOpen()) {
      hold(batch.address(i), bytes, fullLength);
    }
  }

  private void deliver(
      Datagram datagram, ByteBuffer bytes, int fullLength, @Nullable Ancillary with)
      throws Exception {
    datagram.show(socket, bytes, fullLength, with);
    try {
      socket.handler.onDatagram(socket, datagram);
    } finally {
      datagram.hide();
    }
  }

  /** What came beside it is held with it. */
  private void hold(DatagramAddress from, ByteBuffer bytes, int fullLength) {
    if (held == null) {
      held = new ArrayDeque<>();
    }
    int length = bytes.remaining();
    NativeBuffer copy = socket.loop.pool.take(length);
    copy.bytes.clear().put(bytes);
    held.add(new Held(copy, length, fullLength, from, beside));
    if (beside != null) {
      beside = new Ancillary(socket.options.maxDescriptors());
    }
  }

  private void deliverHeld() throws Exception {
    while (held != null && isWanted()) {
      Held next = held.remove();
      if (held.isEmpty()) {
        held = null;
      }
      datagramsLeft--;
      bytesLeft -= next.length;
      Datagram datagram = socket.loop.datagrams().datagram;
      datagram.from(next.from);
      ByteBuffer bytes = next.bytes.bytes.position(0).limit(next.length);
      try {
        deliver(datagram, bytes, next.fullLength, next.beside);
      } finally {
        letGo(next);
      }
    }
  }

  private void letGo(Held one) {
    socket.loop.pool.give(one.bytes);
    if (one.beside != null) {
      one.beside.close();
    }
  }

  /** The socket is closed: nothing is wanted any more. */
  void close() {
    while (held != null && !held.isEmpty()) {
      letGo(held.remove());
    }
    held = null;
  }
}
