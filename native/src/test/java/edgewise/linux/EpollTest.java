package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static edgewise.linux.Epoll.EPOLLERR;
import static edgewise.linux.Epoll.EPOLLET;
import static edgewise.linux.Epoll.EPOLLEXCLUSIVE;
import static edgewise.linux.Epoll.EPOLLHUP;
import static edgewise.linux.Epoll.EPOLLIN;
import static edgewise.linux.Epoll.EPOLLONESHOT;
import static edgewise.linux.Epoll.EPOLLOUT;
import static edgewise.linux.Epoll.EPOLLRDHUP;
import static edgewise.linux.Epoll.EPOLL_CTL_ADD;
import static edgewise.linux.Epoll.EPOLL_CTL_DEL;
import static edgewise.linux.Epoll.EPOLL_CTL_MOD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenDescriptors.class)
class EpollTest {
  private static final int STREAM = Socket.SOCK_STREAM;

  private final EpollEvents events = EpollEvents.allocate(Arena.ofAuto(), 16);
  private final MemorySegment memory = Arena.ofAuto().allocate(64);

  @TempDir Path folder;

  @Test
  void levelTriggeredIsReportedAgainUntilDrained() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int event = fds.eventFd(1);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 7));
      for (int turn = 0; turn < 3; turn++) {
        assertEquals(1, poll(epoll));
        assertEquals(7, events.data(0));
        assertEquals(EPOLLIN, events.events(0));
      }
      assertEquals(1, EventFd.read(event));
      assertEquals(0, poll(epoll));
    }
  }

  @Test
  void edgeTriggeredIsReportedOncePerArrivalEvenIfBytesAreLeft() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int[] pair = fds.pair(STREAM);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLET, 7));
      assertEquals(0, poll(epoll));

      ok(Socket.send(pair[1], memory, 0, 8, 0));
      assertEquals(1, poll(epoll));
      assertEquals(4, Socket.recv(pair[0], memory, 0, 4, 0));
      assertEquals(0, poll(epoll), "bytes left over are no edge");

      ok(Socket.send(pair[1], memory, 0, 8, 0));
      assertEquals(1, poll(epoll), "more bytes are one");
      assertEquals(0, poll(epoll));
    }
  }

  @Test
  void edgeTriggeredReportsWhatWasThereBeforeItWasAdded() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int event = fds.eventFd(1);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN | EPOLLET, 7));
      assertEquals(1, poll(epoll));
      assertEquals(0, poll(epoll));
      ok(Epoll.ctl(epoll, EPOLL_CTL_MOD, event, EPOLLIN | EPOLLET, 7));
      assertEquals(1, poll(epoll), "a modification asks anew");
    }
  }

  @Test
  void edgeTriggeredEventFdIsAnEdgePerWriteWithoutEverBeingRead() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int event = fds.eventFd(0);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN | EPOLLET, 7));
      for (int turn = 0; turn < 1000; turn++) {
        assertEquals(8, EventFd.write(event, 1));
        assertEquals(1, poll(epoll));
        assertEquals(0, poll(epoll));
      }
      assertEquals(1000, EventFd.read(event));
    }
  }

  @Test
  void oneshotIsSilentAfterOneReportUntilModified() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int event = fds.eventFd(1);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN | EPOLLONESHOT, 7));
      assertEquals(1, poll(epoll));
      assertEquals(0, poll(epoll));
      assertEquals(8, EventFd.write(event, 1));
      assertEquals(0, poll(epoll));
      ok(Epoll.ctl(epoll, EPOLL_CTL_MOD, event, EPOLLIN | EPOLLONESHOT, 8));
      assertEquals(1, poll(epoll));
      assertEquals(8, events.data(0));
      assertErrno(Errno.EEXIST, Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 7));
    }
  }

  /** A wrong layout of struct epoll_event shows with the second event, and in the high bits. */
  @Test
  void eachOfManyEventsCarriesAll64BitsOfItsData() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      Set<Long> expected = new HashSet<>();
      for (int i = 0; i < 16; i++) {
        long data = 0x0123_4567_89ab_cdefL * (i * 2 + 1) ^ Long.MIN_VALUE;
        expected.add(data);
        events.set(0, EPOLLIN, data);
        ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, fds.eventFd(1), events));
      }
      assertEquals(16, expected.size());
      assertEquals(16, poll(epoll));
      Set<Long> seen = new HashSet<>();
      for (int i = 0; i < 16; i++) {
        assertEquals(EPOLLIN, events.events(i));
        seen.add(events.data(i));
      }
      assertEquals(expected, seen);
    }
  }

  @Test
  void slotsKeepWhatIsSetInThem() {
    for (int i = 0; i < events.capacity(); i++) {
      events.set(i, EPOLLIN | EPOLLET | i << 8, Long.MIN_VALUE + i);
    }
    for (int i = 0; i < events.capacity(); i++) {
      assertEquals(EPOLLIN | EPOLLET | i << 8, events.events(i));
      assertEquals(Long.MIN_VALUE + i, events.data(i));
    }
  }

  @Test
  void maxEventsLimitsABatchAndTheRestComesWithTheNext() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      for (int i = 0; i < 3; i++) {
        ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, fds.eventFd(1), EPOLLIN | EPOLLET, i));
      }
      assertEquals(2, Epoll.wait(epoll, events, 2, 0));
      assertEquals(1, Epoll.wait(epoll, events, 2, 0));
      assertEquals(0, Epoll.wait(epoll, events, 2, 0));
    }
  }

  @Test
  void aHalfCloseIsRdhupAndAFullOneIsHup() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int[] pair = fds.pair(STREAM);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, pair[0], EPOLLIN | EPOLLRDHUP, 7));
      ok(Socket.shutdown(pair[1], Socket.SHUT_WR));
      assertEquals(1, poll(epoll));
      assertEquals(EPOLLIN | EPOLLRDHUP, events.events(0));
      fds.close(pair[1]);
      assertEquals(1, poll(epoll));
      assertEquals(EPOLLIN | EPOLLRDHUP | EPOLLHUP, events.events(0));
    }
  }

  @Test
  void aPipeWithoutReaderIsAnErrorThoughNobodyAskedForErrors() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int[] pipe = fds.pipe(File.O_NONBLOCK);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, pipe[1], 0, 7));
      assertEquals(0, poll(epoll));
      fds.close(pipe[0]);
      assertEquals(1, poll(epoll));
      assertEquals(EPOLLERR, events.events(0));
    }
  }

  @Test
  void anEpollIsReadableInAnotherEpollWhileItHasEvents() {
    try (var fds = new Descriptors()) {
      int outer = fds.epoll();
      int inner = fds.epoll();
      int event = fds.eventFd(0);
      ok(Epoll.ctl(outer, EPOLL_CTL_ADD, inner, EPOLLIN, 1));
      ok(Epoll.ctl(inner, EPOLL_CTL_ADD, event, EPOLLIN, 2));
      assertEquals(0, poll(outer));
      assertEquals(8, EventFd.write(event, 1));
      assertEquals(1, poll(outer));
      assertEquals(1, events.data(0));
      assertEquals(1, poll(inner));
      assertEquals(2, events.data(0));
      assertErrno(Errno.ELOOP, Epoll.ctl(inner, EPOLL_CTL_ADD, outer, EPOLLIN, 3));
      assertErrno(Errno.EINVAL, Epoll.ctl(outer, EPOLL_CTL_ADD, outer, EPOLLIN, 3));
    }
  }

  @Test
  void aRegularFileIsRefusedWithEperm() {
    try (var fds = new Descriptors()) {
      String path = folder.resolve("regular").toString();
      int file = fds.own(File.open(path, File.O_RDWR | File.O_CREAT | File.O_CLOEXEC, 0600));
      assertErrno(Errno.EPERM, Epoll.ctl(fds.epoll(), EPOLL_CTL_ADD, file, EPOLLIN, 0));
    }
  }

  @Test
  void misuseOfCtlIsAnErrnoOfItsOwn() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      int event = fds.eventFd(0);
      assertErrno(Errno.ENOENT, Epoll.ctl(epoll, EPOLL_CTL_MOD, event, EPOLLIN, 0));
      assertErrno(Errno.ENOENT, Epoll.ctl(epoll, EPOLL_CTL_DEL, event, null));
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 0));
      assertErrno(Errno.EEXIST, Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN, 0));
      ok(Epoll.ctl(epoll, EPOLL_CTL_DEL, event, null));
      assertErrno(Errno.EFAULT, Epoll.ctl(epoll, EPOLL_CTL_ADD, event, null));
      assertErrno(Errno.EBADF, Epoll.ctl(epoll, EPOLL_CTL_ADD, -1, EPOLLIN, 0));
      assertErrno(Errno.EBADF, Epoll.ctl(-1, EPOLL_CTL_ADD, event, EPOLLIN, 0));
      assertErrno(Errno.EINVAL, Epoll.ctl(epoll, 99, event, EPOLLIN, 0));
      assertErrno(Errno.EINVAL, Epoll.ctl(event, EPOLL_CTL_ADD, epoll, EPOLLIN, 0));
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, event, EPOLLIN | EPOLLEXCLUSIVE, 0));
      assertErrno(
          Errno.EINVAL, Epoll.ctl(epoll, EPOLL_CTL_MOD, event, EPOLLIN | EPOLLEXCLUSIVE, 0));
    }
  }

  @Test
  void misuseOfWaitIsAnErrnoOfItsOwn() {
    try (var fds = new Descriptors()) {
      assertErrno(Errno.EBADF, Epoll.wait(-1, events, 1, 0));
      assertErrno(Errno.EINVAL, Epoll.wait(fds.epoll(), events, 0, 0));
      assertErrno(Errno.EINVAL, Epoll.wait(fds.epoll(), events, -1, 0));
      assertErrno(Errno.EINVAL, Epoll.wait(fds.eventFd(0), events, 1, 0));
      assertErrno(Errno.EINVAL, Epoll.create1(1));
    }
  }

  @Test
  void theEventOfCtlWithNumbersOverwritesNoSlot() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      events.set(0, 1, 2);
      ok(Epoll.ctl(epoll, EPOLL_CTL_ADD, fds.eventFd(0), EPOLLIN | EPOLLOUT, 3));
      assertEquals(1, events.events(0));
      assertEquals(2, events.data(0));
      assertEquals(1, poll(epoll));
      assertEquals(EPOLLOUT, events.events(0));
      assertEquals(3, events.data(0));
    }
  }

  @Test
  void moreEventsThanTheArrayHoldsAreRefusedBeforeTheCall() {
    try (var fds = new Descriptors()) {
      int epoll = fds.epoll();
      assertThrows(IllegalArgumentException.class, () -> Epoll.wait(epoll, events, 17, 0));
      assertThrows(IllegalArgumentException.class, () -> Epoll.waitNanos(epoll, events, 17, 5));
      assertThrows(IllegalArgumentException.class, () -> Epoll.pwait2(epoll, events, 17, null));
      assertThrows(IndexOutOfBoundsException.class, () -> events.data(16));
      assertThrows(IndexOutOfBoundsException.class, () -> events.events(16));
      assertThrows(IndexOutOfBoundsException.class, () -> events.events(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> events.set(16, 0, 0));
      assertThrows(IllegalArgumentException.class, () -> EpollEvents.allocate(Arena.ofAuto(), 0));
      assertThrows(
          IndexOutOfBoundsException.class,
          () -> Epoll.pwait2(epoll, events, 1, memory.asSlice(0, 15)));
    }
  }

  @Test
  void closeOnExecIsSetWhereAsked() {
    try (var fds = new Descriptors()) {
      int plain = fds.own(Epoll.create1(0));
      assertEquals(0, File.fcntl(plain, File.F_GETFD));
      assertEquals(File.FD_CLOEXEC, File.fcntl(fds.epoll(), File.F_GETFD));
      assertNotEquals(0, File.fcntl(fds.eventFd(0), File.F_GETFL) & File.O_NONBLOCK);
    }
  }

  private int poll(int epoll) {
    return Epoll.wait(epoll, events, events.capacity(), 0);
  }
}
