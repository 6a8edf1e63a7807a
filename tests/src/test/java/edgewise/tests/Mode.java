package edgewise.tests;

import edgewise.Backends;
import edgewise.Trigger;
import edgewise.spi.Backend;
import org.jspecify.annotations.Nullable;

/** A backend and the trigger mode of everything on it. */
enum Mode {
  EPOLL_LEVEL("epoll", Trigger.LEVEL),
  EPOLL_EDGE("epoll", Trigger.EDGE),
  EPOLL_ONESHOT("epoll", Trigger.ONESHOT),
  SELECT("select", Trigger.LEVEL),

  /** No trigger is named: connections have this one, listeners are level-triggered. */
  EPOLL_DEFAULT("epoll", Trigger.EDGE);

  final String backendName;
  final Trigger trigger;

  Mode(String backendName, Trigger trigger) {
    this.backendName = backendName;
    this.trigger = trigger;
  }

  /** What the loop's options name; null for nothing. */
  @Nullable Trigger named() {
    return this == EPOLL_DEFAULT ? null : trigger;
  }

  Backend backend() {
    return Backends.choose(backendName);
  }

  boolean has(Backend.Feature feature) {
    return backend().has(feature);
  }
}
