package edgewise;

import static edgewise.spi.Readiness.ERROR;
import static edgewise.spi.Readiness.HUP;
import static edgewise.spi.Readiness.WRITE;

import edgewise.spi.Backend;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection, accepted, outgoing or adopted: a stream over TCP or AF_UNIX, or messages over
 * AF_UNIX ({@link SocketType#SEQPACKET}). It owns its socket and belongs to one loop for life; all
 * methods must be called on that loop's thread, else they throw {@link WrongThreadException}. From
 * elsewhere use {@link EventLoop#execute}. Only the plain questions ({@link #isOpen}, {@link
 * #isPaused}, {@link #queuedBytes}) answer to any thread, and there the answer may lag.
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
  // A long file for what users may call, and its documentation. Behind it, and where each state of
  // the diagram is kept: CONNECTING in Connecting, INPUT_ENDED in Input, OUTPUT_SHUT and CLOSING in
  // Ending, what is queued in Output. Here is the turn that moves them all.

  private static final int NOT_REGISTERED = -1;

  private static final Handler NO_HANDLER =
      (connection, in) -> {
        throw new IllegalStateException("no handler yet");
      };

  final ConnectionOptions options;
  final Trigger trigger;
  Handler handler;
  private final StreamSocket socket;
  private final @Nullable Listener listener;
  private final Input input;
  private final Output output;
  private int registered = NOT_REGISTERED;

  /** Null once it is open, and if it was accepted; if the connect fails it stays. */
  private @Nullable Connecting connecting;

  /** Null until an end is asked for. */
  private @Nullable Ending ending;

  private @Nullable Throwable cause;
  private boolean closed;
  private boolean closeTold;

  /** Inside a turn, whose end will look at everything. */
  private boolean inTurn;

  /** The kernel disarmed the registration with its last event. */
  private boolean disarmed;

  private Connection(
      EventLoop loop,
      StreamSocket socket,
      ConnectionOptions options,
      @Nullable Listener listener,
      Handler handler) {
    super(loop);
    this.socket = socket;
    this.options = options;
    this.trigger = loop.requirements.triggerOr(options.trigger());
    this.listener = listener;
    this.handler = handler;
    this.input = new Input(this, socket);
    this.output = new Output(this, socket);
  }

  // --- becoming open

  /** Takes over an accepted socket; on failure it is closed, and that is logged. */
  static void accepted(EventLoop loop, StreamSocket socket, Listener listener) {
    ConnectionOptions options = listener.options.connections();
    Connection connection;
    try {
      connection = new Connection(loop, socket, options, listener, NO_HANDLER);
    } catch (Throwable t) { // no memory
      socket.close();
      listener.connectionClosed();
      throw t;
    }
    connection.inTurn = true;
    loop.opened(connection);
    try {
      connection.handler = listener.acceptor.accept(connection);
      connection.tellOpen();
    } catch (Throwable t) {
      connection.handlerFailed(t);
    }
    connection.endTurn();
  }

  /** Takes over a socket that connects; the outcome comes to the handler, but not at once. */
  static Connection connecting(
      EventLoop loop, StreamSocket socket, ConnectionOptions options, Handler handler) {
    Connection connection;
    try {
      connection = new Connection(loop, socket, options, null, handler);
      connection.connecting = new Connecting(connection, socket);
    } catch (Throwable t) { // no memory
      socket.close();
      throw t;
    }
    loop.opened(connection);
    loop.requeue(connection);
    return connection;
  }

  /** The connect has succeeded. */
  void connected() throws Exception {
    connecting = null;
    input.forgetHangup();
    tellOpen();
  }

  private void tellOpen() throws Exception {
    handler.onOpen(this);
    if (loop.isStopping() && isLive()) {
      handler.onStop(this); // it has come too late to be told with the others
    }
  }

  // --- a turn

  @Override
  void onReady(int readiness) {
    if ((readiness & ~WRITE) != 0) {
      input.note(readiness);
    }
    if ((readiness & (WRITE | HUP | ERROR)) != 0) {
      output.blocked = false;
    }
    if (trigger == Trigger.ONESHOT) {
      disarmed = true;
    }
    if (!queued) {
      turn();
    }
  }

  @Override
  void turn() {
    inTurn = true;
    try {
      if (connecting != null && !closed) {
        connecting.proceed();
      }
      if (connecting == null && !closed) {
        output.sendBacklog();
        input.receive();
        input.heedHangup();
      }
    } catch (Throwable t) {
      handlerFailed(t);
    }
    endTurn();
  }

  /** Sends what was written, closes, tells, and asks the poller for what is needed next. */
  private void endTurn() {
    try {
      output.sendStaged(false);
      tellWritable();
      if (ending != null && !closed) {
        ending.proceed();
      }
      if (!closed) {
        if (connecting == null && (input.hasWork() || output.hasWork())) {
          loop.requeue(this);
        }
        updateInterest();
      }
    } catch (Throwable t) { // such as no memory for the backlog: this connection's failure alone
      release(t);
    }
    inTurn = false;
    if (closed) {
      tellClosed();
    }
  }

  private void updateInterest() throws IOException {
    int wanted = interest();
    if (wanted == registered && (!disarmed || queued || wanted == 0)) {
      return;
    }
    if (registered == NOT_REGISTERED) {
      loop.poller.register(socket, this, wanted, trigger);
    } else {
      socket.interest(wanted);
    }
    registered = wanted;
    disarmed = false;
  }

  private int interest() {
    if (connecting != null) {
      return connecting.interest();
    }
    return input.interest() | (output.blocked ? WRITE : 0);
  }

  /**
   * Sending has failed: the peer is gone. What it sent before is still delivered, unless nobody
   * wants it, and then the connection closes with that cause (law 6). In a turn of its own, since
   * whoever writes to it from another's may not be done.
   */
  void sendFailed(IOException e) {
    input.readable = true;
    if (!inTurn || (input.hasWork() && !input.discarding)) {
      touch();
    } else {
      release(e);
    }
  }

  // --- reading

  /**
   * Stops reading: the handler gets no more data, and not the end either, until {@link #resume}. A
   * call in {@code onData} takes effect when that returns; what it leaves is kept. The kernel's
   * receive buffer then fills, and the peer has to wait.
   */
  public void pause() {
    loop.checkThread();
    input.paused = true;
    touch();
  }

  /**
   * Goes on reading: first what the handler left, then what has come meanwhile. In {@code onData}
   * it only takes back a pause: what that call leaves waits for more bytes, as always.
   */
  public void resume() {
    loop.checkThread();
    if (input.paused) {
      input.resume();
      touch();
    }
  }

  /** Whether reading is paused. */
  public boolean isPaused() {
    return input.paused;
  }

  // --- what comes beside the bytes

  /**
   * Takes the next of the descriptors that the peer has passed; its owner is the caller. It is
   * close-on-exec, and there as soon as the byte that it was sent with is delivered. What is not
   * taken is closed with the connection; until then it counts against the limit, so a handler that
   * waits for the rest of a message takes its descriptors all the same.
   *
   * @return null if none is waiting
   * @see ConnectionOptions#maxDescriptors()
   */
  public @Nullable Descriptor takeDescriptor() {
    loop.checkThread();
    return input.beside == null ? null : input.beside.descriptors.poll();
  }

  /**
   * In {@link Handler#onData}: who sent the newest of the bytes; SCM_CREDENTIALS, unix(7). Bytes of
   * two senders never come in one receive.
   *
   * @return null unless {@link ConnectionOptions#passCredentials()} is on
   */
  public @Nullable PeerCredentials senderCredentials() {
    loop.checkThread();
    return input.beside == null ? null : input.beside.sender;
  }

  /**
   * Who connected, or, at the connecting end, who listened; SO_PEERCRED, unix(7). As it was then,
   * whoever uses the socket since.
   *
   * @throws UnsupportedOperationException if the backend cannot tell
   * @throws IOException if it is not an AF_UNIX connection
   */
  public PeerCredentials peerCredentials() throws IOException {
    loop.checkThread();
    loop.requirements.check(Backend.Feature.PEER_CREDENTIALS, "peer credentials");
    return socket.peerCredentials();
  }

  /**
   * A pidfd of the process of {@link #peerCredentials}: readable once that has ended, and never
   * another process; SO_PEERPIDFD.
   *
   * @throws UnsupportedOperationException if the backend or the kernel (before Linux 6.5) lacks it
   */
  public Descriptor peerProcess() throws IOException {
    loop.checkThread();
    loop.requirements.check(Backend.Feature.PEER_CREDENTIALS, "a descriptor of the peer's process");
    return socket.peerProcess();
  }

  // --- writing

  /**
   * Writes the bytes from position to limit, in the order of the calls, and without blocking: they
   * leave at the end of this turn, long pieces of what was just received at once, or when the peer
   * takes them. The buffer may be reused on return.
   *
   * @return whether to go on: false while more than {@link ConnectionOptions#highWaterBytes()} are
   *     queued, until {@link Handler#onWritable}
   * @throws IllegalStateException if the connection is closed, closing, or its output is shut
   */
  public boolean write(ByteBuffer bytes) {
    checkWritable();
    output.write(bytes, bytes.position(), bytes.remaining());
    bytes.position(bytes.limit());
    return afterWrite();
  }

  /** Writes a part of an array, as {@link #write(ByteBuffer)}. */
  public boolean write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    checkWritable();
    output.write(bytes, offset, length);
    return afterWrite();
  }

  /** Writes an array, as {@link #write(ByteBuffer)}. */
  public boolean write(byte[] bytes) {
    return write(bytes, 0, bytes.length);
  }

  /**
   * Writes bytes, as {@link #write(ByteBuffer)}, and passes descriptors along with the first of
   * them; SCM_RIGHTS, unix(7). The other end gets duplicates, no later than that byte, and in this
   * order. AF_UNIX only.
   *
   * <p>The descriptors are taken from the objects given, and belong to this connection from now on:
   * it closes them when they are sent, or when it ends. To keep one, pass a duplicate ({@link
   * edgewise.spi.Backend#duplicate}).
   *
   * @param bytes at least one
   * @param descriptors at most {@value ConnectionOptions#MAX_DESCRIPTORS}
   * @throws IllegalArgumentException if there is no byte, or there are too many descriptors; then
   *     they stay the caller's, as they do with every exception
   * @throws IllegalStateException also if one of them is closed, taken, or there twice
   * @throws UnsupportedOperationException if the backend cannot pass descriptors, or this is TCP
   */
  public boolean write(ByteBuffer bytes, List<Descriptor> descriptors) {
    checkWritable();
    loop.requirements.check(Backend.Feature.DESCRIPTORS, "passing descriptors");
    if (!socket.passesDescriptors()) {
      throw new UnsupportedOperationException("descriptors are passed over AF_UNIX, not over TCP");
    }
    if (!bytes.hasRemaining()) {
      throw new IllegalArgumentException("descriptors travel with at least one byte");
    }
    Limits.atMost("descriptors", descriptors.size(), ConnectionOptions.MAX_DESCRIPTORS);
    List<Descriptor> moved = Descriptor.moveAll(List.copyOf(descriptors));
    output.write(bytes, bytes.position(), bytes.remaining(), moved);
    bytes.position(bytes.limit());
    return afterWrite();
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
      output.sendFile(file, position, count);
    }
    return afterWrite();
  }

  private void checkWritable() {
    loop.checkThread();
    if (connecting != null || ending != null || closed) {
      throw new IllegalStateException("cannot write: the connection is " + stateName());
    }
  }

  private String stateName() {
    if (closed) {
      return "closed";
    }
    return !isLive() ? "closing" : connecting != null ? "not connected yet" : "shut for output";
  }

  private boolean afterWrite() {
    if (output.memoryBytes() > options.maxQueuedBytes()) {
      release(
          new IOException(
              "more than maxQueuedBytes = %d are queued: the peer reads too slowly; heed write's result"
                  .formatted(options.maxQueuedBytes())));
    }
    touch();
    return output.isBelow(options.highWaterBytes()) && isLive();
  }

  private void tellWritable() {
    if (isLive() && output.hasFallenTo(options.lowWaterBytes())) {
      try {
        handler.onWritable(this);
      } catch (Throwable t) {
        handlerFailed(t);
      }
    }
  }

  /**
   * Offers the kernel what is queued, although it has not said that it has room. It says so only
   * when a third of its buffer is free (sk_stream_is_writeable in Linux), which can be megabytes: a
   * peer that reads all the time, but not fast, may seem to take nothing for a minute. Whoever
   * judges the peer by {@link #queuedBytes} calls this first.
   */
  public void offerQueued() {
    loop.checkThread();
    if (connecting == null && !closed) {
      output.offer();
      touch();
    }
  }

  /** Bytes written but not yet taken by the kernel, those of files included. */
  public long queuedBytes() {
    return output.queuedBytes();
  }

  /** Regions of files written but not yet taken by the kernel; each holds its file open. */
  public int queuedFiles() {
    return output.queuedFiles();
  }

  // --- ending

  /**
   * Ends this direction: what is queued is sent, then a FIN. The peer's bytes still come. When both
   * directions have ended the connection closes. Harmless when repeated.
   */
  public void shutdownOutput() {
    loop.checkThread();
    if (connecting != null) {
      throw new IllegalStateException("cannot shut the output: the connection is " + stateName());
    }
    ending().shutdownOutput();
    touch();
  }

  /**
   * Closes after what is queued has been sent, or when the peer has taken less than 4 KiB of it in
   * {@link ConnectionOptions#closeTimeout()}. No more data is delivered. If bytes of the peer are
   * waiting unread the kernel answers them with a reset, which can overtake what was sent; see
   * {@link #closeLingering}.
   */
  @Override
  public void close() {
    loop.checkThread();
    if (connecting != null) {
      release(null);
    } else if (isLive()) {
      ending().close();
      touch();
    }
  }

  /**
   * Closes so that the peer can read what was sent although it may still be sending: sends what is
   * queued, as {@link #close}, and a FIN, throws away what comes, and closes when the peer has
   * ended too or the time since the FIN, or since this call if that has left before, is over. RFC
   * 9112 section 9.6 describes why.
   */
  public void closeLingering(Duration atMost) {
    loop.checkThread();
    if (connecting != null) {
      release(null);
    } else if (isLive()) {
      ending().closeLingering(atMost);
      touch();
    }
  }

  /** Closes at once and drops what is queued; the peer of a TCP connection sees a reset. */
  public void abort() {
    loop.checkThread();
    if (!closed) {
      socket.abort();
      release(null);
    }
  }

  private Ending ending() {
    if (ending == null) {
      ending = new Ending(this, socket, input, output);
    }
    return ending;
  }

  /** Gives everything back, at once; the handler is told at the end of the turn. */
  void release(@Nullable Throwable why) {
    if (closed) {
      return;
    }
    closed = true;
    cause = why;
    if (connecting != null) {
      connecting.cancel();
    }
    if (ending != null) {
      ending.cancel();
    }
    output.drop();
    input.close();
    socket.close();
    loop.closed(this);
    touch();
  }

  private void tellClosed() {
    if (closeTold) {
      return;
    }
    closeTold = true;
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
    loop.log.warn("the handler of {} failed; the connection is closed", this, t);
    release(t);
  }

  @Override
  void stop() {
    if (connecting != null) {
      release(null);
    } else if (isLive()) {
      try {
        handler.onStop(this);
      } catch (Throwable t) {
        handlerFailed(t);
      }
    }
  }

  @Override
  void end(@Nullable Throwable why) {
    release(why);
    tellClosed();
  }

  // --- facts

  /** Neither closed nor closing. */
  boolean isLive() {
    return !closed && (ending == null || !ending.closing);
  }

  /** Its socket is closed; the handler is told at the end of the turn. */
  boolean isClosed() {
    return closed;
  }

  /** Why sending has failed, for ever; null if it has not. */
  @Nullable IOException sendFailure() {
    return output.failure;
  }

  /** Has the loop give this connection a turn, if it is not having one. */
  void touch() {
    if (!inTurn) {
      loop.requeue(this);
    }
  }

  /** Whether it can be written to: connected, and neither closed, closing, nor shut. */
  public boolean isOpen() {
    return connecting == null && ending == null && !closed && output.failure == null;
  }

  /** The loop that it belongs to. */
  public EventLoop loop() {
    return loop;
  }

  /**
   * Replaces the handler, as after an upgrade of the protocol. The next call goes to the new one,
   * and what the old one leaves is delivered to it at once.
   */
  public void handler(Handler next) {
    loop.checkThread();
    handler = next;
    input.deliverAgain();
    touch();
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
    return "Connection[" + socket + (closed ? ", closed]" : "]");
  }
}
