package edgewise;

import edgewise.spi.Backend;
import edgewise.spi.DatagramPort;
import edgewise.spi.ListeningSocket;
import edgewise.spi.NativeBuffer;
import edgewise.spi.Poller;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread, one poller, and the channels that belong to them. The thread that opens the loop is
 * its thread for life: it calls {@link #run}, or {@link #turn} again and again. All methods belong
 * to that thread but for {@link #execute}, {@link #stop}, {@link #close} and {@link #stats}.
 *
 * <p>Should be a platform thread: a virtual thread that waits in the kernel pins its carrier.
 */
public final class EventLoop implements Executor, AutoCloseable {

  /**
   * Runs the loop until it is stopped; then everything it owned is closed.
   *
   * @throws IllegalStateException if this is called from one of its handlers
   */
  public void run() {
    checkOutsideOfTurn();
    while (!closed) {
      turn(Poller.FOREVER);
    }
  }

  /** One turn: wait, handle events, fire timers, run tasks, and go on with what was left over. */
  private void turn(long maxWaitNanos) {
    inTurn = true;
    try {
      int events = polling.poll(maxWaitNanos);
      turns++;
      for (int i = 0; i < events; i++) {
        dispatch(i);
      }
      fireTimers();
      runTasks();
      runReady();
    } catch (Throwable t) {
      fail(t);
    }
    inTurn = false;
    if (stopping && load.get() == 0) {
      shut(null);
    }
  }

  private void dispatch(int i) {
    int readiness = poller.readiness(i);
    if (poller.attachment(i) instanceof Channel channel) {
      dispatched++;
      channel.onReady(readiness);
    }
  }

  private void fireTimers() {
    if (timers.size() > 0) {
      timers.runDue(poller.nanoTime(), this);
    }
  }

  private void runTasks() {
    for (var node = tasks.takeAll(); node != null; node = node.next) {
      run(node.task);
    }
  }

  /** Gives each channel that waits one turn; those that come back wait for the next round. */
  private void runReady() {
    for (int i = ready.size(); i > 0; i--) {
      ready.remove().turn();
    }
  }

  // What users open here, and its documentation, makes this a long file. What is behind it: Polling
  // waits, Timers, TaskQueue and ReadyQueue hold what is to run, OpenChannels what is to be closed,
  // and Requirements refuses what the backend lacks.

  final Thread thread = Thread.currentThread();
  final LoopOptions options;
  final Logger log = LoggerFactory.getLogger(EventLoop.class);
  final Poller poller;
  final Timers timers = new Timers();
  final Outbox outbox;
  final NativeBuffer receiveBuffer;
  final BufferPool pool;
  final Requirements requirements;
  private final Backend backend;
  private final TaskQueue tasks = new TaskQueue();
  private final Doorbell doorbell;
  private final ReadyQueue ready = new ReadyQueue();
  private final Polling polling;
  private final AtomicInteger load = new AtomicInteger();
  private final OpenChannels open = new OpenChannels();
  private @Nullable Datagrams datagrams;
  private boolean inTurn;
  private boolean stopping;
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;
  private long turns;
  private long dispatched;

  private EventLoop(LoopOptions options) throws IOException {
    this.options = options;
    backend = Backends.choose(options.backend());
    requirements = new Requirements(backend, options.trigger());
    outbox = new Outbox(options.outputBufferBytes());
    receiveBuffer = NativeBuffer.allocate(options.receiveBufferBytes());
    pool = new BufferPool(options.pooledBytes());
    poller = backend.openPoller(options.eventsPerPoll());
    doorbell = new Doorbell(poller);
    polling = new Polling(poller, doorbell, tasks, timers, ready, Limits.nanos(options.busyPoll()));
  }

  /** Opens a loop with the default options, to be driven by the calling thread. */
  public static EventLoop open() throws IOException {
    return open(LoopOptions.DEFAULT);
  }

  /**
   * Opens a loop to be driven by the calling thread.
   *
   * @throws UnsupportedOperationException if the backend cannot be used here; the message says why
   */
  public static EventLoop open(LoopOptions options) throws IOException {
    return new EventLoop(options);
  }

  /**
   * One turn of the loop, for a thread that has other things to do as well.
   *
   * @param maxWait how long to wait for something to happen; zero does not wait
   * @throws IllegalStateException if the loop is closed, or this is called from one of its handlers
   */
  public void turn(Duration maxWait) {
    checkOutsideOfTurn();
    if (closed) {
      throw new IllegalStateException("the loop is closed");
    }
    turn(Math.max(0, Limits.nanos(maxWait)));
  }

  private void checkOutsideOfTurn() {
    checkThread();
    if (inTurn) {
      throw new IllegalStateException("a turn cannot be taken inside a turn");
    }
  }

  // --- what users open on it

  /** Listens; connections stay on this loop. */
  public Listener listen(Endpoint endpoint, Acceptor acceptor) throws IOException {
    return listen(endpoint, ListenOptions.DEFAULT, acceptor);
  }

  /**
   * Listens; connections stay on this loop.
   *
   * @throws java.net.BindException if the address is taken, not of this machine, or not permitted
   */
  public Listener listen(Endpoint endpoint, ListenOptions how, Acceptor acceptor)
      throws IOException {
    return listen(endpoint, how, acceptor, () -> this);
  }

  Listener listen(
      Endpoint endpoint, ListenOptions how, Acceptor acceptor, Supplier<EventLoop> nextLoop)
      throws IOException {
    checkUsable();
    requirements.check(how, endpoint);
    return listen(poller.listen(endpoint, how), how, acceptor, nextLoop);
  }

  /**
   * Listens on a socket that listens already: one that a service manager has opened, or another
   * process has passed. From now on it belongs to the listener; its file, if it has one, does not
   * ({@link Listener#removeSocketFile}). Non-blocking mode is a property that all duplicates share,
   * and is switched on.
   *
   * @throws IllegalArgumentException if it does not listen, or is of another type than asked for;
   *     then it stays the caller's
   * @throws UnsupportedOperationException if the backend cannot adopt sockets
   */
  public Listener listen(Descriptor socket, ListenOptions how, Acceptor acceptor)
      throws IOException {
    return listen(socket, how, acceptor, () -> this);
  }

  Listener listen(
      Descriptor socket, ListenOptions how, Acceptor acceptor, Supplier<EventLoop> nextLoop)
      throws IOException {
    checkUsable();
    requirements.check(Backend.Feature.DESCRIPTORS, "adopting a socket");
    requirements.check(how);
    return listen(poller.adoptListener(socket, how), how, acceptor, nextLoop);
  }

  private Listener listen(
      ListeningSocket socket, ListenOptions how, Acceptor acceptor, Supplier<EventLoop> nextLoop)
      throws IOException {
    try {
      var listener = new Listener(this, socket, how, acceptor, nextLoop);
      open.add(listener);
      return listener;
    } catch (Throwable t) {
      socket.close();
      throw t;
    }
  }

  /** Connects; see {@link #connect(Endpoint, ConnectionOptions, Handler)}. */
  public Connection connect(Endpoint remote, Handler handler) throws IOException {
    return connect(remote, ConnectionOptions.DEFAULT, handler);
  }

  /**
   * Connects without blocking. The outcome comes to the handler, later: {@code onOpen}, or {@code
   * onClose} with the failure ({@link java.net.ConnectException}, {@link
   * java.net.SocketTimeoutException}, ...). Closing the connection cancels the connect.
   *
   * @throws IOException if no socket could be made, as when descriptors have run out
   */
  public Connection connect(Endpoint remote, ConnectionOptions how, Handler handler)
      throws IOException {
    checkUsable();
    requirements.check(how, remote);
    return Connection.connecting(this, poller.connect(remote, how), how, handler);
  }

  /**
   * Takes over a connected socket: an end of a {@link #socketPair}, or one that another process has
   * passed. {@code onOpen} comes later, as after a connect. Non-blocking mode is a property that
   * all duplicates share, and is switched on.
   *
   * @throws IllegalArgumentException if it is not connected, or is of another type than asked for;
   *     then it stays the caller's
   * @throws UnsupportedOperationException if the backend cannot adopt sockets
   */
  public Connection adopt(Descriptor socket, ConnectionOptions how, Handler handler)
      throws IOException {
    checkUsable();
    requirements.check(Backend.Feature.DESCRIPTORS, "adopting a socket");
    requirements.check(how);
    return Connection.connecting(this, poller.adopt(socket, how), how, handler);
  }

  /**
   * Makes two unnamed AF_UNIX sockets that are connected to each other, both close-on-exec;
   * socketpair(2). For {@link #adopt}, or to be passed to another process.
   *
   * @throws UnsupportedOperationException if the backend cannot
   */
  public List<Descriptor> socketPair(SocketType type) throws IOException {
    checkUsable();
    requirements.check(Backend.Feature.DESCRIPTORS, "a pair of sockets");
    return poller.socketPair(type);
  }

  /** Binds a datagram socket; see {@link #bind(Endpoint, DatagramOptions, DatagramHandler)}. */
  public DatagramSocket bind(Endpoint local, DatagramHandler handler) throws IOException {
    return bind(local, DatagramOptions.DEFAULT, handler);
  }

  /**
   * Opens a datagram socket with an address: UDP for an {@link Endpoint.Inet} (port 0 asks for a
   * free one), AF_UNIX for the others. {@link Endpoint.Unnamed} has the kernel choose an abstract
   * name (autobind, unix(7)).
   *
   * @throws java.net.BindException if the address is taken, not of this machine, or not permitted
   * @throws UnsupportedOperationException if the backend has no such sockets; the message says who
   *     has them
   */
  public DatagramSocket bind(Endpoint local, DatagramOptions how, DatagramHandler handler)
      throws IOException {
    return openDatagrams(local, null, how, handler);
  }

  /**
   * Opens a datagram socket that sends to one peer and receives from no other; connect(2). The
   * kernel chooses its own address, of AF_UNIX too where it can.
   *
   * @throws IOException if it cannot: over AF_UNIX also ECONNREFUSED (nobody has bound the name),
   *     ENOENT and EACCES; over UDP nothing is sent, so nobody is known to be there
   */
  public DatagramSocket connectDatagrams(
      Endpoint remote, DatagramOptions how, DatagramHandler handler) throws IOException {
    return openDatagrams(null, remote, how, handler);
  }

  /** As {@link #connectDatagrams(Endpoint, DatagramOptions, DatagramHandler)}, with an address. */
  public DatagramSocket connectDatagrams(
      Endpoint local, Endpoint remote, DatagramOptions how, DatagramHandler handler)
      throws IOException {
    return openDatagrams(local, remote, how, handler);
  }

  private DatagramSocket openDatagrams(
      @Nullable Endpoint local,
      @Nullable Endpoint remote,
      DatagramOptions how,
      DatagramHandler handler)
      throws IOException {
    checkUsable();
    requirements.check(how, local, remote);
    return opened(poller.openDatagrams(local, remote, how), how, handler);
  }

  /**
   * Takes over a datagram socket: one that a service manager has bound, or another process has
   * passed. Non-blocking mode is a property that all duplicates share, and is switched on.
   *
   * @throws IllegalArgumentException if it is no datagram socket; then it stays the caller's
   * @throws UnsupportedOperationException if the backend cannot adopt sockets
   */
  public DatagramSocket adopt(Descriptor socket, DatagramOptions how, DatagramHandler handler)
      throws IOException {
    checkUsable();
    requirements.check(Backend.Feature.DESCRIPTORS, "adopting a socket");
    requirements.check(how);
    return opened(poller.adoptDatagrams(socket, how), how, handler);
  }

  private DatagramSocket opened(DatagramPort port, DatagramOptions how, DatagramHandler handler)
      throws IOException {
    try {
      var socket = new DatagramSocket(this, port, how, handler);
      open.add(socket);
      return socket;
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  /** What the datagram sockets of this loop share; made for the first of them. */
  Datagrams datagrams() {
    if (datagrams == null) {
      datagrams = new Datagrams(poller.incomingDatagrams(), poller.outgoingDatagrams());
    }
    return datagrams;
  }

  /**
   * Watches a descriptor of the caller's; see {@link Watch}.
   *
   * @throws UnsupportedOperationException if the backend cannot watch descriptors
   * @throws IOException if the kernel refuses: EPERM for a regular file or directory, EEXIST for a
   *     descriptor that is watched already, EBADF
   */
  public Watch watch(int fd, Interest interest, Trigger mode, Consumer<Watch> handler)
      throws IOException {
    checkUsable();
    requirements.check(Backend.Feature.WATCH, "watching a file descriptor");
    var watch = new Watch(this, fd, interest, mode, handler);
    open.add(watch);
    return watch;
  }

  /** Runs the action on the loop after the delay. */
  public Timer schedule(Duration delay, Runnable action) {
    Timer timer = timer(action);
    timer.set(delay);
    return timer;
  }

  /** Makes a timer that is not set yet. */
  public Timer timer(Runnable action) {
    return new Timer(this, action);
  }

  /** Opens a directory whose files can be sent. Any thread; the root is not bound to the loop. */
  public FileRoot openRoot(Path directory) throws IOException {
    return backend.openRoot(directory);
  }

  // --- from other threads

  /**
   * Any thread: runs the task on the loop, in the order of hand-over. It always runs, also when the
   * loop is stopped meanwhile.
   *
   * @throws RejectedExecutionException if the loop has ended
   */
  @Override
  public void execute(Runnable task) {
    if (!executeIfOpen(task)) {
      throw new RejectedExecutionException("the loop has ended");
    }
  }

  boolean executeIfOpen(Runnable task) {
    boolean added = tasks.add(task);
    if (added && !inLoop()) {
      doorbell.ring();
    }
    return added;
  }

  /** Any thread: whether the caller is the loop's thread. */
  @SuppressWarnings("ReferenceEquality") // a thread is itself and no other
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  /**
   * Any thread: stops gracefully. Listeners close at once, handlers are told by {@link
   * Handler#onStop}; the loop ends when the last connection has closed, or at the deadline.
   * Harmless when repeated.
   */
  public void stop(Duration atMost) {
    executeIfOpen(() -> beginStop(atMost));
  }

  private void beginStop(Duration atMost) {
    timer(() -> shut(new IOException("stop: the deadline is over"))).set(atMost);
    if (!stopping) {
      stopping = true;
      open.all().forEach(channel -> run(channel::stop));
    }
  }

  /**
   * Any thread: ends the loop now and closes everything it owns. On another thread than the loop's
   * it only asks for that; the loop ends with its present turn.
   */
  @Override
  public void close() {
    if (inLoop() && !inTurn) {
      shut(null);
    } else {
      executeIfOpen(() -> shut(null));
    }
  }

  // --- the end

  private void fail(Throwable t) {
    log.error("the loop failed and ends", t);
    failure = t;
    shut(t);
    run(() -> options.observer().onFailure(this, t));
  }

  private void shut(@Nullable Throwable cause) {
    if (closed) {
      return;
    }
    closed = true;
    doorbell.close();
    for (var node = tasks.close(); node != null; node = node.next) {
      run(node.task);
    }
    for (Channel channel : open.all()) {
      run(() -> channel.end(cause));
    }
    while (!ready.isEmpty()) {
      ready.remove().turn();
    }
    poller.close();
  }

  /** Whether the loop has ended. Any thread. */
  public boolean isClosed() {
    return closed;
  }

  /** The failure that ended the loop, or null. Any thread. */
  public @Nullable Throwable failure() {
    return failure;
  }

  // --- what channels need

  void run(@Nullable Runnable action) {
    try {
      if (action != null) {
        action.run();
      }
    } catch (Throwable t) {
      log.warn("a task or timer failed; the loop goes on", t);
    }
  }

  void checkThread() {
    if (!inLoop()) {
      throw new WrongThreadException(
          "called on "
              + Thread.currentThread()
              + ", but the channel belongs to the loop on "
              + thread
              + "; hand the call over with EventLoop.execute");
    }
  }

  private void checkUsable() {
    checkThread();
    if (closed) {
      throw new IllegalStateException("the loop is closed");
    }
  }

  void requeue(Channel channel) {
    ready.add(channel);
  }

  void opened(Connection connection) {
    load.incrementAndGet();
    open.add(connection);
  }

  void closed(Channel channel) {
    if (channel instanceof Connection) {
      load.decrementAndGet();
    }
    open.remove(channel);
  }

  boolean isStopping() {
    return stopping;
  }

  /** Any thread: a connection is on its way to this loop. */
  void reserve() {
    load.incrementAndGet();
  }

  void unreserve() {
    load.decrementAndGet();
  }

  // --- facts

  /** The clock that timers are set by, in nanoseconds. */
  public long nanoTime() {
    return poller.nanoTime();
  }

  /** The backend. Any thread. */
  public Backend backend() {
    return backend;
  }

  /** The trigger mode of channels that name none. Any thread. */
  public Trigger trigger() {
    return requirements.trigger;
  }

  /** Open connections, those on their way included. Any thread. */
  public int connections() {
    return load.get();
  }

  /** What the loop has done so far; from other threads the figures may lag. */
  public LoopStats stats() {
    return new LoopStats(turns, dispatched, poller.staleEvents(), doorbell.rings());
  }
}
