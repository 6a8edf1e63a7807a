package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What must never reach the kernel, and what must stay alive while it is there. */
@ExtendWith(OpenDescriptors.class)
class SafetyTest {
  private Descriptors fds = new Descriptors();
  private int[] pair = new int[2];

  private interface Transfer {
    int run(int fd, MemorySegment buffer, long offset, long length);
  }

  private static final List<Transfer> INTO_MEMORY =
      List.of(
          (fd, buffer, offset, length) -> Socket.recv(fd, buffer, offset, length, 0),
          (fd, buffer, offset, length) ->
              Socket.recvfrom(fd, buffer, offset, length, 0, Sockaddr.allocate(Arena.ofAuto())),
          File::read,
          (fd, buffer, offset, length) -> File.pread(fd, buffer, offset, length, 0));

  private static final List<Transfer> FROM_MEMORY =
      List.of(
          (fd, buffer, offset, length) -> Socket.send(fd, buffer, offset, length, 0),
          (fd, buffer, offset, length) ->
              Socket.sendto(fd, buffer, offset, length, 0, Sockaddr.allocate(Arena.ofAuto())),
          File::write,
          (fd, buffer, offset, length) -> File.pwrite(fd, buffer, offset, length, 0));

  private static List<Transfer> all() {
    List<Transfer> all = new ArrayList<>(INTO_MEMORY);
    all.addAll(FROM_MEMORY);
    return all;
  }

  @BeforeEach
  void open() {
    fds = new Descriptors();
    pair = fds.pair(Socket.SOCK_STREAM);
  }

  @AfterEach
  void close() {
    fds.close();
  }

  @Test
  void heapSegmentsAreRefused() {
    MemorySegment heap = MemorySegment.ofArray(new byte[16]);
    MemorySegment buffer = MemorySegment.ofBuffer(ByteBuffer.allocate(16));
    for (Transfer transfer : all()) {
      assertThrows(IllegalArgumentException.class, () -> transfer.run(pair[0], heap, 0, 16));
      assertThrows(IllegalArgumentException.class, () -> transfer.run(pair[0], buffer, 1, 15));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> Socket.setsockopt(pair[0], Socket.SOL_SOCKET, Socket.SO_LINGER, heap));
    assertThrows(
        IllegalArgumentException.class,
        () -> Socket.getsockopt(pair[0], Socket.SOL_SOCKET, Socket.SO_LINGER, heap));
    assertThrows(IllegalArgumentException.class, () -> File.readlink("/proc/self/exe", heap));
    assertThrows(
        IllegalArgumentException.class,
        () -> Epoll.pwait2(-1, EpollEvents.allocate(Arena.ofAuto(), 1), 1, heap));
  }

  @Test
  void whatLiesOutsideTheSegmentIsRefused() {
    MemorySegment memory = Arena.ofAuto().allocate(16);
    for (Transfer transfer : all()) {
      for (long[] window :
          new long[][] {{0, 17}, {1, 16}, {16, 1}, {-1, 1}, {0, -1}, {Long.MAX_VALUE, 1}}) {
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> transfer.run(pair[0], memory, window[0], window[1]));
      }
    }
    assertEquals(0, Socket.send(pair[0], memory, 16, 0, 0), "the empty window at the end");
  }

  @Test
  void readOnlySegmentsAreSentFromButNotReceivedInto() {
    MemorySegment memory = Arena.ofAuto().allocate(16).asReadOnly();
    for (Transfer transfer : INTO_MEMORY) {
      assertThrows(IllegalArgumentException.class, () -> transfer.run(pair[0], memory, 0, 16));
    }
    assertEquals(16, Socket.send(pair[0], memory, 0, 16, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> Socket.getsockopt(pair[0], Socket.SOL_SOCKET, Socket.SO_LINGER, memory));
  }

  @Test
  void aConfinedArenaOfAnotherThreadIsRefused() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(16);
      EpollEvents events = EpollEvents.allocate(arena, 1);
      Sockaddr address = Sockaddr.allocate(arena);
      int epoll = fds.epoll();
      for (Transfer transfer : all()) {
        assertThrows(
            WrongThreadException.class,
            () -> elsewhere(() -> transfer.run(pair[0], memory, 0, 16)));
      }
      assertThrows(
          WrongThreadException.class, () -> elsewhere(() -> Epoll.wait(epoll, events, 1, 0)));
      assertThrows(
          WrongThreadException.class, () -> elsewhere(() -> Socket.getsockname(pair[0], address)));
      IoVec pieces = IoVec.allocate(arena, 1);
      pieces.set(0, memory, 0, 16);
      assertThrows(
          WrongThreadException.class, () -> elsewhere(() -> File.writev(pair[0], pieces, 0, 1)));
    }
  }

  @Test
  void aClosedArenaIsRefused() {
    MemorySegment memory;
    EpollEvents events;
    try (Arena arena = Arena.ofConfined()) {
      memory = arena.allocate(16);
      events = EpollEvents.allocate(arena, 1);
    }
    for (Transfer transfer : all()) {
      assertThrows(IllegalStateException.class, () -> transfer.run(pair[0], memory, 0, 16));
      assertThrows(IllegalStateException.class, () -> transfer.run(pair[0], memory, 4, 8));
    }
    int epoll = fds.epoll();
    assertThrows(IllegalStateException.class, () -> Epoll.wait(epoll, events, 1, 0));
  }

  @Test
  void aSharedArenaCannotBeClosedWhileAThreadWaitsInEpollWait() throws Exception {
    int epoll = fds.epoll();
    int event = fds.eventFd(0);
    ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, event, Epoll.EPOLLIN, 7));
    Arena arena = Arena.ofShared();
    EpollEvents events = EpollEvents.allocate(arena, 4);
    assertHeldOpen(arena, () -> Epoll.wait(epoll, events, 4, -1), 1, () -> EventFd.write(event, 1));
    assertThrows(IllegalStateException.class, () -> Epoll.wait(epoll, events, 4, 0));
  }

  @Test
  void aSharedArenaCannotBeClosedWhileAThreadWaitsInRecv() throws Exception {
    ok(File.fcntl(pair[1], File.F_SETFL, 0)); // blocking
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(64);
    MemorySegment other = Arena.ofAuto().allocate(3);
    assertHeldOpen(
        arena,
        () -> Socket.recv(pair[1], memory, 8, 16, 0),
        3,
        () -> Socket.send(pair[0], other, 0, 3, 0));
  }

  /** The kernel writes through addresses in memory, which the linker does not see. */
  @Test
  void aSharedArenaCannotBeClosedWhileAThreadWaitsInReadvOrRecvmsg() throws Exception {
    ok(File.fcntl(pair[1], File.F_SETFL, 0)); // blocking
    MemorySegment other = Arena.ofAuto().allocate(3);
    Arena first = Arena.ofShared();
    IoVec pieces = IoVec.allocate(first, 2);
    pieces.set(1, first.allocate(16), 0, 16);
    assertHeldOpen(
        first,
        () -> File.readv(pair[1], pieces, 1, 1),
        3,
        () -> Socket.send(pair[0], other, 0, 3, 0));
    Arena second = Arena.ofShared();
    MsgHdr message = MsgHdr.allocate(second, 1, 64);
    message.iov().set(0, second.allocate(16), 0, 16);
    assertHeldOpen(
        second,
        () -> Socket.recvmsg(pair[1], message, 0),
        3,
        () -> Socket.send(pair[0], other, 0, 3, 0));
  }

  private void assertHeldOpen(
      Arena arena, Callable<Integer> blocking, int result, Callable<Integer> wake)
      throws Exception {
    FutureTask<Integer> call = new FutureTask<>(blocking);
    Thread thread = Thread.ofPlatform().name("in-the-kernel").start(call);
    awaitAsleepInKernel(thread);
    assertThrows(IllegalStateException.class, arena::close);
    assertTrue(wake.call() > 0);
    assertEquals(result, call.get());
    thread.join();
    arena.close();
  }

  /** Asleep, and not by a monitor or a lock: then it is in the call under test. */
  private static void awaitAsleepInKernel(Thread thread) throws Exception {
    int asleep = 0;
    while (asleep < 5) {
      boolean now = thread.getState() == Thread.State.RUNNABLE && isAsleep(thread.getName());
      asleep = now ? asleep + 1 : 0;
      Thread.sleep(5);
    }
  }

  /** By /proc/self/task, where a thread's stat is: number, (name), state. */
  private static boolean isAsleep(String name) throws IOException {
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        Path stat = task.resolve("stat");
        if (Files.exists(stat) && Files.readString(stat).contains("(" + name + ") S")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Each call captures errno for itself; the collector must not come between. */
  @Test
  void errnoIsThatOfTheOwnCallWhileThreadsAndCollectorAreBusy() throws Exception {
    int epoll = fds.epoll();
    MemorySegment memory = Arena.ofAuto().allocate(16);
    EpollEvents events = EpollEvents.allocate(Arena.ofAuto(), 1);
    List<FutureTask<Integer>> loops = new ArrayList<>();
    loops.add(repeated(Errno.EBADF, () -> Socket.recv(-1, memory, 0, 16, 0)));
    loops.add(repeated(Errno.EAGAIN, () -> Socket.recv(pair[0], memory, 0, 16, 0)));
    loops.add(repeated(Errno.EINVAL, () -> Epoll.wait(epoll, events, 0, 0)));
    loops.add(repeated(Errno.ENOENT, () -> Epoll.ctl(epoll, Epoll.EPOLL_CTL_DEL, pair[0], null)));
    for (int i = 0; i < loops.size(); i++) {
      Thread.ofPlatform().start(loops.get(i));
    }
    List<byte[]> garbage = new ArrayList<>();
    while (!loops.stream().allMatch(FutureTask::isDone)) {
      garbage.add(new byte[1 << 16]);
      if (garbage.size() == 200) {
        garbage.clear();
        System.gc();
      }
    }
    for (FutureTask<Integer> loop : loops) {
      assertEquals(50_000, loop.get());
    }
  }

  @Test
  void errnoIsThatOfTheOwnCallInVirtualThreads() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<FutureTask<Integer>> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      FutureTask<Integer> task =
          i % 2 == 0
              ? new FutureTask<>(() -> Epoll.create1(-1))
              : new FutureTask<>(() -> File.close(-1));
      tasks.add(task);
      threads.add(Thread.startVirtualThread(task));
    }
    for (int i = 0; i < tasks.size(); i++) {
      threads.get(i).join();
      assertErrno(i % 2 == 0 ? Errno.EINVAL : Errno.EBADF, tasks.get(i).get());
    }
  }

  private static FutureTask<Integer> repeated(int errno, Callable<Integer> call) {
    return new FutureTask<>(() -> {
      int right = 0;
      for (int i = 0; i < 50_000; i++) {
        assertErrno(errno, call.call());
        right++;
      }
      return right;
    });
  }

  /** Runs it on another thread and throws what it throws. */
  private static void elsewhere(Callable<Integer> call) throws Throwable {
    FutureTask<Integer> task = new FutureTask<>(call);
    Thread.ofPlatform().start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }
}
