package edgewise;

/** How a registration reports readiness; the modes of epoll(7). */
public enum Trigger {
  /** Reported for as long as it lasts. Every backend has it. */
  LEVEL,
  /** Reported once per change (EPOLLET). Edgewise drains, so handlers need not care. */
  EDGE,
  /** Reported once, then silent until armed again (EPOLLONESHOT). Connections re-arm themselves. */
  ONESHOT
}
