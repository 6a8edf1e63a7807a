package edgewise.epoll;

import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.Errno;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An epoll instance as fs/eventpoll.c has it: a wake-up with a matching key puts an item on the
 * ready list; waiting takes items off it, asks each for its state then, and puts back those that
 * are level-triggered.
 */
final class SimulatedEpoll extends Pollable {
  /** Bits that are not conditions: with no others left a one-shot item is disarmed. */
  private static final int PRIVATE =
      Epoll.EPOLLET | Epoll.EPOLLONESHOT | Epoll.EPOLLWAKEUP | Epoll.EPOLLEXCLUSIVE;

  private final Faults faults;
  private final Map<Integer, Item> items = new LinkedHashMap<>();
  private List<Item> ready = new ArrayList<>();
  private final List<Pollable> lastBatch = new ArrayList<>();

  SimulatedEpoll(Faults faults) {
    this.faults = faults;
  }

  /** A descriptor in the interest list. */
  private final class Item implements Watcher {
    final Pollable about;
    int events;
    long data;

    Item(Pollable about) {
      this.about = about;
    }

    @Override
    public void woken(int key) {
      boolean armed = (events & ~PRIVATE) != 0;
      if (armed && (key == 0 || (key & events) != 0) && !ready.contains(this)) {
        ready.add(this);
      }
    }

    void set(int newEvents, long newData) {
      events = newEvents | Epoll.EPOLLERR | Epoll.EPOLLHUP;
      data = newData;
      int now = about.readiness() & events;
      if (now != 0) {
        woken(now);
      }
    }
  }

  int control(int op, int fd, Pollable about, int events, long data) {
    if (about instanceof SimulatedFile) {
      return -Errno.EPERM;
    }
    Item item = items.get(fd);
    if (op == Epoll.EPOLL_CTL_ADD) {
      if (item != null) {
        return -Errno.EEXIST;
      }
      item = new Item(about);
      items.put(fd, item);
      about.watch(item);
    } else if (item == null) {
      return -Errno.ENOENT;
    } else if (op == Epoll.EPOLL_CTL_DEL) {
      remove(fd);
      return 0;
    }
    item.set(events, data);
    return 0;
  }

  /** The descriptor was closed, or taken off the list. */
  void remove(int fd) {
    Item item = items.remove(fd);
    if (item != null) {
      item.about.unwatch(item);
      ready.remove(item);
    }
  }

  /** What is asked for about a descriptor; 0 if nothing, or while a one-shot is disarmed. */
  int interest(int fd) {
    @Nullable Item item = items.get(fd);
    return item == null || (item.events & ~PRIVATE) == 0 ? 0 : item.events;
  }

  /** Whether a call of {@link #take} would report something. */
  boolean hasReady() {
    for (Item item : ready) {
      if ((item.about.readiness() & item.events) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Fills in what is ready. */
  int take(EpollEvents into) {
    lastBatch.clear();
    int most = into.capacity();
    if (faults.happens(faults.smallBatch)) {
      most = faults.upTo(most);
      Collections.shuffle(ready, new Random(faults.random.nextLong()));
    }
    List<Item> before = ready;
    ready = new ArrayList<>();
    var again = new ArrayList<Item>();
    int count = 0;
    for (Item item : before) {
      if (count == most) {
        ready.add(item);
      } else {
        int bits = item.about.readiness() & item.events;
        if (bits != 0) {
          report(item, bits, into, count++);
          if ((item.events & Epoll.EPOLLET) == 0 && (item.events & ~PRIVATE) != 0) {
            again.add(item);
          }
        }
      }
    }
    ready.addAll(again);
    return count < most ? count + spurious(into, count) : count;
  }

  /** Permitted, and seen in practice: an event whose reason is gone when it is looked at. */
  private int spurious(EpollEvents into, int at) {
    if (items.isEmpty() || !faults.happens(faults.spuriousEvent)) {
      return 0;
    }
    var all = new ArrayList<>(items.values());
    Item item = all.get(faults.random.nextInt(all.size()));
    int bits = item.events & (Epoll.EPOLLIN | Epoll.EPOLLOUT);
    boolean reported = lastBatch.contains(item.about);
    if (bits == 0 || reported || connecting(item)) {
      return 0;
    }
    report(item, bits, into, at);
    return 1;
  }

  /** A connect that is under way must not look finished. */
  private static boolean connecting(Item item) {
    return item.about instanceof SimulatedSocket socket && socket.connecting;
  }

  private void report(Item item, int bits, EpollEvents into, int at) {
    into.set(at, bits, item.data);
    lastBatch.add(item.about);
    if ((item.events & Epoll.EPOLLONESHOT) != 0) {
      item.events &= PRIVATE;
      ready.remove(item);
    }
  }

  /** What the last batch was about, by index. */
  List<Pollable> lastBatch() {
    return lastBatch;
  }

  @Override
  int readiness() {
    return hasReady() ? Epoll.EPOLLIN : 0;
  }

  @Override
  void close() {
    for (int fd : List.copyOf(items.keySet())) {
      remove(fd);
    }
  }
}
