package edgewise.epoll;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.LoopOptions;
import edgewise.LoopStats;
import edgewise.Trigger;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One world from one seed: a real loop on a simulated kernel, peers that connect to it and that it
 * connects to, and {@link Conversation}s that check what happens. In a kind world the kernel
 * misbehaves but nobody breaks a connection, so everything must arrive; in a rough one peers reset
 * and vanish, handlers abort and throw, and descriptors run out.
 */
final class Simulation implements AutoCloseable {
  private static final int LISTENER = 7000;
  private static final int FIRST_PEER = 10_000;
  private static final Pattern FD = Pattern.compile("fd (\\d+)");
  private static final Duration FOREVER = Duration.ofNanos(SimulatedKernel.FOREVER_NANOS);
  private static final int MOST_TURNS = 1_000_000;

  final SimulatedKernel kernel;
  final boolean rough;
  final int lowWater;
  final int highWater;
  final EventLoop loop;
  private final boolean tcp;
  private final Faults faults;
  private final ConnectionOptions connectionOptions;
  private final List<Peer> peers = new ArrayList<>();
  private final Map<Integer, Conversation> conversations = new HashMap<>();
  private final List<Conversation> begun = new ArrayList<>();
  private int expected;
  private @Nullable Listener listener;
  boolean stopped;

  Simulation(long seed, @Nullable Trigger trigger, boolean tcp, boolean rough, Trace trace)
      throws IOException {
    this(seed, trigger, tcp, rough, 0, trace);
  }

  /** With a loop that polls for so many microseconds at most before it sleeps. */
  Simulation(
      long seed,
      @Nullable Trigger trigger,
      boolean tcp,
      boolean rough,
      int busyPollMicros,
      Trace trace)
      throws IOException {
    this.tcp = tcp;
    this.rough = rough;
    faults = Faults.some(seed);
    if (!rough) {
      faults.abortedAccept = 0;
    }
    kernel = new SimulatedKernel(faults, trace);
    kernel.kind = !rough;
    lowWater = faults.random.nextInt(512);
    highWater = lowWater + faults.random.nextInt(2048);
    connectionOptions =
        ConnectionOptions.builder()
            .waterMarks(lowWater, highWater)
            .maxUnconsumedBytes(8192)
            .closeTimeout(Duration.ofSeconds(rough ? faults.upTo(10) : 200))
            .build();
    SimulatedBackend.use(kernel);
    long busyPoll = busyPollMicros == 0 ? 0 : faults.upTo(busyPollMicros) * Faults.MICROSECOND;
    if (busyPoll > 0) {
      kernel.allowBusyPoll(busyPoll);
    }
    loop = EventLoop.open(loopOptions(trigger).busyPoll(Duration.ofNanos(busyPoll)).build());
    kernel.beforeSleep = () -> begun.forEach(Conversation::checkAsleep);
    kernel.isOver = this::isOver;
    kernel.interestChanged = fd -> begun.forEach(c -> checkInterest(c, fd));
  }

  private static void checkInterest(Conversation conversation, int fd) {
    if (conversation.isFor(fd)) {
      conversation.checkInterest();
    }
  }

  private LoopOptions.Builder loopOptions(@Nullable Trigger trigger) {
    return LoopOptions.builder()
        .backend(SimulatedBackend.NAME)
        .trigger(trigger)
        .receiveBufferBytes(256 << faults.random.nextInt(4))
        .outputBufferBytes(256 << faults.random.nextInt(4))
        .readBudget(oneOr(4096), oneOr(16))
        .writeBudgetBytes(oneOr(4096))
        .acceptBudget(oneOr(8))
        .eventsPerPoll(oneOr(32))
        .pooledBytes(faults.random.nextBoolean() ? 0 : 1 << 16);
  }

  private int oneOr(int most) {
    return faults.random.nextInt(3) == 0 ? 1 : faults.upTo(most);
  }

  // --- the loop's side of it

  int fdOf(Connection connection) {
    Matcher matcher = FD.matcher(connection.toString());
    if (!matcher.find()) {
      throw new AssertionError("no descriptor in " + connection);
    }
    return Integer.parseInt(matcher.group(1));
  }

  SimulatedSocket socketOf(Connection connection) {
    return (SimulatedSocket) kernel.descriptors.file("test", fdOf(connection));
  }

  SimulatedEpoll epoll() {
    for (int fd : kernel.descriptors.open()) {
      if (kernel.descriptors.file("test", fd) instanceof SimulatedEpoll epoll) {
        return epoll;
      }
    }
    throw new AssertionError("no epoll instance");
  }

  /** One of the conversations that are open, for those who meddle with others. */
  Conversation anyOpen() {
    List<Conversation> open = begun.stream().filter(Conversation::isOpen).toList();
    return open.get(faults.random.nextInt(open.size()));
  }

  /** Pauses the listener for a while, or closes it. */
  void meddleWithListener() {
    Listener meddled = Objects.requireNonNull(listener);
    if (faults.random.nextInt(4) == 0) {
      meddled.close();
    } else {
      meddled.pause();
      loop.schedule(
          Duration.ofNanos(faults.time(20 * Faults.MILLISECOND)),
          () -> {
            if (!loop.isClosed()) {
              meddled.resume();
            }
          });
    }
  }

  private Conversation accepted(Connection connection) {
    Conversation conversation =
        Objects.requireNonNull(conversations.get(socketOf(connection).remote));
    begun.add(conversation);
    return conversation;
  }

  // --- the world

  /** Runs until everybody has finished, and checks what came of it. */
  void run() throws IOException {
    listener =
        loop.listen(
            Network.endpoint(tcp, LISTENER),
            ListenOptions.DEFAULT.withConnections(connectionOptions),
            this::accepted);
    int count = faults.upTo(10);
    for (int i = 0; i < count; i++) {
      invite(FIRST_PEER + i);
    }
    if (rough) {
      shortages();
      if (faults.random.nextInt(4) == 0) {
        kernel.agenda.after(faults.time(50 * Faults.MILLISECOND), this::stop);
      }
    }
    for (int turns = 0; !isOver(); turns++) {
      if (turns > MOST_TURNS) {
        throw kernel.fail("more than " + MOST_TURNS + " turns");
      }
      loop.turn(FOREVER);
      check();
    }
    checkOutcome();
  }

  private void check() {
    try {
      kernel.check();
    } catch (AssertionError e) {
      peers.stream().filter(peer -> !peer.finished).forEach(this::noteUnfinished);
      begun.stream().filter(c -> !c.isClosed()).forEach(this::noteUnfinished);
      throw e;
    }
  }

  private void noteUnfinished(Object what) {
    kernel.trace.note(kernel.agenda.now(), "unfinished: " + what);
  }

  private boolean isOver() {
    return loop.isClosed()
        || (expected == 0
            && peers.stream().allMatch(peer -> peer.finished)
            && begun.stream().allMatch(Conversation::isClosed));
  }

  private void invite(int id) {
    boolean echo = faults.random.nextBoolean();
    var peer = new Peer(kernel, id, echo, ending());
    var conversation = new Conversation(this, peer, echo);
    conversations.put(id, conversation);
    expected++;
    long when = faults.time(20 * Faults.MILLISECOND);
    if (faults.random.nextInt(3) > 0) {
      kernel.agenda.after(when, () -> comeIn(peer));
    } else {
      kernel.network.serve(id, answer(), socket -> begin(peer, socket));
      loop.schedule(Duration.ofNanos(when), () -> goOut(conversation));
    }
  }

  private Peer.Ending ending() {
    Peer.Ending[] endings = Peer.Ending.values();
    return endings[faults.random.nextInt(rough ? endings.length : 2)];
  }

  private Network.Answer answer() {
    if (!rough || faults.random.nextInt(4) > 0) {
      return Network.Answer.ACCEPT;
    }
    return faults.random.nextBoolean() ? Network.Answer.REFUSE : Network.Answer.NONE;
  }

  private void begin(Peer peer, SimulatedSocket socket) {
    peers.add(peer);
    peer.begin(socket);
  }

  private void comeIn(Peer peer) {
    var socket = new SimulatedSocket(kernel.agenda, faults, tcp);
    socket.local = peer.id;
    expected--;
    @Nullable SimulatedSocket inside = kernel.network.connectFromOutside(socket, LISTENER);
    if (inside != null) {
      begin(peer, socket);
    }
  }

  private void goOut(Conversation conversation) {
    expected--;
    try {
      loop.connect(Network.endpoint(tcp, conversation.peer.id), connectionOptions, conversation);
      begun.add(conversation);
    } catch (IOException | IllegalStateException e) {
      if (!rough) {
        throw kernel.fail("connect: " + e);
      }
    }
  }

  /** Descriptors run out, several times, for a while. */
  private void shortages() {
    for (int i = faults.random.nextInt(4); i > 0; i--) {
      kernel.agenda.after(
          faults.time(50 * Faults.MILLISECOND),
          () -> kernel.descriptors.limit = 3 + faults.random.nextInt(10));
      kernel.agenda.after(
          faults.time(500 * Faults.MILLISECOND), () -> kernel.descriptors.limit = 1 << 16);
    }
    kernel.agenda.after(501 * Faults.MILLISECOND, () -> kernel.descriptors.limit = 1 << 16);
  }

  private void stop() {
    stopped = true;
    loop.stop(Duration.ofSeconds(5));
  }

  // --- what must have come of it

  private void checkOutcome() {
    loop.close();
    kernel.check();
    try {
      loop.execute(() -> {});
      throw kernel.fail("a task was taken that will never run: the loop has ended");
    } catch (RejectedExecutionException expected) {
      kernel.trace.note(kernel.agenda.now(), "the loop has ended");
    }
    if (!kernel.descriptors.open().isEmpty()) {
      throw kernel.fail("left open: " + kernel.descriptors.open());
    }
    begun.forEach(conversation -> conversation.checkOutcome());
    LoopStats stats = loop.stats();
    if (stats.events() + stats.staleEvents() != kernel.eventsReported) {
      throw kernel.fail(stats + ", but " + kernel.eventsReported + " events were reported");
    }
    int most = (4 * (kernel.progress + kernel.sleeps) + 100) * kernel.pollsPerTurn;
    if (kernel.waits > most) {
      throw kernel.fail(kernel.waits + " turns for " + kernel.progress + " steps forward");
    }
    kernel.check();
  }

  @Override
  public void close() {
    SimulatedBackend.use(null);
  }

  @Override
  public String toString() {
    return loop.trigger() + (tcp ? ", tcp" : ", unix") + (rough ? ", rough" : ", kind");
  }
}
