package io.netty.channel.epoll;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/** Netty's epoll_wait(2) as its own event loop calls it: that way is package-private there. */
public final class NettyEpoll {
  private final FileDescriptor epoll;
  private final EpollEventArray events;

  /** Belongs to the process, like the descriptor. */
  public NettyEpoll(int epoll, int capacity) {
    this.epoll = new FileDescriptor(epoll);
    this.events = new EpollEventArray(capacity);
  }

  /** Does not wait; returns how many events there are. */
  public int poll() throws IOException {
    return Native.epollWait(epoll, events, 0);
  }

  /** The descriptor of an event. */
  public int fd(int i) {
    return events.fd(i);
  }
}
