package edgewise;

import static edgewise.spi.Readiness.ERROR;
import static edgewise.spi.Readiness.HUP;
import static edgewise.spi.Readiness.PEER_HANGUP;
import static edgewise.spi.Readiness.READ;
import static edgewise.spi.Readiness.WRITE;

import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stream connection, TCP or AF_UNIX, accepted or outgoing. It owns its socket and belongs to one
 * loop for life; all methods must be called on that loop's thread, else they throw {@link
 * WrongThreadException}. From elsewhere use {@link EventLoop#execute}.
 *
 * <pre>
 *  CONNECTING --connected--> OPEN --END received--> OPEN, INPUT_ENDED --shutdownOutput--> CLOSED
 *      |                      |  `--shutdownOutput--> OPEN, OUTPUT_SHUT --END received------^  ^
 *      |                      `--close()--> CLOSING --queue sent, or closeTimeout--------------+
 *      `--failure, abort(), or a handler's exception, from any state---------------------------'
 * </pre>
 *
 * <p>One turn of a connection is: send what was blocked, deliver what the handler left, receive
 * until the kernel has no more, the handler pauses or the budget is spent, then send what was
 * written. The handler is never called from inside one of its own calls: {@code onClose} after
 * {@code close()} comes at the end of the turn.
 */
public final class Connection extends Channel implements AutoCloseable {
  // Bits of state.
  private static final int CONNECTING = 1;

  /** An event has told of bytes, and no receive has said WOULD_BLOCK since. */
  private static final int READABLE = 1 << 1;

  private static final int PAUSED = 1 << 2;
  private static final int INPUT_ENDED = 1 << 3;

  /** The queue does not move: wait for WRITE. */
  private static final int BLOCKED = 1 << 4;

  private static final int SHUT_WANTED = 1 << 5;
  private static final int OUTPUT_SHUT = 1 << 6;
  private static final int CLOSING = 1 << 7;
  private static final int CLOSED = 1 << 8;
  private static final int CLOSE_TOLD = 1 << 9;

  /** PEER_HANGUP or HUP was seen; it stays true, so it is not asked for again. */
  private static final int HUNG_UP = 1 << 10;

  private static final int HANGUP_TOLD = 1 << 11;

  /** HUP or ERROR was seen: the state of the socket is final. */
  private static final int BROKEN = 1 << 12;

  private static final int IN_TURN = 1 << 13;
  private static final int ABOVE_HIGH = 1 << 14;

  /** Reading was resumed: what the handler left is to be delivered again. */
  private static final int REDELIVER = 1 << 15;

  /** What comes is thrown away: {@link #closeLingering}. */
  private static final int DISCARDING = 1 << 16;

  /** The kernel disarmed the registration with its last event. */
  private static final int DISARMED = 1 << 17;

  /** The listener's queue is full: connect again soon, and ask the poller for nothing. */
  private static final int RETRYING = 1 << 18;

  private static final Duration CONNECT_RETRY = Duration.ofMillis(2);

  private static final int NOT_REGISTERED = -1;

  private final StreamSocket socket;
  private final ConnectionOptions options;
  private final Trigger trigger;
  private final @Nullable Listener listener;
  private Handler handler;
  private int state;
  private int registered = NOT_REGISTERED;

  // What the handler left: from start to end of a borrowed buffer.
  private @Nullable NativeBuffer unconsumed;
  private int unconsumedStart;
  private int unconsumedEnd;

  private @Nullable Backlog backlog;
  private @Nullable Timer deadline;
  private @Nullable Throwable cause;

  // The outbox's notes about this writer.
  int firstRun = Outbox.NONE;
  int lastRun = Outbox.NONE;
  int stagedBytes;
  int writerIndex;

  private Connection(
      EventLoop loop,
      StreamSocket socket,
      ConnectionOptions options,
      @Nullable Listener listener,
      Handler handler) {
    super(loop);
    this.socket = socket;
    this.options = options;
    this.trigger = loop.triggerOr(options.trigger());
    this.listener = listener;
    this.handler = handler;
  }

  // --- becoming open

  /** Takes over an accepted socket; on failure it is closed, and that is logged. */
  static void accepted(EventLoop loop, StreamSocket socket, Listener listener) {
    ConnectionOptions options = listener.options.connections();
    var connection = new Connection(loop, socket, options, listener, NO_HANDLER);
    connection.state = IN_TURN;
    loop.opened(connection);
    try {
      connection.handler = listener.acceptor.accept(connection);
      connection.handler.onOpen(connection);
    } catch (Throwable t) {
      connection.handlerFailed(t);
    }
    connection.state &= ~IN_TURN;
    connection.settle();
  }

  /** Starts to connect; the outcome comes to the handler, also if it is known at once. */
  static Connection connecting(
      EventLoop loop, Endpoint remote, ConnectionOptions options, Handler handler)
      throws IOException {
    StreamSocket socket = loop.poller.connect(remote, options);
    var connection = new Connection(loop, socket, options, null, handler);
    connection.state = CONNECTING;
    loop.opened(connection);
    connection.deadline = loop.timer(connection::connectTimedOut);
    connection.deadline.set(options.connectTimeout());
    loop.requeue(connection);
    return connection;
  }

  private static final Handler NO_HANDLER =
      (connection, in) -> {
        throw new IllegalStateException("no handler yet");
      };

  private void finishConnect() throws Exception {
    StreamSocket.Progress progress;
    try {
      progress = socket.finishConnect();
    } catch (IOException e) {
      release(e);
      return;
    }
    state &= ~RETRYING;
    switch (progress) {
      case PENDING -> {}
      case TRY_AGAIN -> {
        state |= RETRYING;
        loop.timer(() -> loop.requeue(this)).set(CONNECT_RETRY);
      }
      case DONE -> {
        state &= ~(CONNECTING | HUNG_UP | BROKEN);
        cancelDeadline();
        handler.onOpen(this);
      }
    }
  }

  private void connectTimedOut() {
    release(
        new SocketTimeoutException(
            "connect: no answer within " + options.connectTimeout().toMillis() + " ms"));
  }

  // --- a turn

  @Override
  void onReady(int readiness) {
    if ((readiness & ~WRITE) != 0) {
      state |= READABLE;
    }
    if ((readiness & ~READ) != 0) {
      noteMoreThanBytes(readiness);
    }
    if (trigger == Trigger.ONESHOT) {
      state |= DISARMED;
    }
    if (!queued) {
      turn();
    }
  }

  private void noteMoreThanBytes(int readiness) {
    if ((readiness & (WRITE | HUP | ERROR)) != 0) {
      state &= ~BLOCKED;
    }
    if ((readiness & (PEER_HANGUP | HUP)) != 0) {
      state |= HUNG_UP;
    }
    if ((readiness & (HUP | ERROR)) != 0) {
      state |= BROKEN;
    }
  }

  @Override
  void turn() {
    state |= IN_TURN;
    try {
      if (is(CONNECTING) && !is(CLOSED)) {
        finishConnect();
      }
      if (!is(CONNECTING | CLOSED)) {
        sendBacklog();
        receive();
        heedHangup();
      }
    } catch (Throwable t) {
      handlerFailed(t);
    }
    state &= ~IN_TURN;
    settle();
  }

  /** The end of a turn: sends, closes, tells, and asks the poller for what is needed next. */
  private void settle() {
    sendStaged(false);
    tellWritable();
    finishClosing();
    if (is(CLOSED)) {
      tellClosed();
      return;
    }
    if (hasWorkLeft()) {
      loop.requeue(this);
    }
    try {
      updateInterest();
    } catch (IOException e) {
      release(e);
      tellClosed();
    }
  }

  private boolean hasWorkLeft() {
    return canReceive()
        || (is(REDELIVER) && wantsInput())
        || stagedBytes > 0
        || (backlog != null && !is(BLOCKED));
  }

  private void updateInterest() throws IOException {
    int wanted = interest();
    if (wanted == registered && (!is(DISARMED) || queued)) {
      return;
    }
    if (registered == NOT_REGISTERED) {
      loop.poller.register(socket, this, wanted, trigger);
    } else {
      socket.interest(wanted);
    }
    registered = wanted;
    state &= ~DISARMED;
  }

  /**
   * What to ask the poller for. Under EDGE reading stays on while paused: an edge costs nothing and
   * is noted. Under LEVEL it would spin, so it is taken off, and what is final (a hang-up, an
   * error) is not asked for again: a registration with no bit at all is silent.
   */
  private int interest() {
    if (is(CONNECTING)) {
      return is(RETRYING) ? 0 : WRITE | ERROR;
    }
    int wanted = is(BROKEN) ? 0 : ERROR;
    boolean reading = !is(INPUT_ENDED) && (trigger == Trigger.EDGE || wantsInput());
    if (reading) {
      wanted |= READ;
    }
    if (!is(INPUT_ENDED | HUNG_UP)) {
      wanted |= PEER_HANGUP;
    }
    if (is(BLOCKED)) {
      wanted |= WRITE;
    }
    return wanted;
  }

  // --- receiving

  private boolean wantsInput() {
    return !is(INPUT_ENDED | CLOSED | CONNECTING) && (is(DISCARDING) || !is(PAUSED | CLOSING));
  }

  private boolean canReceive() {
    return is(READABLE) && wantsInput();
  }

  /**
   * Drains the socket: until WOULD_BLOCK, the end, a pause, or the budget of this turn is spent.
   */
  private void receive() throws Exception {
    redeliver();
    int bytes = loop.options.readBudgetBytes();
    int calls = loop.options.readBudgetCalls();
    while (canReceive() && bytes > 0 && calls > 0) {
      NativeBuffer into = receiveBuffer();
      int at = into == unconsumed ? unconsumedEnd : 0;
      int room = into.capacity() - at;
      int count;
      try {
        count = socket.receive(into, at, room);
      } catch (IOException e) {
        release(e);
        return;
      }
      calls--;
      if (count == StreamSocket.WOULD_BLOCK) {
        state &= ~READABLE;
      } else if (count == StreamSocket.END) {
        endOfInput();
      } else {
        bytes -= count;
        if (count < room && trigger != Trigger.EDGE && !is(HUNG_UP)) {
          state &= ~READABLE; // the poller will say so if there is more
        }
        received(into, at + count);
      }
    }
  }

  /**
   * The loop's buffer, or, while a message is incomplete, the borrowed one with room at its end.
   */
  private NativeBuffer receiveBuffer() {
    NativeBuffer kept = unconsumed;
    if (kept == null) {
      return loop.receiveBuffer;
    }
    int length = unconsumedEnd - unconsumedStart;
    if (unconsumedEnd > kept.capacity() / 2) {
      NativeBuffer roomy = kept;
      if (length > kept.capacity() / 2) {
        roomy = loop.pool.take(kept.capacity() * 2);
      }
      roomy.bytes.put(0, kept.bytes, unconsumedStart, length);
      if (roomy != kept) {
        loop.pool.give(kept);
      }
      unconsumed = roomy;
      unconsumedStart = 0;
      unconsumedEnd = length;
      return roomy;
    }
    return kept;
  }

  private void received(NativeBuffer into, int end) throws Exception {
    if (is(DISCARDING)) {
      return;
    }
    if (into == unconsumed) {
      unconsumedEnd = end;
      deliverUnconsumed();
      return;
    }
    ByteBuffer in = into.bytes.limit(end).position(0);
    handler.onData(this, in);
    if (in.hasRemaining() && !is(CLOSED | CLOSING)) {
      keep(in);
    }
  }

  private void keep(ByteBuffer in) {
    int length = in.remaining();
    checkUnconsumed(length);
    NativeBuffer kept = loop.pool.take(length * 2);
    kept.bytes.put(0, in, in.position(), length);
    unconsumed = kept;
    unconsumedStart = 0;
    unconsumedEnd = length;
  }

  private void deliverUnconsumed() throws Exception {
    NativeBuffer kept = unconsumed;
    if (kept == null) {
      return;
    }
    ByteBuffer in = kept.bytes.limit(unconsumedEnd).position(unconsumedStart);
    handler.onData(this, in);
    if (kept != unconsumed) {
      return; // closed meanwhile
    }
    state &= ~REDELIVER; // resumed in this very call: what that leaves waits for more bytes
    unconsumedStart = in.position();
    unconsumedEnd = in.limit();
    if (in.hasRemaining()) {
      checkUnconsumed(in.remaining());
    } else {
      dropUnconsumed();
    }
  }

  private void checkUnconsumed(int length) {
    if (length > options.maxUnconsumedBytes()) {
      release(
          new IOException(
              "the handler left "
                  + length
                  + " bytes, more than maxUnconsumedBytes = "
                  + options.maxUnconsumedBytes(),
              new BufferOverflowException()));
    }
  }

  private void dropUnconsumed() {
    if (unconsumed != null) {
      loop.pool.give(unconsumed);
      unconsumed = null;
    }
  }

  private void redeliver() throws Exception {
    if (is(REDELIVER) && wantsInput()) {
      state &= ~REDELIVER;
      deliverUnconsumed();
    }
  }

  private void endOfInput() throws Exception {
    state = (state & ~READABLE) | INPUT_ENDED;
    dropUnconsumed();
    if (!is(DISCARDING)) {
      handler.onEnd(this);
    }
  }

  /** Acts on hang-ups and errors that no receive will tell of (law 6). */
  private void heedHangup() throws Exception {
    if (is(CLOSED) || !is(HUNG_UP | BROKEN) || canReceive()) {
      return;
    }
    if (is(BROKEN)) {
      IOException error = socket.takeError();
      if (error != null) {
        release(error);
        return;
      }
      if (is(INPUT_ENDED)) {
        release(queuedBytes() == 0 ? null : new IOException("EPIPE: the peer has closed"));
        return;
      }
    }
    if (is(HUNG_UP) && is(PAUSED) && !is(HANGUP_TOLD | INPUT_ENDED | CLOSING)) {
      state |= HANGUP_TOLD;
      handler.onPeerHangup(this);
    }
  }

  /**
   * Stops reading: the handler gets no more data, and not the end either, until {@link #resume}. A
   * call in {@code onData} takes effect when that returns; what it leaves is kept. The kernel's
   * receive buffer then fills, and the peer has to wait.
   */
  public void pause() {
    loop.checkThread();
    state |= PAUSED;
    touch();
  }

  /**
   * Goes on reading: first what the handler left, then what has come meanwhile. In {@code onData} it
   * only takes back a pause: what that call leaves waits for more bytes, as always.
   */
  public void resume() {
    loop.checkThread();
    if (is(PAUSED)) {
      state &= ~PAUSED;
      if (unconsumed != null) {
        state |= REDELIVER;
      }
      touch();
    }
  }

  /** Whether reading is paused. */
  public boolean isPaused() {
    return is(PAUSED);
  }

  // --- sending

  /**
   * Writes the bytes from position to limit, in the order of the calls, and without blocking: they
   * leave at the end of this turn, or when the peer takes them. The buffer may be reused on return.
   *
   * @return whether to go on: false while more than {@link ConnectionOptions#highWaterBytes()} are
   *     queued, until {@link Handler#onWritable}
   * @throws IllegalStateException if the connection is closed, closing, or its output is shut
   */
  public boolean write(ByteBuffer bytes) {
    checkWritable();
    int from = bytes.position();
    int end = bytes.limit();
    while (from < end && !is(CLOSED)) {
      int room = backlog == null ? room() : end - from;
      int count = Math.min(room, end - from);
      if (backlog != null) {
        backlog.add(bytes, from, count);
      } else if (count > 0) {
        loop.outbox.stage(this, bytes, from, count);
      }
      from += count;
    }
    bytes.position(end);
    return afterWrite();
  }

  /** Writes a part of an array, as {@link #write(ByteBuffer)}. */
  public boolean write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    checkWritable();
    int from = offset;
    int end = offset + length;
    while (from < end && !is(CLOSED)) {
      int room = backlog == null ? room() : end - from;
      int count = Math.min(room, end - from);
      if (backlog != null) {
        backlog.add(bytes, from, count);
      } else if (count > 0) {
        loop.outbox.stage(this, bytes, from, count);
      }
      from += count;
    }
    return afterWrite();
  }

  /** Writes an array, as {@link #write(ByteBuffer)}. */
  public boolean write(byte[] bytes) {
    return write(bytes, 0, bytes.length);
  }

  /** Room in the outbox; makes some by sending what is staged, which may leave a backlog. */
  private int room() {
    int room = loop.outbox.room();
    if (room <= 0) {
      loop.sendAllStaged();
      return backlog == null && !is(CLOSED) ? loop.outbox.room() : 0;
    }
    return room;
  }

  /**
   * Sends a region of a file after what was written before, by sendfile(2) where there is one. The
   * file is held until then; the caller may close it at once.
   *
   * <p>If the file turns out to be shorter, the connection is closed with an EOFException, since
   * the peer was promised more.
   *
   * @return as {@link #write(ByteBuffer)}; the bytes of the file count as queued
   */
  public boolean sendFile(OpenFile file, long position, long count) {
    Objects.checkFromIndexSize(position, count, Long.MAX_VALUE);
    checkWritable();
    if (count > 0) {
      sendStaged(true);
      if (!is(CLOSED)) {
        backlog().add(file, position, count);
        sendBacklog();
      }
    }
    return afterWrite();
  }

  private void checkWritable() {
    loop.checkThread();
    if (is(CLOSED | CLOSING | SHUT_WANTED | CONNECTING)) {
      throw new IllegalStateException("cannot write: the connection is " + stateName());
    }
  }

  private String stateName() {
    if (is(CLOSED)) {
      return "closed";
    }
    return is(CLOSING) ? "closing" : is(CONNECTING) ? "not connected yet" : "shut for output";
  }

  private boolean afterWrite() {
    if (backlog != null && backlog.memoryBytes() > options.maxQueuedBytes()) {
      release(
          new IOException(
              "more than maxQueuedBytes = "
                  + options.maxQueuedBytes()
                  + " are queued: the peer reads too slowly; heed the result of write"));
    }
    boolean high = queuedBytes() > options.highWaterBytes();
    if (high) {
      state |= ABOVE_HIGH;
    }
    if (!is(IN_TURN)) {
      touch();
    }
    return !high && !is(CLOSED);
  }

  private Backlog backlog() {
    if (backlog == null) {
      backlog = new Backlog(loop.pool);
    }
    return backlog;
  }

  /** Sends what is staged with one call; what the kernel does not take becomes the backlog. */
  void sendStaged(boolean more) {
    if (stagedBytes == 0) {
      return;
    }
    try {
      int sent = loop.outbox.send(this, socket, more);
      if (sent < stagedBytes) {
        loop.outbox.moveRest(this, sent, backlog());
        state |= BLOCKED;
      }
      loop.outbox.drop(this);
    } catch (IOException e) {
      release(e);
    }
  }

  private void sendBacklog() {
    if (backlog == null || is(BLOCKED | CLOSED)) {
      return;
    }
    try {
      if (backlog.send(socket, loop.options.writeBudgetBytes())) {
        state |= BLOCKED;
      }
      if (backlog.isEmpty()) {
        backlog = null;
      }
    } catch (IOException e) {
      release(e);
    }
  }

  private void tellWritable() {
    if (is(ABOVE_HIGH) && !is(CLOSED | CLOSING) && queuedBytes() <= options.lowWaterBytes()) {
      state &= ~ABOVE_HIGH;
      state |= IN_TURN;
      try {
        handler.onWritable(this);
      } catch (Throwable t) {
        handlerFailed(t);
      }
      state &= ~IN_TURN;
    }
  }

  /** Bytes written but not yet taken by the kernel, those of files included. */
  public long queuedBytes() {
    return stagedBytes + (backlog == null ? 0 : backlog.bytes());
  }

  // --- ending

  /**
   * Ends this direction: what is queued is sent, then a FIN. The peer's bytes still come. When both
   * directions have ended the connection closes. Harmless when repeated.
   */
  public void shutdownOutput() {
    loop.checkThread();
    if (!is(CLOSED | CLOSING | SHUT_WANTED)) {
      state |= SHUT_WANTED;
      touch();
    }
  }

  /**
   * Closes after what is queued has been sent, or after {@link ConnectionOptions#closeTimeout()}.
   * No more data is delivered. If bytes of the peer are waiting unread the kernel answers them with
   * a reset, which can overtake what was sent; see {@link #closeLingering}.
   */
  @Override
  public void close() {
    loop.checkThread();
    if (is(CONNECTING)) {
      release(null);
    } else if (!is(CLOSED | CLOSING)) {
      state |= CLOSING;
      touch();
    }
  }

  /**
   * Closes so that the peer can read what was sent although it may still be sending: sends what is
   * queued and a FIN, throws away what comes, and closes when the peer has ended too or the time is
   * over. RFC 9112 section 9.6 describes why.
   */
  public void closeLingering(Duration atMost) {
    loop.checkThread();
    if (!is(CLOSED | CLOSING | CONNECTING)) {
      state |= SHUT_WANTED | DISCARDING | CLOSING;
      state &= ~REDELIVER;
      dropUnconsumed();
      startDeadline(atMost);
      touch();
    }
  }

  /** Closes at once and drops what is queued; the peer of a TCP connection sees a reset. */
  public void abort() {
    loop.checkThread();
    if (!is(CLOSED)) {
      socket.abort();
      release(null);
    }
  }

  private void startDeadline(Duration atMost) {
    if (deadline == null) {
      deadline = loop.timer(this::closeTimedOut);
    }
    deadline.set(atMost);
  }

  private void closeTimedOut() {
    if (queuedBytes() == 0) {
      release(null);
    } else {
      socket.abort();
      release(
          new SocketTimeoutException("close: the peer left " + queuedBytes() + " bytes unread"));
    }
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel();
      deadline = null;
    }
  }

  /** Once the queue is empty: the FIN that was asked for, and the close. */
  private void finishClosing() {
    if (is(CLOSED) || !is(SHUT_WANTED | CLOSING)) {
      return;
    }
    if (queuedBytes() > 0) {
      if (is(CLOSING) && deadline == null) {
        startDeadline(options.closeTimeout());
      }
      return;
    }
    if (is(SHUT_WANTED) && !is(OUTPUT_SHUT)) {
      state |= OUTPUT_SHUT;
      try {
        socket.shutdownOutput();
      } catch (IOException e) {
        release(e);
        return;
      }
    }
    boolean bothEnded = is(OUTPUT_SHUT) && is(INPUT_ENDED);
    if (bothEnded || (is(CLOSING) && !is(DISCARDING))) {
      release(null);
    }
  }

  /** Gives everything back; the handler is told at the end of the turn. */
  private void release(@Nullable Throwable why) {
    if (is(CLOSED)) {
      return;
    }
    state |= CLOSED;
    cause = why;
    cancelDeadline();
    loop.outbox.drop(this);
    if (backlog != null) {
      backlog.clear();
      backlog = null;
    }
    dropUnconsumed();
    socket.close();
    loop.closed(this);
    touch();
  }

  private void tellClosed() {
    if (is(CLOSE_TOLD)) {
      return;
    }
    state |= CLOSE_TOLD;
    if (listener != null) {
      listener.connectionClosed();
    }
    try {
      handler.onClose(this, cause);
    } catch (Throwable t) {
      loop.log.warn("onClose of {} failed", handler, t);
    }
  }

  private void handlerFailed(Throwable t) {
    loop.log.warn("the handler of a connection failed; the connection is closed", t);
    release(t);
  }

  @Override
  void stop() {
    if (is(CLOSED)) {
      return;
    }
    if (is(CONNECTING)) {
      release(null);
    } else {
      state |= IN_TURN;
      try {
        handler.onStop(this);
      } catch (Throwable t) {
        handlerFailed(t);
      }
      state &= ~IN_TURN;
      touch();
    }
  }

  @Override
  void end(@Nullable Throwable why) {
    release(why);
    tellClosed();
  }

  // --- facts

  private boolean is(int anyOf) {
    return (state & anyOf) != 0;
  }

  /** Has the loop give this connection a turn, if it is not having one. */
  private void touch() {
    if (!is(IN_TURN)) {
      loop.requeue(this);
    }
  }

  /** Whether it can be written to: connected, and neither closed nor closing. */
  public boolean isOpen() {
    return !is(CLOSED | CLOSING | CONNECTING);
  }

  /** The loop that it belongs to. */
  public EventLoop loop() {
    return loop;
  }

  /** Replaces the handler, as after an upgrade of the protocol; takes effect with the next call. */
  public void handler(Handler next) {
    loop.checkThread();
    handler = next;
  }

  /** The address of this end; getsockname(2). */
  public Endpoint local() throws IOException {
    loop.checkThread();
    return socket.local();
  }

  /** The address of the other end; getpeername(2). */
  public Endpoint remote() throws IOException {
    loop.checkThread();
    return socket.remote();
  }

  /**
   * Sets an option of {@link java.net.StandardSocketOptions} or {@link LinuxOptions}.
   *
   * @throws UnsupportedOperationException if the backend does not know it
   */
  public <T> Connection option(SocketOption<T> option, T value) throws IOException {
    loop.checkThread();
    socket.option(option, value);
    return this;
  }

  /** Reads an option; see {@link #option(SocketOption, Object)}. */
  public <T> T option(SocketOption<T> option) throws IOException {
    loop.checkThread();
    return socket.option(option);
  }

  @Override
  public String toString() {
    return "Connection[" + socket + (is(CLOSED) ? ", closed]" : "]");
  }
}
