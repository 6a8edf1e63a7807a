package edgewise.http.cgi;

import edgewise.Trigger;

/** A backend and the trigger mode of its connections. */
enum Mode {
  EPOLL_EDGE("epoll", Trigger.EDGE),
  EPOLL_LEVEL("epoll", Trigger.LEVEL),
  SELECT("select", Trigger.LEVEL);

  final String backend;
  final Trigger trigger;

  Mode(String backend, Trigger trigger) {
    this.backend = backend;
    this.trigger = trigger;
  }
}
