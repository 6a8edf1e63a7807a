package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class EventFdTest {
  @Test
  void writesAddUpAndAReadTakesThemAll() {
    try (var fds = new Descriptors()) {
      int event = fds.eventFd(3);
      assertEquals(8, EventFd.write(event, 4));
      assertEquals(7, EventFd.read(event));
      assertErrno(Errno.EAGAIN, EventFd.read(event));
    }
  }

  @Test
  void aSemaphoreIsTakenOneByOne() {
    try (var fds = new Descriptors()) {
      int flags = EventFd.EFD_SEMAPHORE | EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC;
      int event = fds.own(EventFd.eventfd(2, flags));
      assertEquals(1, EventFd.read(event));
      assertEquals(1, EventFd.read(event));
      assertErrno(Errno.EAGAIN, EventFd.read(event));
    }
  }

  @Test
  void aFullCounterWouldBlock() {
    try (var fds = new Descriptors()) {
      int event = fds.eventFd(0);
      assertEquals(8, EventFd.write(event, -2));
      assertErrno(Errno.EAGAIN, EventFd.write(event, 1));
      assertErrno(Errno.EINVAL, EventFd.write(event, -1));
    }
  }

  @Test
  void aCounterThatWouldLookLikeAnErrnoIsReadAsTheLargestLong() {
    try (var fds = new Descriptors()) {
      int event = fds.eventFd(0);
      assertEquals(8, EventFd.write(event, -Errno.EAGAIN));
      assertEquals(Long.MAX_VALUE, EventFd.read(event));
    }
  }

  @Test
  void aWrongDescriptorIsEbadf() {
    assertErrno(Errno.EBADF, EventFd.read(-1));
    assertErrno(Errno.EBADF, EventFd.write(-1, 1));
    assertErrno(Errno.EINVAL, EventFd.eventfd(0, 1 << 30));
  }
}
