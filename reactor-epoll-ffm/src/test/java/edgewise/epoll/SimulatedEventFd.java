package edgewise.epoll;

import edgewise.linux.Epoll;

/** eventfd(2), as far as the backend uses it: it writes and never reads. */
final class SimulatedEventFd extends Pollable {
  private long counter;

  void write() {
    counter++;
    wake(Epoll.EPOLLIN);
  }

  @Override
  int readiness() {
    return (counter > 0 ? Epoll.EPOLLIN : 0) | Epoll.EPOLLOUT;
  }

  @Override
  void close() {}
}
