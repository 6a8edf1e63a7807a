package edgewise;

import edgewise.DatagramQueue.Queued;
import edgewise.spi.DatagramAddress;
import edgewise.spi.DatagramPort;
import edgewise.spi.OutgoingDatagrams;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeMap;
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

  private final DatagramSocket socket;
  private final DatagramPort port;
  private final DatagramOptions options;
  private @Nullable DatagramQueue queue;
  private int stagedBytes;
  private int stagedDatagrams;

  /** The descriptors that go with staged messages, by message; null mostly. */
  private @Nullable TreeMap<Integer, List<Descriptor>> passed;

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

  boolean sendToPeer(ByteBuffer bytes, List<Descriptor> descriptors) {
    outgoing().toPeer();
    return send(bytes, descriptors);
  }

  boolean send(ByteBuffer bytes, List<Descriptor> descriptors, Endpoint to) {
    outgoing().to(to);
    return send(bytes, descriptors);
  }

  boolean send(ByteBuffer bytes, DatagramAddress to) {
    outgoing().to(to);
    return send(bytes, List.of());
  }

  boolean reply(ByteBuffer bytes, int received) {
    Datagrams shared = socket.loop.datagrams();
    shared.outgoing.toSender(shared.incoming, received);
    return send(bytes, List.of());
  }

  private OutgoingDatagrams outgoing() {
    return socket.loop.datagrams().outgoing;
  }

  /** To where the memory for staging has been told. */
  private boolean send(ByteBuffer bytes, List<Descriptor> descriptors) {
    if (queue != null) {
      return enqueue(bytes, descriptors, outgoing().destination());
    }
    if (socket.loop.datagrams().isFreeFor(this)
        && !wouldExceed(stagedDatagrams, stagedBytes, bytes.remaining())
        && stage(bytes, descriptors)) {
      return true;
    }
    return sendAfterFlush(bytes, descriptors, outgoing().destination());
  }

  private boolean stage(ByteBuffer bytes, List<Descriptor> descriptors) {
    OutgoingDatagrams staging = outgoing();
    socket.loop.datagrams().begin(this, port);
    if (!staging.stage(bytes, bytes.position(), bytes.remaining())) {
      return false;
    }
    stagedDatagrams++;
    stagedBytes += bytes.remaining();
    if (!descriptors.isEmpty()) {
      passed = passed == null ? new TreeMap<>() : passed;
      passed.put(staging.messages() - 1, descriptors);
      staging.pass(descriptors);
    }
    return true;
  }

  /** To send what was staged uses the memory, so the destination is told again after that. */
  private boolean sendAfterFlush(
      ByteBuffer bytes, List<Descriptor> descriptors, @Nullable DatagramAddress to) {
    sendStaged();
    if (queue != null) {
      return enqueue(bytes, descriptors, to);
    }
    socket.loop.datagrams().begin(this, port);
    toNext(to);
    if (!stage(bytes, descriptors)) {
      unstage();
      descriptors.forEach(Descriptor::close);
      tooLong(bytes.remaining(), to);
    }
    return true;
  }

  private void toNext(@Nullable DatagramAddress to) {
    if (to == null) {
      outgoing().toPeer();
    } else {
      outgoing().to(to);
    }
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

  private boolean enqueue(
      ByteBuffer bytes, List<Descriptor> descriptors, @Nullable DatagramAddress to) {
    if (wouldExceed(queue().datagrams(), queue().bytes(), bytes.remaining())) {
      refused = true;
      return false;
    }
    keep(bytes, descriptors, to);
    blocked &= port.tellsWritable(); // else this receiver may have room
    return true;
  }

  private void keep(ByteBuffer bytes, List<Descriptor> descriptors, @Nullable DatagramAddress to) {
    long deadline = Timers.deadline(socket.loop.nanoTime(), Limits.nanos(options.sendTimeout()));
    queue().add(bytes, to, descriptors, deadline);
  }

  private DatagramQueue queue() {
    if (queue == null) {
      queue = new DatagramQueue(!port.tellsWritable());
    }
    return queue;
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
    if (queue != null && blocked) {
      setTimer(queue);
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
      List<Descriptor> with = passed == null ? null : passed.remove(i);
      int end = bytes.limit();
      for (int left = staged.datagrams(i); left > 0; left--) {
        int length = left == 1 ? end - bytes.position() : staged.segmentBytes(i);
        keep(bytes.limit(bytes.position() + length), with == null ? List.of() : with, to);
        bytes.position(bytes.limit()).limit(end);
      }
    }
  }

  private void unstage() {
    stagedDatagrams = 0;
    stagedBytes = 0;
    if (passed != null) {
      passed.values().forEach(each -> each.forEach(Descriptor::close));
      passed = null;
    }
    socket.loop.datagrams().end();
  }

  // --- what is queued

  /** Sends from the queue until it is empty, the kernel takes no more, or the budget is spent. */
  void sendQueue() {
    if (queue == null || blocked) {
      return;
    }
    int before = queue.datagrams();
    int budget = socket.loop.options.writeBudgetBytes();
    boolean allFull = true;
    for (ArrayDeque<Queued> lane : queue.lanes()) {
      dropExpired(queue, lane);
      budget = sendLane(queue, lane, budget);
      allFull &= budget > 0 || lane.isEmpty();
    }
    queue.sweep();
    blocked = allFull && !queue.isEmpty();
    rest = queue.datagrams() < before ? SHORTEST_REST : doubled(rest);
    if (queue.isEmpty()) {
      queue = null;
      cancelTimer();
    } else {
      setTimer(queue);
    }
  }

  private static Duration doubled(Duration rest) {
    Duration longer = rest.multipliedBy(2);
    return longer.compareTo(LONGEST_REST) < 0 ? longer : LONGEST_REST;
  }

  /** Returns what is left of the budget; something, if the kernel takes no more. */
  private int sendLane(DatagramQueue from, ArrayDeque<Queued> lane, int budget) {
    int left = budget;
    int sent = 0;
    while (!lane.isEmpty() && left > 0 && sent != DatagramPort.WOULD_BLOCK) {
      OutgoingDatagrams staged = stageQueued(lane);
      if (staged.messages() == 0) {
        Queued first = from.remove(lane);
        tooLong(first.length(), first.to());
      }
      sent = 0;
      for (int at = 0; at < staged.messages() && sent >= 0; at += Math.max(sent, 0)) {
        sent = send(staged, at);
        for (int i = at; i < at + sent; i++) {
          for (int done = staged.datagrams(i); done > 0; done--) {
            left -= from.remove(lane).length();
          }
        }
      }
      unstage();
    }
    return sent == DatagramPort.WOULD_BLOCK ? Math.max(left, 1) : left;
  }

  /** Stages as many as there is room for, from the front on. */
  private OutgoingDatagrams stageQueued(ArrayDeque<Queued> lane) {
    OutgoingDatagrams staged = outgoing();
    socket.loop.datagrams().begin(this, port);
    staged.begin(port);
    for (Queued next : lane) {
      toNext(next.to());
      if (!staged.stage(next.bytes(), 0, next.length())) {
        break;
      }
      if (!next.descriptors().isEmpty()) {
        staged.pass(next.descriptors());
      }
    }
    return staged;
  }

  /** Gives up what has waited too long; the oldest are in front. */
  private void dropExpired(DatagramQueue from, ArrayDeque<Queued> lane) {
    long now = socket.loop.nanoTime();
    while (!lane.isEmpty() && lane.getFirst().deadline() - now <= 0) {
      fail(
          from.remove(lane).to(),
          new SocketTimeoutException(
              "send: the datagram was not taken within sendTimeout = " + options.sendTimeout()));
    }
  }

  /** Wakes the socket when the oldest datagram has waited too long, or a rest is over. */
  private void setTimer(DatagramQueue waiting) {
    if (timer == null) {
      timer = socket.loop.timer(this::wake);
    }
    Duration left = Duration.ofNanos(Math.max(0, waiting.nanosLeft(socket.loop.nanoTime())));
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
    return stagedDatagrams > 0 || (queue != null && !blocked);
  }

  boolean isEmpty() {
    return stagedDatagrams == 0 && queue == null;
  }

  /** Whether to ask the poller when the kernel takes more. */
  boolean awaitsWritable() {
    return blocked && port.tellsWritable();
  }

  int datagrams() {
    DatagramQueue waiting = queue; // other threads ask too
    return stagedDatagrams + (waiting == null ? 0 : waiting.datagrams());
  }

  long bytes() {
    DatagramQueue waiting = queue; // other threads ask too
    return (long) stagedBytes + (waiting == null ? 0 : waiting.bytes());
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
    if (queue != null) {
      queue.clear();
      queue = null;
    }
    blocked = false;
    cancelTimer();
  }
}
