package edgewise;

import edgewise.spi.DatagramAddress;
import edgewise.spi.DatagramPort;
import edgewise.spi.OutgoingDatagrams;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a datagram socket. What is sent is first staged in the loop's memory and
 * leaves with one call at the end of the turn; what the kernel does not take is queued, and from
 * then on everything queues behind it, in order (law 9). The queue has limits; beyond them a
 * datagram is refused.
 *
 * <pre>
 *   send --> staged --end of turn--> sendmmsg --the rest--> queue --writable, or later--> sendmmsg
 *     `-------------- while there is a queue ---------------^
 * </pre>
 *
 * <p>An AF_UNIX socket that is not connected is blocked by each receiver for itself, and nothing
 * tells when that is over (unix(7)). There the queue is tried again after a while, and with every
 * turn that adds to it, in order per receiver: who does not read holds nobody else up.
 */
final class DatagramOutput {
  private static final Duration SHORTEST_REST = Duration.ofMillis(1);
  private static final Duration LONGEST_REST = Duration.ofMillis(32);

  /** A datagram in the queue; {@code to} is null for the peer. */
  private record Queued(ByteBuffer bytes, @Nullable DatagramAddress to, long deadline) {}

  private final DatagramSocket socket;
  private final DatagramPort port;
  private final DatagramOptions options;
  private @Nullable ArrayDeque<Queued> queue;
  private int queuedBytes;
  private int stagedBytes;
  private int stagedDatagrams;

  /** The kernel takes no more for now. */
  boolean blocked;

  /** A datagram was refused, and the handler has not been told of room yet. */
  private boolean refused;

  /** Ends a rest, or the wait of the oldest datagram. */
  private @Nullable Timer timer;

  private Duration rest = SHORTEST_REST;

  DatagramOutput(DatagramSocket socket, DatagramPort port, DatagramOptions options) {
    this.socket = socket;
    this.port = port;
    this.options = options;
  }

  // --- sending

  boolean sendToPeer(ByteBuffer bytes) {
    outgoing().toPeer();
    return send(bytes);
  }

  boolean send(ByteBuffer bytes, Endpoint to) {
    outgoing().to(to);
    return send(bytes);
  }

  boolean send(ByteBuffer bytes, DatagramAddress to) {
    outgoing().to(to);
    return send(bytes);
  }

  boolean reply(ByteBuffer bytes, int received) {
    Datagrams shared = socket.loop.datagrams();
    shared.outgoing.toSender(shared.incoming, received);
    return send(bytes);
  }

  private OutgoingDatagrams outgoing() {
    return socket.loop.datagrams().outgoing;
  }

  /** To where the memory for staging has been told. */
  private boolean send(ByteBuffer bytes) {
    int length = bytes.remaining();
    if (!isQueueEmpty()) {
      return enqueue(bytes, outgoing().destination());
    }
    if (wouldExceed(stagedDatagrams, stagedBytes, length)) {
      sendStaged();
    }
    while (isQueueEmpty()) {
      socket.loop.datagrams().begin(this, port);
      if (outgoing().stage(bytes, bytes.position(), length)) {
        stagedDatagrams++;
        stagedBytes += length;
        return true;
      }
      if (stagedDatagrams == 0) {
        tooLong(length, outgoing().destination());
        return true;
      }
      sendStaged();
    }
    return enqueue(bytes, outgoing().destination());
  }

  private boolean wouldExceed(int datagrams, int bytes, int more) {
    return datagrams > 0
        && (datagrams >= options.maxQueuedDatagrams() || bytes > options.maxQueuedBytes() - more);
  }

  private void tooLong(int length, @Nullable DatagramAddress to) {
    String message = "send: EMSGSIZE (Message too long): " + length + " bytes";
    fail(to, new SocketException(message));
  }

  private void fail(@Nullable DatagramAddress to, IOException failure) {
    socket.noteError(to == null ? port.remote() : to.endpoint(), failure);
  }

  private boolean enqueue(ByteBuffer bytes, @Nullable DatagramAddress to) {
    if (wouldExceed(queue().size(), queuedBytes, bytes.remaining())) {
      refused = true;
      return false;
    }
    keep(bytes, to);
    blocked &= port.tellsWritable(); // else this receiver may have room
    return true;
  }

  private void keep(ByteBuffer bytes, @Nullable DatagramAddress to) {
    long deadline = Timers.deadline(socket.loop.nanoTime(), Limits.nanos(options.sendTimeout()));
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
    copy.put(0, bytes, bytes.position(), bytes.remaining());
    queue().add(new Queued(copy, to, deadline));
    queuedBytes += copy.capacity();
  }

  private ArrayDeque<Queued> queue() {
    if (queue == null) {
      queue = new ArrayDeque<>();
    }
    return queue;
  }

  private boolean isQueueEmpty() {
    return queue == null || queue.isEmpty();
  }

  // --- what is staged

  /** Sends what is staged; the rest is queued. */
  void sendStaged() {
    if (stagedDatagrams == 0) {
      return;
    }
    OutgoingDatagrams staged = outgoing();
    int at = 0;
    try {
      while (at < staged.messages()) {
        int sent = send(staged, at);
        if (sent < 0) {
          blocked = sent == DatagramPort.WOULD_BLOCK && port.tellsWritable();
          keepFrom(staged, at);
          break;
        }
        at += sent;
      }
    } finally {
      unstage();
    }
    if (blocked) {
      setTimer();
    } else {
      sendQueue();
    }
  }

  /** How many messages are done with, sent or failed; or why none is. */
  private int send(OutgoingDatagrams staged, int first) {
    try {
      return port.send(staged, first);
    } catch (IOException e) {
      fail(staged.destination(first), e);
      return 1;
    }
  }

  private void keepFrom(OutgoingDatagrams staged, int first) {
    for (int i = first; i < staged.messages(); i++) {
      ByteBuffer bytes = staged.bytes(i);
      DatagramAddress to = staged.destination(i);
      int end = bytes.limit();
      for (int left = staged.datagrams(i); left > 0; left--) {
        int length = left == 1 ? end - bytes.position() : staged.segmentBytes(i);
        keep(bytes.limit(bytes.position() + length), to);
        bytes.position(bytes.limit()).limit(end);
      }
    }
  }

  private void unstage() {
    stagedDatagrams = 0;
    stagedBytes = 0;
    socket.loop.datagrams().end();
  }

  // --- what is queued

  /** Sends from the queue until it is empty, the kernel takes no more, or the budget is spent. */
  void sendQueue() {
    if (isQueueEmpty() || blocked) {
      return;
    }
    int before = queue().size();
    dropExpired();
    if (port.tellsWritable()) {
      sendInOrder();
    } else {
      sendByReceiver();
    }
    rest = queue().size() < before ? SHORTEST_REST : doubled(rest);
    setTimer();
  }

  private static Duration doubled(Duration rest) {
    Duration longer = rest.multipliedBy(2);
    return longer.compareTo(LONGEST_REST) < 0 ? longer : LONGEST_REST;
  }

  private void sendInOrder() {
    int budget = socket.loop.options.writeBudgetBytes();
    while (!isQueueEmpty() && !blocked && budget > 0) {
      OutgoingDatagrams staged = stageQueued(queue());
      if (staged.messages() == 0) {
        Queued oldest = queue().remove();
        removed(oldest);
        tooLong(oldest.bytes.capacity(), oldest.to);
        continue;
      }
      int at = 0;
      int sent = 0;
      while (at < staged.messages() && sent >= 0) {
        sent = send(staged, at);
        for (int i = at; i < at + sent; i++) {
          budget -= staged.bytes(i).remaining();
          for (int done = staged.datagrams(i); done > 0; done--) {
            removed(queue().remove());
          }
        }
        at += Math.max(sent, 0);
      }
      blocked = sent == DatagramPort.WOULD_BLOCK;
      unstage();
    }
  }

  /** Stages as many as there is room for, at least one. */
  private OutgoingDatagrams stageQueued(Iterable<Queued> some) {
    socket.loop.datagrams().begin(this, port);
    OutgoingDatagrams staged = outgoing();
    staged.begin(port);
    for (Queued next : some) {
      if (next.to == null) {
        staged.toPeer();
      } else {
        staged.to(next.to);
      }
      if (!staged.stage(next.bytes, 0, next.bytes.capacity())) {
        break;
      }
    }
    return staged;
  }

  /** Tries the oldest datagram for each receiver, and on until each is blocked or served. */
  private void sendByReceiver() {
    Set<DatagramAddress> full = new HashSet<>();
    for (Iterator<Queued> all = queue().iterator(); all.hasNext(); ) {
      Queued next = all.next();
      DatagramAddress to = Objects.requireNonNull(next.to, "not connected, so it has an address");
      if (!full.contains(to)) {
        OutgoingDatagrams staged = stageQueued(Set.of(next));
        int sent = 1;
        if (staged.messages() == 0) {
          tooLong(next.bytes.capacity(), to);
        } else {
          sent = send(staged, 0);
        }
        unstage();
        if (sent < 0) {
          full.add(to);
        } else {
          all.remove();
          removed(next);
        }
      }
    }
    blocked = !isQueueEmpty();
  }

  private void removed(Queued one) {
    queuedBytes -= one.bytes.capacity();
  }

  /** Gives up what has waited too long; the oldest are in front. */
  private void dropExpired() {
    long now = socket.loop.nanoTime();
    for (Queued oldest = queue().peek();
        oldest != null && oldest.deadline - now <= 0;
        oldest = queue().peek()) {
      removed(queue().remove());
      fail(
          oldest.to,
          new SocketTimeoutException(
              "send: the datagram was not taken within sendTimeout = " + options.sendTimeout()));
    }
  }

  /** Wakes the socket when the oldest datagram has waited too long, or a rest is over. */
  private void setTimer() {
    Queued oldest = queue().peek();
    if (oldest == null) {
      cancelTimer();
      return;
    }
    if (timer == null) {
      timer = socket.loop.timer(this::wake);
    }
    Duration left = Duration.ofNanos(Math.max(0, oldest.deadline - socket.loop.nanoTime()));
    timer.set(port.tellsWritable() || left.compareTo(rest) < 0 ? left : rest);
  }

  private void wake() {
    blocked = false;
    socket.touch();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
    }
  }

  // --- facts

  /** Whether a turn would find something to do. */
  boolean hasWork() {
    return stagedDatagrams > 0 || (!isQueueEmpty() && !blocked);
  }

  boolean isEmpty() {
    return stagedDatagrams == 0 && isQueueEmpty();
  }

  /** Whether to ask the poller when the kernel takes more. */
  boolean awaitsWritable() {
    return blocked && port.tellsWritable();
  }

  int datagrams() {
    return stagedDatagrams + (queue == null ? 0 : queue.size());
  }

  long bytes() {
    return (long) stagedBytes + queuedBytes;
  }

  /** Whether there is room again after a refusal; true once per refusal. */
  boolean hasRoomAgain() {
    boolean room =
        refused
            && datagrams() <= options.maxQueuedDatagrams() / 2
            && bytes() <= options.maxQueuedBytes() / 2;
    refused &= !room;
    return room;
  }

  /** Drops everything. */
  void drop() {
    if (stagedDatagrams > 0) {
      unstage();
    }
    queue = null;
    queuedBytes = 0;
    blocked = false;
    cancelTimer();
  }
}
