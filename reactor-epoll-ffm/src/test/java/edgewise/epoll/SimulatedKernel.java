package edgewise.epoll;

import edgewise.linux.Dirents;
import edgewise.linux.EpollEvents;
import edgewise.linux.Errno;
import edgewise.linux.MMsgHdr;
import edgewise.linux.OpenHow;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import edgewise.linux.Stat;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Linux, as far as the backend uses it: simulated, on one thread, with a virtual clock, and with
 * all chance from one seed. It misbehaves in every way that the manual pages permit ({@link
 * Faults}), and does not forgive: a call on a descriptor that is not the loop's, a second close, a
 * wait that would never end, and a loop that turns without getting anywhere are failures.
 *
 * <pre>
 *   Kernel calls --> DescriptorTable --> SimulatedSocket --> Pipe --> SimulatedSocket of a peer
 *                                   `--> SimulatedEpoll, SimulatedEventFd, SimulatedFile
 *   Agenda: the clock, and what the world does next; Network: who listens under which address
 * </pre>
 */
final class SimulatedKernel extends NotSimulated {
  /** A wait of this length or longer stands for one without end. */
  static final long FOREVER_NANOS = 3600 * Faults.SECOND;

  /** What a call of epoll_wait(2) takes that does not wait: to ask for ever takes for ever. */
  static final long POLL_NANOS = Faults.MICROSECOND;

  /** So many turns in a row that neither slept nor led to anything are a busy loop. */
  private static final int SPIN = 100;

  final Faults faults;
  final Agenda agenda = new Agenda();
  final Network network;
  final DescriptorTable descriptors = new DescriptorTable();
  final Trace trace;
  private final long origin;

  /** Called when the loop is about to sleep, with nothing ready. */
  Runnable beforeSleep = () -> {};

  /** Whether everybody is satisfied, so that it does not matter if nothing more happens. */
  BooleanSupplier isOver = () -> false;

  /** Called with the descriptor whose interest was changed. */
  IntConsumer interestChanged = fd -> {};

  private @Nullable AssertionError failure;
  private int idleWaits;

  /** Nobody breaks a connection: everything must arrive. */
  boolean kind;

  /** How often a loop may ask in one turn; more often than once with {@code busyPoll}. */
  int pollsPerTurn = 1;

  // What tests count.
  int waits;
  int sleeps;
  int progress;
  int acceptCalls;
  int eventfdWrites;

  /** Without those of eventfds. */
  int eventsReported;

  final Map<Integer, Integer> sendsThisTurn = new HashMap<>();

  SimulatedKernel(Faults faults, Trace trace) {
    this.faults = faults;
    this.trace = trace;
    network = new Network(agenda, faults);
    // Near the point where the clock's number wraps: nanoTime may be anything.
    origin = Long.MAX_VALUE - faults.random.nextLong(10 * Faults.SECOND);
  }

  /** The loop spins for that long before it sleeps; spurious events are as rare per turn. */
  void allowBusyPoll(long nanos) {
    pollsPerTurn = 2 + (int) (nanos / POLL_NANOS);
    faults.spuriousEvent /= pollsPerTurn;
  }

  /** Throws the first failure, which the loop may have taken for one of a handler's. */
  void check() {
    if (failure != null) {
      throw failure;
    }
  }

  AssertionError fail(String message) {
    return fail(new AssertionError(message));
  }

  private AssertionError fail(AssertionError error) {
    trace.note(agenda.now(), "FAILED: " + error.getMessage());
    failure = failure == null ? error : failure;
    return error;
  }

  private Pollable file(String call, int fd) {
    if (faults.happens(faults.slowCall)) {
      agenda.pass(faults.time(20 * Faults.MICROSECOND));
    }
    try {
      return descriptors.file(call, fd);
    } catch (AssertionError e) {
      throw fail(e);
    }
  }

  private <T extends Pollable> T file(String call, int fd, Class<T> type) {
    Pollable file = file(call, fd);
    if (!type.isInstance(file)) {
      throw fail(call + ": fd " + fd + " is not a " + type.getSimpleName());
    }
    return type.cast(file);
  }

  private SimulatedSocket socket(String call, int fd) {
    return file(call, fd, SimulatedSocket.class);
  }

  private int done(String call, long subject, int result) {
    trace.add(agenda.now(), call, subject, result);
    return result;
  }

  private int progressed(String call, long subject, int result) {
    if (result >= 0) {
      progress++;
      idleWaits = 0;
    }
    return done(call, subject, result);
  }

  // --- time and events

  @Override
  public long nanoTime() {
    return origin + agenda.now();
  }

  @Override
  public int epollCreate() {
    return done("epoll_create1", 0, descriptors.open(new SimulatedEpoll(faults)));
  }

  @Override
  public int epollCtl(int epfd, int op, int fd, int events, long data) {
    SimulatedEpoll epoll = file("epoll_ctl", epfd, SimulatedEpoll.class);
    int result = epoll.control(op, fd, file("epoll_ctl", fd), events, data);
    if (result < 0) {
      throw fail("epoll_ctl op " + op + " on fd " + fd + ": " + Errno.describe(-result));
    }
    trace.add(agenda.now(), "epoll_ctl " + op + " on", fd, events);
    interestChanged.accept(fd);
    return result;
  }

  @Override
  public int epollWait(int epfd, EpollEvents events, long timeoutNanos) {
    SimulatedEpoll epoll = file("epoll_wait", epfd, SimulatedEpoll.class);
    waits++;
    sendsThisTurn.clear();
    if (++idleWaits > SPIN * pollsPerTurn) {
      throw fail("SPIN: " + SPIN + " turns without progress");
    }
    int count = wait(epoll, events, timeoutNanos);
    trace.add(agenda.now(), "epoll_wait", timeoutNanos, count);
    for (int i = 0; i < count; i++) {
      trace.add(agenda.now(), "  event of", events.data(i) & 0xffff_ffffL, events.events(i));
      eventsReported += epoll.lastBatch().get(i) instanceof SimulatedEventFd ? 0 : 1;
    }
    return count;
  }

  private int wait(SimulatedEpoll epoll, EpollEvents events, long timeoutNanos) {
    if (timeoutNanos == 0) {
      agenda.pass(POLL_NANOS);
    }
    boolean forever = timeoutNanos < 0 || timeoutNanos >= FOREVER_NANOS;
    long end = forever ? Long.MAX_VALUE : agenda.now() + timeoutNanos;
    while (!epoll.hasReady() && agenda.now() < end) {
      sleeps++;
      idleWaits = 0;
      beforeSleep.run();
      if (epoll.hasReady()) {
        break;
      }
      if (faults.happens(faults.interruption)) {
        interrupt(epoll, end);
        return epoll.hasReady() ? epoll.take(events) : -Errno.EINTR;
      }
      if (!agenda.advance(end)) {
        if (forever && isOver.getAsBoolean()) {
          return 0;
        }
        if (forever) {
          throw fail("the loop would sleep for ever");
        }
        agenda.pass(end - agenda.now());
      }
    }
    return epoll.take(events);
  }

  /** A signal comes in a moment, unless an event comes before it. */
  private void interrupt(SimulatedEpoll epoll, long end) {
    long signal = agenda.now() + faults.random.nextLong(Faults.MILLISECOND);
    long latest = Math.min(end - 1, signal);
    while (!epoll.hasReady() && agenda.advance(latest)) {}
    if (!epoll.hasReady()) {
      agenda.pass(Math.max(0, latest - agenda.now()));
    }
  }

  @Override
  public int eventfd() {
    return done("eventfd", 0, descriptors.open(new SimulatedEventFd()));
  }

  @Override
  public int eventfdWrite(int fd) {
    file("eventfd write", fd, SimulatedEventFd.class).write();
    eventfdWrites++;
    return done("eventfd write", fd, 0);
  }

  // --- sockets

  @Override
  public int socket(int domain, int type) {
    if (descriptors.isFull()) {
      return done("socket", domain, faults.random.nextBoolean() ? -Errno.EMFILE : -Errno.ENFILE);
    }
    boolean tcp = domain != Socket.AF_UNIX;
    return done("socket", domain, descriptors.open(new SimulatedSocket(agenda, faults, tcp)));
  }

  @Override
  public int bind(int fd, Sockaddr address) {
    int number = Network.number(address);
    socket("bind", fd).local = number == 0 ? network.nextNumber() : number;
    return done("bind", fd, 0);
  }

  @Override
  public int listen(int fd, int backlog) {
    return done("listen", fd, network.listen(socket("listen", fd)));
  }

  @Override
  public int accept(int fd) {
    SimulatedSocket listener = socket("accept4", fd);
    acceptCalls++;
    if (listener.waiting == null) {
      throw fail("accept4: fd " + fd + " does not listen");
    }
    if (faults.happens(faults.interruption)) {
      return done("accept4", fd, -Errno.EINTR);
    }
    if (descriptors.isFull()) { // before it looks for a connection, as in Linux
      return done("accept4", fd, faults.random.nextBoolean() ? -Errno.EMFILE : -Errno.ENFILE);
    }
    SimulatedSocket accepted = listener.waiting.poll();
    if (accepted == null) {
      return done("accept4", fd, -Errno.EAGAIN);
    }
    if (faults.happens(faults.abortedAccept)) {
      accepted.abort();
      return done("accept4", fd, -Errno.ECONNABORTED);
    }
    return progressed("accept4", fd, descriptors.open(accepted));
  }

  @Override
  public int connect(int fd, Sockaddr address) {
    int number = Network.number(address);
    return done("connect", fd, network.connect(socket("connect", fd), number));
  }

  @Override
  public int getsockname(int fd, Sockaddr into) {
    SimulatedSocket socket = socket("getsockname", fd);
    Network.write(socket.tcp, socket.local, into);
    return done("getsockname", fd, 0);
  }

  @Override
  public int getpeername(int fd, Sockaddr into) {
    SimulatedSocket socket = socket("getpeername", fd);
    if (!socket.isConnected()) {
      return done("getpeername", fd, -Errno.ENOTCONN);
    }
    Network.write(socket.tcp, socket.remote, into);
    return done("getpeername", fd, 0);
  }

  @Override
  public int setsockopt(int fd, int level, int name, int value) {
    socket("setsockopt", fd);
    return done("setsockopt", fd, 0);
  }

  @Override
  public int setLinger(int fd, int seconds) {
    SimulatedSocket socket = socket("setsockopt SO_LINGER", fd);
    if (seconds == 0) {
      socket.lingerZero();
    }
    return done("setsockopt SO_LINGER", fd, 0);
  }

  @Override
  public long getsockopt(int fd, int level, int name) {
    SimulatedSocket socket = socket("getsockopt", fd);
    boolean error = level == Socket.SOL_SOCKET && name == Socket.SO_ERROR;
    return done("getsockopt", fd, error ? socket.takeError() : 0);
  }

  @Override
  public int getsockopt(int fd, int level, int name, MemorySegment into) {
    socket("getsockopt", fd);
    return done("getsockopt", fd, -Errno.ENOPROTOOPT);
  }

  @Override
  public int shutdownOutput(int fd) {
    return progressed("shutdown", fd, socket("shutdown", fd).shutdownOutput());
  }

  @Override
  public int recv(int fd, MemorySegment into, int offset, int length) {
    SimulatedSocket socket = socket("recv", fd);
    if (length <= 0) {
      throw fail("recv of " + length + " bytes: its 0 could not be told from the end");
    }
    if (faults.happens(faults.interruption)) {
      return done("recv", fd, -Errno.EINTR);
    }
    return progressed("recv", fd, socket.receive(into, offset, length));
  }

  @Override
  public int send(int fd, MemorySegment from, int offset, int length, boolean more) {
    SimulatedSocket socket = socket("send", fd);
    sendsThisTurn.merge(fd, 1, Integer::sum);
    if (faults.happens(faults.interruption)) {
      return done("send", fd, -Errno.EINTR);
    }
    return progressed("send", fd, socket.send(from, offset, length));
  }

  @Override
  public int sendfile(int fd, int file, long position, long count) {
    SimulatedSocket socket = socket("sendfile", fd);
    byte[] bytes = file("sendfile", file, SimulatedFile.class).bytes;
    if (faults.happens(faults.interruption)) {
      return done("sendfile", fd, -Errno.EINTR);
    }
    int rest = (int) Math.min(count, Math.max(0, bytes.length - position));
    if (rest == 0) {
      return done("sendfile", fd, 0);
    }
    var source = MemorySegment.ofArray(bytes);
    return progressed("sendfile", fd, socket.send(source, position, rest));
  }

  @Override
  public int pread(int fd, MemorySegment into, int length, long position) {
    byte[] bytes = file("pread", fd, SimulatedFile.class).bytes;
    if (faults.happens(faults.interruption)) {
      return done("pread", fd, -Errno.EINTR);
    }
    int count = (int) Math.min(length, Math.max(0, bytes.length - position));
    MemorySegment.copy(MemorySegment.ofArray(bytes), position, into, 0, count);
    return done("pread", fd, count);
  }

  /** Closes; the number may be taken at once by a stranger, who keeps it for a while. */
  @Override
  public int close(int fd) {
    Pollable closed = file("close", fd);
    descriptors.close(fd);
    for (int open : descriptors.open()) {
      if (descriptors.file("close", open) instanceof SimulatedEpoll epoll) {
        epoll.remove(fd);
      }
    }
    closed.close();
    if (faults.happens(faults.stranger) && !descriptors.isFull()) {
      int taken = descriptors.openForStranger();
      agenda.after(faults.latency(), () -> descriptors.closeForStranger(taken));
    }
    return progressed("close", fd, 0);
  }

  // --- files: opened by tests, with openFile

  /** A file of the simulated process. */
  int openFile(byte[] bytes) {
    return descriptors.open(new SimulatedFile(bytes));
  }

  @Override
  public int openat2(int dirfd, String path, OpenHow how) {
    throw fail("there is no file system");
  }

  @Override
  public int openat(int dirfd, String path, int flags) {
    throw fail("there is no file system");
  }

  @Override
  public int fstat(int fd, Stat into) {
    throw fail("there is no file system");
  }

  @Override
  public int statx(int dirfd, String path, int flags, Stat into) {
    throw fail("there is no file system");
  }

  @Override
  public int getdents64(int fd, Dirents into) {
    throw fail("there is no file system");
  }

  @Override
  public int readlink(String path, MemorySegment into) {
    throw fail("there is no file system");
  }

  // --- datagrams, which no simulation opens

  @Override
  public int recvmmsg(int fd, MMsgHdr messages, int count) {
    throw fail("no datagrams here");
  }

  @Override
  public int sendmmsg(int fd, MMsgHdr messages, int first, int count) {
    throw fail("no datagrams here");
  }

  @Override
  public int setsockopt(int fd, int level, int name, MemorySegment value) {
    throw fail("no datagrams here");
  }

  @Override
  public int fchmod(int fd, int mode) {
    throw fail("no datagrams here");
  }
}
