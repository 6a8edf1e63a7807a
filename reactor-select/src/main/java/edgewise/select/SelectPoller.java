package edgewise.select;

import edgewise.ConnectionOptions;
import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Trigger;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.ListeningSocket;
import edgewise.spi.OutgoingDatagrams;
import edgewise.spi.Poller;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import edgewise.spi.WatchedDescriptor;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One selector; owns its descriptors. All but {@link #wakeup} on the thread of the loop.
 *
 * <p>Keys are collected into arrays by {@code select(Consumer)}, which does without the hash set of
 * selected keys. The arrays grow as far as a select goes (1024 events on Linux): to leave events of
 * one select for the next would starve those at its end, since the kernel names the same ones first
 * again.
 *
 * <p>A selector takes milliseconds, so a wait ends up to one of them late, and never early.
 */
final class SelectPoller implements Poller {
  /**
   * So many returns with nothing, before their time and with nobody asking, in a row, and the
   * selector is taken for broken and replaced (jetty 3022, netty PR 565). A spinning selector gets
   * there in less than a millisecond; an honest one returns so once after a wake-up that had been
   * heeded already, and not twice.
   */
  static final int PREMATURE_LIMIT = 512;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** What {@link Selector#select(Consumer, long)} takes for: as long as it takes. */
  private static final long NO_TIMEOUT = 0;

  private static final Logger log = LoggerFactory.getLogger(SelectPoller.class);

  /** Makes selectors; a test puts a broken one here. */
  interface SelectorSource {
    Selector open() throws IOException;
  }

  private final SelectBackend backend;
  private final SelectorSource source;
  private final Consumer<SelectionKey> collector = this::collect;
  private volatile Selector selector;

  private @Nullable Registration[] ready;
  private int[] readiness;
  private int count;
  private @Nullable JnrSelector jnr;
  private @Nullable SelectIncoming incoming;
  private @Nullable SelectOutgoing outgoing;
  private long stale;

  private final AtomicInteger wakeups = new AtomicInteger();

  /** How many of {@link #wakeups} have made a poll return. */
  private int wakeupsHeeded;

  private int premature;

  SelectPoller(SelectBackend backend, int eventsPerPoll, SelectorSource source) throws IOException {
    this.backend = backend;
    this.source = source;
    this.selector = source.open();
    this.ready = new @Nullable Registration[eventsPerPoll];
    this.readiness = new int[eventsPerPoll];
  }

  /**
   * {@inheritDoc}
   *
   * <p>A selector does not wait on a thread that is marked as interrupted, which would turn a mark
   * that a handler leaves behind into a busy loop. So the mark is taken off before, and put back
   * after; an interrupt that comes meanwhile ends the wait.
   */
  @Override
  public int poll(long timeoutNanos) throws IOException {
    Arrays.fill(ready, 0, count, null);
    count = 0;
    boolean interrupted = Thread.interrupted();
    if (jnr != null) {
      jnr.beginPoll();
    }
    try {
      if (timeoutNanos == 0 || isWoken()) {
        selector.selectNow(collector);
      } else {
        await(timeoutNanos);
      }
    } finally {
      wakeupsHeeded = wakeups.get();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (jnr != null) { // after the wake-ups were counted, or one could be heeded too early
      jnr.endPoll(collector);
    }
    return count;
  }

  private void await(long timeoutNanos) throws IOException {
    long start = System.nanoTime();
    long left = timeoutNanos;
    boolean early = false;
    while (true) {
      selector.select(collector, millis(left));
      if (count > 0 || isWoken() || Thread.currentThread().isInterrupted()) {
        premature = 0;
        return;
      }
      if (timeoutNanos != FOREVER) {
        left = timeoutNanos - (System.nanoTime() - start);
        if (left <= 0) {
          premature = early ? premature : 0;
          return;
        }
      }
      early = true;
      if (++premature >= PREMATURE_LIMIT) {
        premature = 0;
        replaceSelector();
        if (isWoken()) { // it may have been the old selector that was told
          return;
        }
      }
    }
  }

  private static long millis(long nanos) {
    if (nanos == FOREVER) {
      return NO_TIMEOUT;
    }
    return nanos / NANOS_PER_MILLI + (nanos % NANOS_PER_MILLI == 0 ? 0 : 1);
  }

  /**
   * Whether a wake-up has come that no poll has heeded. The selector's own memory of it would not
   * do: {@link #forget} may have used it up.
   */
  private boolean isWoken() {
    return wakeups.get() != wakeupsHeeded;
  }

  private void collect(SelectionKey key) {
    if (key.attachment() instanceof Registration registration) {
      if (count == readiness.length) {
        ready = Arrays.copyOf(ready, count * 2);
        readiness = Arrays.copyOf(readiness, count * 2);
      }
      ready[count] = registration;
      readiness[count++] = Registration.readiness(key.readyOps());
    }
  }

  private void replaceSelector() throws IOException {
    Selector old = selector;
    Selector fresh;
    try {
      fresh = source.open();
    } catch (IOException e) { // no descriptor is free: the old one spins, but it works
      log.warn("the selector returns early with nothing, and a new one cannot be opened", e);
      return;
    }
    int moved = 0;
    for (SelectionKey key : old.keys()) {
      if (key.isValid() && key.attachment() instanceof Registration registration) {
        registration.move(fresh);
        moved++;
      }
    }
    selector = fresh;
    old.close();
    log.warn(
        "the selector returned {} times early with nothing; {} sockets moved to a new one",
        PREMATURE_LIMIT,
        moved);
  }

  @Override
  public @Nullable Object attachment(int i) {
    Registration registration = ready[i];
    if (registration == null || registration.isClosed()) {
      stale++;
      return null;
    }
    return registration.attachment();
  }

  @Override
  public int readiness(int i) {
    return readiness[i];
  }

  @Override
  public long staleEvents() {
    return stale;
  }

  /** First the count, then the selector: {@link #await} looks at them the other way round. */
  @Override
  public void wakeup() {
    wakeups.incrementAndGet();
    selector.wakeup();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public ListeningSocket listen(Endpoint endpoint, ListenOptions options) throws IOException {
    return SelectListener.open(backend, endpoint, options);
  }

  @Override
  public StreamSocket connect(Endpoint remote, ConnectionOptions options) throws IOException {
    return SelectStream.connect(backend, remote, options);
  }

  @Override
  public void register(StreamSocket socket, Object attachment, int interest, Trigger trigger)
      throws IOException {
    checkLevel(trigger);
    ((SelectStream) socket).register(this, attachment, interest);
  }

  @Override
  public void register(ListeningSocket socket, Object attachment, Trigger trigger)
      throws IOException {
    checkLevel(trigger);
    ((SelectListener) socket).register(this, attachment, Readiness.READ);
  }

  private void checkLevel(Trigger trigger) {
    if (trigger != Trigger.LEVEL) {
      throw backend.lacks("trigger mode " + trigger);
    }
  }

  @Override
  public WatchedDescriptor watch(int fd, Object attachment, int interest, Trigger trigger) {
    throw backend.lacks("watching a file descriptor");
  }

  // --- datagrams

  @Override
  public DatagramPort openDatagrams(
      @Nullable Endpoint local, @Nullable Endpoint remote, DatagramOptions options)
      throws IOException {
    Endpoint known = local != null ? local : Objects.requireNonNull(remote, "an address");
    if (known instanceof Endpoint.Inet) {
      return SelectDatagrams.open(backend, local, remote, known, options);
    }
    if (jnr == null) {
      jnr = new JnrSelector(JnrLibrary.load(backend), this::wakeup);
    }
    return JnrDatagrams.open(backend, jnr, local, remote, options);
  }

  @Override
  public void register(DatagramPort port, Object attachment, int interest, Trigger trigger)
      throws IOException {
    checkLevel(trigger);
    ((SelectDatagrams) port).register(this, attachment, interest);
  }

  @Override
  public IncomingDatagrams incomingDatagrams() {
    incoming = incoming == null ? new SelectIncoming() : incoming;
    return incoming;
  }

  @Override
  public OutgoingDatagrams outgoingDatagrams() {
    outgoing = outgoing == null ? new SelectOutgoing(backend) : outgoing;
    return outgoing;
  }

  // --- for registrations

  /** Puts a channel on the selector's list. */
  SelectionKey enter(Registration registration, int ops) throws IOException {
    return registration.enter(selector, ops);
  }

  /**
   * Takes a key off the selector's list at once. A selector closes a registered channel's
   * descriptor only when it selects: until then a port stays taken, and a listener even goes on
   * accepting into its queue. What this select finds is found again by the next, level-triggered.
   */
  void forget(SelectionKey key) {
    key.cancel();
    if (selector.isOpen()) {
      try {
        selector.selectNow(SelectPoller::ignore);
      } catch (IOException e) {
        log.warn("a closed socket keeps its descriptor until the next poll", e);
      }
    }
  }

  private static void ignore(SelectionKey key) {}

  @Override
  public void close() {
    if (jnr != null) {
      jnr.close();
    }
    try {
      selector.close();
    } catch (IOException e) {
      log.warn("a selector could not be closed", e);
    }
  }
}
