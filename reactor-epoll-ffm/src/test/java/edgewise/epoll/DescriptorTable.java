package edgewise.epoll;

import edgewise.linux.Errno;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors of the simulated process. A new one has the lowest free number, as POSIX demands,
 * so that a number just closed comes back at once. Some belong to strangers: other parts of the
 * program, whose descriptors the loop must never touch.
 */
final class DescriptorTable {
  private record Entry(Pollable file, boolean stranger) {}

  private static final int FIRST = 3;

  private final List<@Nullable Entry> entries = new ArrayList<>();

  /** RLIMIT_NOFILE. */
  int limit = 1 << 16;

  DescriptorTable() {
    for (int i = 0; i < FIRST; i++) {
      entries.add(new Entry(new SimulatedFile(new byte[0]), true));
    }
  }

  /** A descriptor for the file, or -EMFILE. */
  int open(Pollable file) {
    return open(new Entry(file, false));
  }

  int openForStranger() {
    return open(new Entry(new SimulatedFile(new byte[0]), true));
  }

  boolean isFull() {
    return lowestFree() >= limit;
  }

  private int open(Entry entry) {
    int fd = lowestFree();
    if (fd >= limit) {
      return -Errno.EMFILE;
    }
    if (fd == entries.size()) {
      entries.add(entry);
    } else {
      entries.set(fd, entry);
    }
    return fd;
  }

  private int lowestFree() {
    int fd = entries.indexOf(null);
    return fd < 0 ? entries.size() : fd;
  }

  void closeForStranger(int fd) {
    entries.set(fd, null);
  }

  /** The loop's file of that number; anything else is the loop's mistake. */
  Pollable file(String call, int fd) {
    Entry entry = fd >= 0 && fd < entries.size() ? entries.get(fd) : null;
    if (entry == null) {
      throw new AssertionError(call + ": fd " + fd + " is not open");
    }
    if (entry.stranger) {
      throw new AssertionError(call + ": fd " + fd + " belongs to somebody else");
    }
    return entry.file;
  }

  Pollable close(int fd) {
    Pollable closed = file("close", fd);
    entries.set(fd, null);
    return closed;
  }

  /** The loop's open descriptors. */
  List<Integer> open() {
    var open = new ArrayList<Integer>();
    for (int fd = 0; fd < entries.size(); fd++) {
      Entry entry = entries.get(fd);
      if (entry != null && !entry.stranger) {
        open.add(fd);
      }
    }
    return open;
  }

  /** The number of the file, or -1 if it is not open. */
  int numberOf(Pollable file) {
    for (int fd = 0; fd < entries.size(); fd++) {
      Entry entry = entries.get(fd);
      if (entry != null && entry.file.equals(file)) {
        return fd;
      }
    }
    return -1;
  }
}
