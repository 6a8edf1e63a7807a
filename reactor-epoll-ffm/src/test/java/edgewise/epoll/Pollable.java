package edgewise.epoll;

import java.util.ArrayList;
import java.util.List;

/** What a descriptor stands for, as poll(2) and epoll(7) see it. */
abstract class Pollable {
  /** Whoever is told of changes: epoll instances, and peers that wait for their turn. */
  interface Watcher {
    /**
     * Something has changed.
     *
     * @param key the bits that have come up; 0 for a change of state, which concerns everybody
     */
    void woken(int key);
  }

  private final List<Watcher> watchers = new ArrayList<>();

  /** The bits that hold now, EPOLLIN and others. */
  abstract int readiness();

  /** The last descriptor was closed. */
  abstract void close();

  final void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  final void unwatch(Watcher watcher) {
    watchers.remove(watcher);
  }

  final void wake(int key) {
    for (Watcher watcher : List.copyOf(watchers)) {
      watcher.woken(key);
    }
  }
}
