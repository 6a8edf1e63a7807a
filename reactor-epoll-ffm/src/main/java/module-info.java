/** The epoll backend. */
module edgewise.epoll {
  requires static org.jspecify;
  requires edgewise;
  requires edgewise.linux;
  requires org.slf4j;
}
