package edgewise.epoll;

import edgewise.Trigger;
import edgewise.linux.Epoll;
import edgewise.linux.Errno;
import edgewise.spi.Readiness;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor in a poller's interest list, or about to be. Belongs to the poller's thread once it
 * is registered.
 *
 * <p>epoll_ctl(2) reports EPOLLERR and EPOLLHUP even for an empty mask. An interest without any bit
 * therefore becomes edge-triggered: what is so already is told once more and then no longer, and a
 * failure that comes later is still an edge.
 */
abstract class Registration {
  final Kernel kernel;
  final int fd;

  /** Tells this registration from an earlier one of the same fd; set by the poller. */
  int generation;

  @Nullable Object attachment;
  private @Nullable EpollPoller poller;
  private int mode;
  private boolean listed;
  private boolean closed;

  Registration(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
  }

  /** Enters the poller's table, and the kernel's list if there is any interest. */
  final void register(EpollPoller to, Object about, int interest, Trigger trigger)
      throws IOException {
    if (poller != null || closed) {
      throw new IllegalStateException(this + " is registered already, or closed");
    }
    mode =
        switch (trigger) {
          case LEVEL -> 0;
          case EDGE -> Epoll.EPOLLET;
          case ONESHOT -> Epoll.EPOLLONESHOT;
        };
    attachment = about;
    to.enter(this);
    poller = to;
    try {
      interest(interest);
    } catch (IOException e) {
      to.leave(this);
      poller = null;
      throw e;
    }
  }

  /**
   * Tells the kernel what to report; {@link Readiness} bits. Arms a one-shot registration again.
   */
  public final void interest(int interest) throws IOException {
    if (poller == null) {
      throw new IllegalStateException(this + " is not registered");
    }
    int events = interest == 0 ? Epoll.EPOLLET : (interest & ~Readiness.ERROR) | mode;
    if (listed) {
      control(poller, Epoll.EPOLL_CTL_MOD, events);
    } else if (interest != 0) {
      control(poller, Epoll.EPOLL_CTL_ADD, events);
      listed = true;
    }
  }

  /** The descriptor, for a call that may come after closing: its number is another's by then. */
  final int openFd() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
    return fd;
  }

  private void control(EpollPoller on, int op, int events) throws IOException {
    int result = kernel.epollCtl(on.epfd, op, fd, events, EpollPoller.data(fd, generation));
    if (result < 0) {
      throw Failures.io("epoll_ctl", this, result);
    }
  }

  /**
   * Leaves the poller's table, so that what epoll_wait has already reported is stale. The kernel's
   * list is left by closing the descriptor, which the caller does next and which saves a call
   * (epoll(7), question 6); should a duplicate in a process between fork and exec keep it listed
   * for a moment, its events are stale too.
   *
   * @return false if that was done before
   */
  final boolean deregister() {
    if (closed) {
      return false;
    }
    closed = true;
    if (poller != null) {
      poller.leave(this);
    }
    return true;
  }

  /**
   * As {@link #deregister}, for a descriptor that stays open, or that has duplicates, perhaps in
   * other processes: while one of them is open, closing takes nothing off the kernel's list, and
   * after it nobody here can (epoll(7), question 6).
   *
   * @return false if that was done before
   */
  final boolean unlist() {
    if (!deregister()) {
      return false;
    }
    if (poller != null && listed) {
      // Fails if the descriptor is closed already, which is its owner's doing; then it is off too.
      int result = kernel.epollCtl(poller.epfd, Epoll.EPOLL_CTL_DEL, fd, 0, 0);
      assert result >= 0 || result == -Errno.EBADF || result == -Errno.ENOENT : result;
    }
    return true;
  }
}
