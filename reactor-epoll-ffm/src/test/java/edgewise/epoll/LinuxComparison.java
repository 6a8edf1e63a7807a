package edgewise.epoll;

import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The same calls on a connected pair of AF_UNIX sockets of the simulated kernel and of the real
 * one, which must have the same results. AF_UNIX, since there nothing happens later by itself.
 */
final class LinuxComparison {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final int ENDS = 2;

  /** One kernel, the pair of sockets, and an epoll instance for each end. */
  private static final class Side {
    final Kernel kernel;
    final int[] fd = new int[ENDS];
    final int[] epfd = new int[ENDS];
    final boolean[] listed = new boolean[ENDS];
    final EpollEvents events = EpollEvents.allocate(Arena.ofAuto(), 4);
    final MemorySegment buffer = Arena.ofAuto().allocate(1024);

    Side(Kernel kernel, String name) {
      this.kernel = kernel;
      int listener = listen(kernel, name);
      fd[0] = connect(kernel, name);
      fd[1] = kernel.accept(listener);
      kernel.close(listener);
      for (int end = 0; end < ENDS; end++) {
        epfd[end] = kernel.epollCreate();
      }
    }

    /** The events that epoll_wait(2) reports, by their data. */
    String poll(int end) {
      int count = kernel.epollWait(epfd[end], events, 0);
      var found = new TreeMap<Long, String>();
      for (int i = 0; i < count; i++) {
        found.put(events.data(i), Integer.toHexString(events.events(i)));
      }
      return found.toString();
    }

    void close() {
      for (int end = 0; end < ENDS; end++) {
        if (fd[end] >= 0) {
          kernel.close(fd[end]);
        }
        kernel.close(epfd[end]);
      }
    }
  }

  private final SplittableRandom random;
  private final boolean[] edge = new boolean[ENDS];
  private final Trace trace;
  private final Side simulated;
  private final Side real;

  LinuxComparison(long seed, Trace trace) {
    random = new SplittableRandom(seed);
    this.trace = trace;
    simulated = new Side(new SimulatedKernel(Faults.none(seed), trace), "1");
    String name = "edgewise-comparison-" + ProcessHandle.current().pid();
    real = new Side(new LinuxKernel(), name + "-" + NAMES.incrementAndGet());
  }

  static int listen(Kernel kernel, String name) {
    int fd = kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    kernel.bind(fd, address(name));
    kernel.listen(fd, 8);
    return fd;
  }

  static int connect(Kernel kernel, String name) {
    int fd = kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    kernel.connect(fd, address(name));
    return fd;
  }

  private static Sockaddr address(String name) {
    return Sockaddr.allocate(Arena.ofAuto()).abstractName(name.getBytes(StandardCharsets.UTF_8));
  }

  void run() {
    try {
      int steps = 1 + random.nextInt(60);
      boolean together = true;
      for (int i = 0; i < steps && together; i++) {
        together = step(random.nextInt(ENDS), random.nextInt(12));
      }
    } finally {
      simulated.close();
      real.close();
    }
  }

  /**
   * One call on both sides. The simulated kernel may report an edge that Linux does not: readiness
   * that is true but not new is permitted, and from there on the two have different things to tell,
   * so the run ends. It may never keep silent where Linux speaks.
   *
   * @return whether both sides are in the same state
   */
  private boolean step(int end, int what) {
    int length = 1 + random.nextInt(100);
    int events = events();
    if (what == 8) {
      edge[end] = (events & Epoll.EPOLLET) != 0;
    }
    var results = new ArrayList<String>();
    for (Side side : List.of(simulated, real)) {
      int fd = side.fd[end];
      results.add(
          fd < 0
              ? "closed"
              : switch (what) {
                case 0, 1, 2 -> "send " + side.kernel.send(fd, side.buffer, 0, length, false);
                case 3, 4 -> "recv " + side.kernel.recv(fd, side.buffer, 0, 2 * length);
                case 5 ->
                    length < 20
                        ? "error " + side.kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_ERROR)
                        : "no error";
                case 6 -> length < 20 ? "shutdown " + side.kernel.shutdownOutput(fd) : "go on";
                case 7 -> length < 10 ? close(side, end) : "go on";
                case 8 -> list(side, end, events);
                default -> "events " + side.poll(end);
              });
    }
    trace.note(0, "end " + end + ": " + results);
    boolean same = results.getFirst().equals(results.getLast());
    boolean edgeMore = edge[end] && results.getLast().equals("events {}");
    if (!same && !edgeMore) {
      throw new AssertionError(
          "simulated: " + results.getFirst() + ", Linux: " + results.getLast());
    }
    return same;
  }

  private int events() {
    int[] modes = {0, Epoll.EPOLLET, Epoll.EPOLLONESHOT, Epoll.EPOLLET | Epoll.EPOLLONESHOT};
    int wanted = 0;
    for (int bit : new int[] {Epoll.EPOLLIN, Epoll.EPOLLOUT, Epoll.EPOLLRDHUP}) {
      wanted |= random.nextBoolean() ? bit : 0;
    }
    return wanted | modes[random.nextInt(modes.length)];
  }

  private static String close(Side side, int end) {
    int result = side.kernel.close(side.fd[end]);
    side.fd[end] = -1;
    return "close " + result;
  }

  /** Adds the end to its list, or changes it, or takes it off if nothing is asked for. */
  private static String list(Side side, int end, int events) {
    int op = side.listed[end] ? Epoll.EPOLL_CTL_MOD : Epoll.EPOLL_CTL_ADD;
    if (side.listed[end] && (events & 0xffff) == 0) {
      op = Epoll.EPOLL_CTL_DEL;
    }
    side.listed[end] = op != Epoll.EPOLL_CTL_DEL;
    int result = side.kernel.epollCtl(side.epfd[end], op, side.fd[end], events, end + 1);
    return "epoll_ctl " + op + " " + result;
  }
}
