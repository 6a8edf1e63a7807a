package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.DatagramOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.SocketType;
import edgewise.Trigger;
import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.Errno;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.ListeningSocket;
import edgewise.spi.OutgoingDatagrams;
import edgewise.spi.Poller;
import edgewise.spi.StreamSocket;
import edgewise.spi.WatchedDescriptor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One epoll instance and the eventfd that wakes it; owns both descriptors. All but {@link #wakeup}
 * on the thread of the loop.
 *
 * <p>{@code epoll_data} carries {@code generation << 32 | fd}. The table is indexed by fd, so an
 * event costs one array access; the generation tells whether the registration is still the one that
 * the event was meant for (law 7).
 *
 * <p>The eventfd is edge-triggered and never read: each write is a new edge (epoll(7)), and its
 * counter of 64 bits does not fill up.
 */
final class EpollPoller implements Poller {
  private static final int WAKE_GENERATION = 0;

  final int epfd;
  private final Kernel kernel;
  private final int wakeFd;
  private final EpollEvents events;
  private final Addresses addresses;
  private @Nullable Registration[] byFd = new @Nullable Registration[64];
  private int generations = WAKE_GENERATION;
  private @Nullable EpollIncoming incoming;
  private @Nullable EpollOutgoing outgoing;
  private long stale;
  private boolean closed;

  private EpollPoller(Kernel kernel, int epfd, int wakeFd, int eventsPerPoll) {
    this.kernel = kernel;
    this.epfd = epfd;
    this.wakeFd = wakeFd;
    // Freed with this object: to close a confined arena the last turn would have to be its owner's,
    // and closing a shared one is a handshake with every thread of the process.
    events = EpollEvents.allocate(Arena.ofAuto(), eventsPerPoll);
    addresses = new Addresses();
  }

  static EpollPoller open(Kernel kernel, int eventsPerPoll) throws IOException {
    int epfd = Failures.checked(kernel.epollCreate(), "epoll_create1", "for a loop");
    int wakeFd = kernel.eventfd();
    int added =
        wakeFd < 0
            ? wakeFd
            : kernel.epollCtl(
                epfd,
                Epoll.EPOLL_CTL_ADD,
                wakeFd,
                Epoll.EPOLLIN | Epoll.EPOLLET,
                data(wakeFd, WAKE_GENERATION));
    if (added < 0) {
      if (wakeFd >= 0) {
        kernel.close(wakeFd);
      }
      kernel.close(epfd);
      throw Failures.io("eventfd", "for a loop", added);
    }
    return new EpollPoller(kernel, epfd, wakeFd, eventsPerPoll);
  }

  static long data(int fd, int generation) {
    return ((long) generation << 32) | fd;
  }

  @Override
  public int poll(long timeoutNanos) throws IOException {
    int count = kernel.epollWait(epfd, events, timeoutNanos);
    if (count >= 0) {
      return count;
    }
    if (count == -Errno.EINTR) {
      return 0;
    }
    throw Failures.io("epoll_wait", "fd " + epfd, count);
  }

  @Override
  public @Nullable Object attachment(int i) {
    long data = events.data(i);
    int fd = (int) data;
    int generation = (int) (data >>> 32);
    // The eventfd is not in the table, and its number may be higher than all that are.
    Registration registration = fd < byFd.length ? byFd[fd] : null;
    if (registration != null && registration.generation == generation) {
      return registration.attachment;
    }
    if (generation != WAKE_GENERATION) {
      stale++;
    }
    return null;
  }

  @Override
  public int readiness(int i) {
    return events.events(i);
  }

  @Override
  public long staleEvents() {
    return stale;
  }

  @Override
  public void wakeup() {
    int result = kernel.eventfdWrite(wakeFd);
    if (result < 0 && result != -Errno.EAGAIN) { // EAGAIN: the counter is full, so it is readable
      throw new IllegalStateException("write eventfd: " + Errno.describe(-result));
    }
  }

  @Override
  public long nanoTime() {
    return kernel.nanoTime();
  }

  /** Gives the registration its generation and its place. */
  void enter(Registration registration) throws IOException {
    int fd = registration.fd;
    if (fd < 0) {
      throw Failures.io("epoll_ctl", registration, -Errno.EBADF);
    }
    if (fd >= byFd.length) {
      byFd = Arrays.copyOf(byFd, Math.max(fd + 1, byFd.length * 2));
    }
    if (byFd[fd] != null) {
      throw Failures.io("epoll_ctl", registration, -Errno.EEXIST);
    }
    if (++generations == WAKE_GENERATION) {
      generations++;
    }
    registration.generation = generations;
    byFd[fd] = registration;
  }

  void leave(Registration registration) {
    byFd[registration.fd] = null;
  }

  @Override
  public ListeningSocket listen(Endpoint endpoint, ListenOptions options) throws IOException {
    return EpollListener.open(kernel, addresses, endpoint, options);
  }

  @Override
  public ListeningSocket adoptListener(Descriptor socket, ListenOptions options)
      throws IOException {
    return EpollListener.adopt(kernel, addresses, socket, options);
  }

  @Override
  public StreamSocket adopt(Descriptor socket, ConnectionOptions options) throws IOException {
    return EpollStream.adopt(kernel, socket, options);
  }

  @Override
  public List<Descriptor> socketPair(SocketType type) throws IOException {
    int[] fds = new int[2];
    Failures.checked(
        kernel.socketpair(AdoptedSocket.number(type), fds), "socketpair", "for a loop");
    return List.of(new Descriptor(fds[0], kernel::close), new Descriptor(fds[1], kernel::close));
  }

  @Override
  public StreamSocket connect(Endpoint remote, ConnectionOptions options) throws IOException {
    return EpollStream.connect(kernel, addresses, remote, options);
  }

  @Override
  public void register(StreamSocket socket, Object attachment, int interest, Trigger trigger)
      throws IOException {
    ((EpollStream) socket).register(this, attachment, interest, trigger);
  }

  @Override
  public void register(ListeningSocket socket, Object attachment, Trigger trigger)
      throws IOException {
    ((EpollListener) socket).register(this, attachment, Epoll.EPOLLIN, trigger);
  }

  @Override
  public WatchedDescriptor watch(int fd, Object attachment, int interest, Trigger trigger)
      throws IOException {
    var watch = new EpollWatch(kernel, fd);
    watch.register(this, attachment, interest, trigger);
    return watch;
  }

  // --- datagrams

  @Override
  public DatagramPort openDatagrams(
      @Nullable Endpoint local, @Nullable Endpoint remote, DatagramOptions options)
      throws IOException {
    return EpollDatagrams.open(kernel, addresses, local, remote, options);
  }

  @Override
  public DatagramPort adoptDatagrams(Descriptor socket, DatagramOptions options)
      throws IOException {
    return EpollDatagrams.adopt(kernel, addresses, socket, options);
  }

  @Override
  public void register(DatagramPort port, Object attachment, int interest, Trigger trigger)
      throws IOException {
    ((EpollDatagrams) port).register(this, attachment, interest, trigger);
  }

  @Override
  public IncomingDatagrams incomingDatagrams() {
    incoming = incoming == null ? new EpollIncoming(kernel) : incoming;
    return incoming;
  }

  @Override
  public OutgoingDatagrams outgoingDatagrams() {
    outgoing = outgoing == null ? new EpollOutgoing() : outgoing;
    return outgoing;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      kernel.close(wakeFd);
      kernel.close(epfd);
    }
  }
}
