/** The epoll backend. */
module edgewise.epoll {
  requires static org.jspecify;
  requires transitive edgewise;
  requires edgewise.linux;

  exports edgewise.epoll;

  provides edgewise.spi.Backend with
      edgewise.epoll.EpollBackend;
}
