package edgewise.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayDeque;
import java.util.Deque;

/** The descriptors of one test, each closed exactly once at its end. */
final class Descriptors implements AutoCloseable {
  private final Deque<Integer> open = new ArrayDeque<>();

  /** Takes over what a call returned, which must be a descriptor. */
  int own(int fd) {
    open.push(ok(fd));
    return fd;
  }

  /** Closes one before the test's end. */
  void close(int fd) {
    if (!open.remove(fd)) {
      fail("not open here: " + fd);
    }
    ok(File.close(fd));
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      ok(File.close(open.pop()));
    }
  }

  int epoll() {
    return own(Epoll.create1(Epoll.EPOLL_CLOEXEC));
  }

  int eventFd(int initval) {
    return own(EventFd.eventfd(initval, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC));
  }

  int socket(int domain, int type) {
    return own(Socket.socket(domain, type | Socket.SOCK_CLOEXEC, 0));
  }

  int[] pipe(int flags) {
    int[] fds = new int[2];
    ok(File.pipe2(fds, flags | File.O_CLOEXEC));
    return own(fds);
  }

  /** Two connected, non-blocking unix sockets. */
  int[] pair(int type) {
    int[] fds = new int[2];
    int flags = Socket.SOCK_NONBLOCK | Socket.SOCK_CLOEXEC;
    ok(Socket.socketpair(Socket.AF_UNIX, type | flags, 0, fds));
    return own(fds);
  }

  private int[] own(int[] fds) {
    own(fds[0]);
    own(fds[1]);
    return fds;
  }

  /** The result, which must not be an error. */
  static int ok(int result) {
    if (result < 0) {
      fail(Errno.describe(-result));
    }
    return result;
  }

  /** The call must have failed with this errno. */
  static void assertErrno(int errno, long result) {
    assertEquals(Errno.name(errno), result < 0 ? Errno.name((int) -result) : "success, " + result);
  }
}
