package edgewise.epoll;

import edgewise.spi.WatchedDescriptor;

/** The registration of a descriptor that stays the user's. */
final class EpollWatch extends Registration implements WatchedDescriptor {
  EpollWatch(Kernel kernel, int fd) {
    super(kernel, fd);
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public void close() {
    unlist();
  }

  @Override
  public String toString() {
    return "fd " + fd;
  }
}
