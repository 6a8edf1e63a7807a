package edgewise.tests;

import edgewise.Backends;
import edgewise.Trigger;
import edgewise.spi.Backend;

/** A backend and the trigger mode of everything on it. */
enum Mode {
  EPOLL_LEVEL("epoll", Trigger.LEVEL),
  EPOLL_EDGE("epoll", Trigger.EDGE),
  EPOLL_ONESHOT("epoll", Trigger.ONESHOT),
  SELECT("select", Trigger.LEVEL);

  final String backendName;
  final Trigger trigger;

  Mode(String backendName, Trigger trigger) {
    this.backendName = backendName;
    this.trigger = trigger;
  }

  Backend backend() {
    return Backends.choose(backendName);
  }

  boolean has(Backend.Feature feature) {
    return backend().has(feature);
  }
}
