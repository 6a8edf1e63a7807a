package edgewise.linux;

import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No call allocates once the JIT has compiled it. Native memory counts too, as every segment is
 * also an object: zThread, another binding, grew by one segment for errno per call.
 */
@ExtendWith(OpenDescriptors.class)
class AllocationTest {
  private static final int CALLS = 5_000;
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static byte[] sink = new byte[0];

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment memory = arena.allocate(4096, 8);
  private final EpollEvents events = EpollEvents.allocate(arena, 16);
  private final Sockaddr address = Sockaddr.allocate(arena);
  private final Stat stat = Stat.allocate(arena);
  private final OpenHow how = OpenHow.allocate(arena, File.O_CLOEXEC, 0, 0);
  private final MemorySegment missing = arena.allocateFrom("/nonexistent");
  private final MemorySegment[] kinds = {
    memory,
    Arena.global().allocate(128),
    Arena.ofAuto().allocate(128),
    MemorySegment.ofBuffer(ByteBuffer.allocateDirect(128)),
    mapped(arena)
  };
  private Descriptors fds = new Descriptors();
  private int[] pair = new int[2];
  private int epoll;
  private int event;
  private int file;

  interface Operation {
    long run(AllocationTest on, int i);
  }

  record Named(String name, Operation operation) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** The index varies the offset, so that slices are taken and not folded away. */
  static Stream<Named> operations() {
    return Stream.of(
        new Named(
            "send and recv of a slice",
            (on, i) ->
                Socket.send(on.pair[0], on.memory, i & 63, 8, 0)
                    + Socket.recv(on.pair[1], on.memory, i & 63, 64, 0)),
        new Named(
            "send of slices of all kinds of memory",
            (on, i) ->
                Socket.send(on.pair[0], on.kinds[i % on.kinds.length], i & 63, 8, 0)
                    + Socket.recv(on.pair[1], on.memory, i & 63, 64, 0)),
        new Named(
            "recv that fails with EAGAIN",
            (on, i) -> Socket.recv(on.pair[1], on.memory, i & 63, 64, 0)),
        new Named(
            "send that fails with EBADF", (on, i) -> Socket.send(-1, on.memory, i & 63, 64, 0)),
        new Named(
            "write and read of a slice",
            (on, i) ->
                File.write(on.pair[0], on.memory, i & 63, 8)
                    + File.read(on.pair[1], on.memory, i & 63, 64)),
        new Named("epoll_wait", (on, i) -> Epoll.wait(on.epoll, on.events, 16, 0)),
        new Named("epoll_pwait2", (on, i) -> Epoll.waitNanos(on.epoll, on.events, 16, 1000)),
        new Named(
            "events and data",
            (on, i) -> {
              on.events.set(i & 15, i, i);
              return on.events.data(i & 15) + on.events.events(i & 15);
            }),
        new Named(
            "epoll_ctl",
            (on, i) -> Epoll.ctl(on.epoll, Epoll.EPOLL_CTL_MOD, on.event, Epoll.EPOLLIN, i)),
        new Named("epoll_wait that fails", (on, i) -> Epoll.wait(-1, on.events, 16, 0)),
        new Named(
            "eventfd write and read",
            (on, i) -> EventFd.write(on.event, 1) + EventFd.read(on.event)),
        new Named(
            "accept4 that fails with EINVAL", (on, i) -> Socket.accept4(on.pair[0], on.address, 0)),
        new Named(
            "socket options",
            (on, i) ->
                Socket.setsockoptInt(on.pair[0], Socket.SOL_SOCKET, Socket.SO_KEEPALIVE, i & 1)
                    + Socket.getsockoptInt(on.pair[0], Socket.SOL_SOCKET, Socket.SO_ERROR)),
        new Named("getsockname", (on, i) -> Socket.getsockname(on.pair[0], on.address)),
        new Named(
            "sendfile and recv",
            (on, i) ->
                File.sendfile(on.pair[0], on.file, i & 63, 8)
                    + Socket.recv(on.pair[1], on.memory, 0, 64, 0)),
        new Named("fstat", (on, i) -> File.fstat(on.file, on.stat) + on.stat.size()),
        new Named(
            "openat2 of a path in memory",
            (on, i) -> File.openat2(File.AT_FDCWD, on.missing, on.how)),
        new Named(
            "open and close", (on, i) -> File.close(File.open("/dev/null", File.O_CLOEXEC, 0))),
        new Named("fcntl", (on, i) -> File.fcntl(on.pair[0], File.F_GETFL)));
  }

  @BeforeEach
  void open() {
    fds = new Descriptors();
    pair = fds.pair(Socket.SOCK_STREAM);
    epoll = fds.epoll();
    event = fds.eventFd(0);
    ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, event, Epoll.EPOLLIN, 1));
    ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, pair[0], Epoll.EPOLLOUT, 2));
    file = fds.own(File.open("/proc/self/exe", File.O_RDONLY | File.O_CLOEXEC, 0));
  }

  @AfterEach
  void close() {
    fds.close();
    arena.close();
  }

  private static MemorySegment mapped(Arena arena) {
    try (var channel = FileChannel.open(Path.of("/proc/self/exe"))) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, 128, arena);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void aWarmCallAllocatesNothing(Named named) {
    assertEquals(0, allocatedWhenWarm(named.operation));
  }

  @Test
  void anOperationThatAllocatesIsNoticed() {
    long bytes =
        leastAllocated(
            (on, i) -> {
              sink = new byte[8];
              return sink.length;
            },
            50);
    assertTrue(bytes >= CALLS * 16L, "only " + bytes + " bytes");
  }

  /** Bytes that a round of calls allocates, once a round has allocated none or patience is over. */
  private long allocatedWhenWarm(Operation operation) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long least = Long.MAX_VALUE;
    while (least > 0 && System.nanoTime() < deadline) {
      least = Math.min(least, leastAllocated(operation, 1));
    }
    // Not a lucky round: the next ones are as quiet.
    return least == 0 ? leastAllocated(operation, 2) : least;
  }

  private long leastAllocated(Operation operation, int rounds) {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      long sum = 0;
      for (int i = 0; i < CALLS; i++) {
        sum += operation.run(this, i);
      }
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertTrue(sum != Long.MIN_VALUE);
      least = Math.min(least, allocated);
    }
    return least;
  }
}
