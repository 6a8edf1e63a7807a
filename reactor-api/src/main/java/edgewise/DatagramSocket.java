package edgewise;

import static edgewise.spi.Readiness.ERROR;
import static edgewise.spi.Readiness.HUP;
import static edgewise.spi.Readiness.READ;
import static edgewise.spi.Readiness.WRITE;

import edgewise.spi.Backend;
import edgewise.spi.DatagramAddress;
import edgewise.spi.DatagramPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket, UDP or AF_UNIX; made by {@link EventLoop#bind} and {@link
 * EventLoop#connectDatagrams}. It owns its descriptor and belongs to one loop for life; all methods
 * must be called on that loop's thread. Only the plain questions ({@link #isOpen}, {@link
 * #isPaused}, {@link #queuedDatagrams}, {@link #queuedBytes}) answer to any thread, and there the
 * answer may lag.
 *
 * <pre>
 *   OPEN --close()--> CLOSING --the queue is sent, or given up--> CLOSED
 *     `--abort(), or a handler's exception------------------------^
 * </pre>
 *
 * <p>One turn is: send what was queued, take errors, receive until the kernel has no more, the
 * handler pauses or the budget is spent, then send what was staged. The handler is never called
 * from inside one of its own calls: errors of a send come at the end of the turn.
 */
public final class DatagramSocket extends Channel implements AutoCloseable {
  // Bits of state.
  private static final int CLOSING = 1;
  private static final int CLOSED = 1 << 1;
  private static final int CLOSE_TOLD = 1 << 2;

  /** The poller has told of an error. */
  private static final int FAILING = 1 << 3;

  /** The kernel disarmed the registration with its last event. */
  private static final int DISARMED = 1 << 4;

  /** Inside a turn, whose end will look at everything. */
  private static final int IN_TURN = 1 << 5;

  /** The loop stops and waits for this socket. */
  private static final int AWAITED = 1 << 6;

  /** Errors that one turn takes from the kernel, so that a flood of ICMP starves nobody. */
  private static final int ERRORS_PER_TURN = 64;

  final DatagramOptions options;
  final DatagramHandler handler;
  private final DatagramPort port;
  private final Trigger trigger;
  private final DatagramInput input;
  private final DatagramOutput output;
  private final ArrayDeque<DatagramPort.Failure> errors = new ArrayDeque<>(0);
  private int state;
  private int registered;
  private @Nullable Throwable cause;

  DatagramSocket(
      EventLoop loop, DatagramPort port, DatagramOptions options, DatagramHandler handler)
      throws IOException {
    super(loop);
    this.port = port;
    this.options = options;
    this.handler = handler;
    this.trigger = loop.requirements.triggerOr(options.trigger());
    this.input = new DatagramInput(this, port, trigger == Trigger.EDGE, port.hasAncillary());
    this.output = new DatagramOutput(this, port, options);
    this.registered = interest();
    loop.poller.register(port, this, registered, trigger);
  }

  // --- a turn

  @Override
  void onReady(int readiness) {
    if ((readiness & (READ | ERROR | HUP)) != 0) {
      input.readable = true;
    }
    if ((readiness & WRITE) != 0) {
      output.blocked = false;
    }
    if ((readiness & ERROR) != 0) {
      state |= FAILING;
    }
    if (trigger == Trigger.ONESHOT) {
      state |= DISARMED;
    }
    if (!queued) {
      turn();
    }
  }

  @Override
  void turn() {
    state |= IN_TURN;
    try {
      if (!is(CLOSED)) {
        output.sendQueue();
        takeErrors();
        input.receive();
      }
    } catch (Throwable t) {
      handlerFailed(t);
    }
    endTurn();
  }

  /** Sends what was staged, tells, closes, and asks the poller for what is needed next. */
  private void endTurn() {
    try {
      if (!is(CLOSED)) {
        output.sendStaged();
        takeErrors();
        tellErrors();
        tellWritable();
        finishClosing();
      }
      if (!is(CLOSED)) {
        if (input.hasWork() || output.hasWork() || is(FAILING) || !errors.isEmpty()) {
          loop.requeue(this);
        }
        updateInterest();
      }
    } catch (Throwable t) { // a handler, or no memory: this socket's failure alone
      handlerFailed(t);
    }
    state &= ~IN_TURN;
    if (is(CLOSED)) {
      tellClosed();
    }
  }

  private void updateInterest() throws IOException {
    int wanted = interest();
    if (wanted != registered || (is(DISARMED) && !queued)) {
      port.interest(wanted);
      registered = wanted;
      state &= ~DISARMED;
    }
  }

  /** Under EDGE reading stays on while paused: an edge costs nothing and is noted. */
  private int interest() {
    int reading = trigger == Trigger.EDGE || input.isWanted() ? READ : 0;
    return ERROR | reading | (output.awaitsWritable() ? WRITE : 0);
  }

  // --- errors

  /** A datagram could not be sent; the handler is told at the end of the turn. */
  void noteError(@Nullable Endpoint to, IOException failure) {
    errors.add(new DatagramPort.Failure(to, failure));
    touch();
  }

  /** Takes from the kernel what it has to say about datagrams that were sent. */
  private void takeErrors() {
    if (!is(FAILING) && !port.hasFailures()) {
      return;
    }
    for (int i = 0; i < ERRORS_PER_TURN; i++) {
      DatagramPort.Failure failure = port.takeFailure();
      if (failure == null) {
        state &= ~FAILING;
        return;
      }
      errors.add(failure);
    }
    state |= FAILING;
    touch();
  }

  private void tellErrors() throws Exception {
    for (int i = errors.size(); i > 0 && isOpen(); i--) {
      DatagramPort.Failure failure = errors.remove();
      handler.onError(this, failure.to(), failure.cause());
    }
    if (!isOpen()) {
      errors.clear(); // nobody will be told, and what waits to be told asks for another turn
    }
  }

  private void tellWritable() throws Exception {
    if (isOpen() && output.hasRoomAgain()) {
      handler.onWritable(this);
    }
  }

  // --- receiving

  /**
   * Stops the delivery of datagrams until {@link #resume}; the kernel drops what its buffer cannot
   * hold.
   */
  public void pause() {
    loop.checkThread();
    input.paused = true;
    touch();
  }

  /**
   * Goes on: with what a batch had brought before the pause, then with what waits in the kernel.
   */
  public void resume() {
    loop.checkThread();
    if (input.paused) {
      input.paused = false;
      touch();
    }
  }

  /** Whether delivery is paused. */
  public boolean isPaused() {
    return input.paused;
  }

  // --- sending

  /**
   * Sends the bytes from position to limit as one datagram to an address, without blocking: it
   * leaves at the end of this turn, or when the kernel takes it. The buffer may be reused on
   * return. UDP itself may lose it anywhere; AF_UNIX does not.
   *
   * @return false if it was not taken, since {@link DatagramOptions#maxQueuedDatagrams()} or {@link
   *     DatagramOptions#maxQueuedBytes()} wait already; {@link DatagramHandler#onWritable} tells of
   *     room. The buffer is then as before
   * @throws IllegalStateException if the socket is closed or closing, or connected
   */
  public boolean send(ByteBuffer bytes, Endpoint to) {
    checkSendable();
    checkUnconnected();
    return sent(bytes, output.send(bytes, List.of(), to));
  }

  /**
   * Sends a datagram over AF_UNIX and passes descriptors with it (SCM_RIGHTS, unix(7)). If it is
   * taken, they belong to this socket, which closes them when it is sent, or cannot be.
   *
   * @param descriptors at most {@value ConnectionOptions#MAX_DESCRIPTORS}
   * @return as {@link #send(ByteBuffer, Endpoint)}; after false they are still the caller's
   * @throws UnsupportedOperationException if the backend cannot pass descriptors
   */
  public boolean send(ByteBuffer bytes, List<Descriptor> descriptors, Endpoint to) {
    checkSendable();
    checkUnconnected();
    return sent(bytes, output.send(bytes, checked(descriptors, to), to));
  }

  /** As {@link #send(ByteBuffer, List, Endpoint)}, to the peer. */
  public boolean send(ByteBuffer bytes, List<Descriptor> descriptors) {
    checkSendable();
    return sent(bytes, output.sendToPeer(bytes, checked(descriptors, checkedPeer())));
  }

  private List<Descriptor> checked(List<Descriptor> descriptors, Endpoint to) {
    loop.requirements.check(Backend.Feature.DESCRIPTORS, "passing descriptors");
    if (to instanceof Endpoint.Inet) {
      throw new IllegalArgumentException("descriptors take an AF_UNIX address");
    }
    Limits.atMost("descriptors", descriptors.size(), ConnectionOptions.MAX_DESCRIPTORS);
    descriptors.forEach(Descriptor::fd); // each is still owned
    return List.copyOf(descriptors);
  }

  private void checkUnconnected() {
    if (port.remote() != null) {
      throw new IllegalStateException(
          "connected to " + port.remote() + ": send without an address");
    }
  }

  private Endpoint checkedPeer() {
    Endpoint peer = port.remote();
    if (peer == null) {
      throw new IllegalStateException("not connected: send to an address");
    }
    return peer;
  }

  /** As {@link #send(ByteBuffer, Endpoint)}. */
  public boolean send(byte[] bytes, Endpoint to) {
    return send(ByteBuffer.wrap(bytes), to);
  }

  /**
   * Sends a datagram to the peer; see {@link #send(ByteBuffer, Endpoint)}.
   *
   * @throws IllegalStateException if the socket is closed or closing, or not connected
   */
  public boolean send(ByteBuffer bytes) {
    checkSendable();
    Endpoint ignored = checkedPeer();
    return sent(bytes, output.sendToPeer(bytes, List.of()));
  }

  /** As {@link #send(ByteBuffer)}. */
  public boolean send(byte[] bytes) {
    return send(ByteBuffer.wrap(bytes));
  }

  boolean sendTo(ByteBuffer bytes, DatagramAddress to) {
    checkSendable();
    boolean taken =
        port.remote() == null ? output.send(bytes, to) : output.sendToPeer(bytes, List.of());
    return sent(bytes, taken);
  }

  boolean replyTo(ByteBuffer bytes, int received) {
    checkSendable();
    boolean taken =
        port.remote() == null ? output.reply(bytes, received) : output.sendToPeer(bytes, List.of());
    return sent(bytes, taken);
  }

  private boolean sent(ByteBuffer bytes, boolean taken) {
    if (taken) {
      bytes.position(bytes.limit());
    }
    touch();
    return taken;
  }

  private void checkSendable() {
    loop.checkThread();
    if (!isOpen()) {
      throw new IllegalStateException("cannot send: the socket is closed or closing");
    }
  }

  /** Datagrams that the kernel has not taken yet. */
  public int queuedDatagrams() {
    return output.datagrams();
  }

  /** The same in bytes. */
  public long queuedBytes() {
    return output.bytes();
  }

  // --- multicast

  /**
   * Joins a multicast group on an interface, of all its senders; IPv4 or IPv6.
   *
   * @throws IOException if it cannot, or is a member already (EADDRINUSE)
   */
  public void join(InetAddress group, NetworkInterface on) throws IOException {
    loop.checkThread();
    port.join(group, on, null);
  }

  /** Joins a group for what one source sends (RFC 4607). */
  public void join(InetAddress group, NetworkInterface on, InetAddress source) throws IOException {
    loop.checkThread();
    port.join(group, on, source);
  }

  /** Leaves a group. */
  public void leave(InetAddress group, NetworkInterface on) throws IOException {
    loop.checkThread();
    port.leave(group, on, null);
  }

  /** Leaves a group that was joined for one source. */
  public void leave(InetAddress group, NetworkInterface on, InetAddress source) throws IOException {
    loop.checkThread();
    port.leave(group, on, source);
  }

  // --- ending

  /**
   * Closes after what is queued was sent or given up ({@link DatagramOptions#sendTimeout()}).
   * Nothing more is delivered, errors neither. Idempotent.
   */
  @Override
  public void close() {
    loop.checkThread();
    if (isOpen()) {
      state |= CLOSING;
      touch();
    }
  }

  /** Closes at once and drops what is queued. */
  public void abort() {
    loop.checkThread();
    release(null);
  }

  private void finishClosing() {
    if (is(CLOSING) && output.isEmpty()) {
      release(null);
    }
  }

  /** Gives everything back, at once; the handler is told at the end of the turn. */
  void release(@Nullable Throwable why) {
    if (is(CLOSED)) {
      return;
    }
    state |= CLOSED;
    cause = why;
    output.drop();
    input.close();
    errors.clear();
    try {
      port.close();
    } catch (RuntimeException e) {
      loop.log.warn("{} is closed, but its socket file is still there", this, e);
    }
    loop.closed(this);
    if (is(AWAITED)) {
      loop.unreserve();
    }
    touch();
  }

  private void tellClosed() {
    if (is(CLOSE_TOLD)) {
      return;
    }
    state |= CLOSE_TOLD;
    try {
      handler.onClose(this, cause);
    } catch (Throwable t) {
      loop.log.warn("onClose of {} failed", handler, t);
    }
  }

  private void handlerFailed(Throwable t) {
    loop.log.warn("the handler of {} failed; the socket is closed", this, t);
    release(t);
  }

  @Override
  void stop() {
    if (is(CLOSED)) {
      return;
    }
    state |= AWAITED;
    loop.reserve();
    try {
      handler.onStop(this);
    } catch (Throwable t) {
      handlerFailed(t);
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

  /** Has the loop give this socket a turn, if it is not having one. */
  void touch() {
    if (!is(IN_TURN)) {
      loop.requeue(this);
    }
  }

  /** Whether it can send: neither closed nor closing. */
  public boolean isOpen() {
    return !is(CLOSED | CLOSING);
  }

  /** The loop that it belongs to. */
  public EventLoop loop() {
    return loop;
  }

  /** The address of this end, with the real port or name; getsockname(2). */
  public Endpoint local() throws IOException {
    loop.checkThread();
    return port.local();
  }

  /** The peer that it is connected to; null if it is not. */
  public @Nullable Endpoint remote() {
    return port.remote();
  }

  /**
   * Sets an option of {@link java.net.StandardSocketOptions}.
   *
   * @throws UnsupportedOperationException if the backend does not know it
   */
  public <T> DatagramSocket option(SocketOption<T> option, T value) throws IOException {
    loop.checkThread();
    port.option(option, value);
    return this;
  }

  /** Reads an option; see {@link #option(SocketOption, Object)}. */
  public <T> T option(SocketOption<T> option) throws IOException {
    loop.checkThread();
    return port.option(option);
  }

  @Override
  public String toString() {
    return "DatagramSocket[" + port + (is(CLOSED) ? ", closed]" : "]");
  }
}
