package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.EventFd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Signals that are sent to this process, by way of the JDK: its handler counts them and wakes the
 * loop by an eventfd. Works in any JVM. Who has sent a signal is not known, and signals that come
 * faster than they are handled count fewer, as the kernel has it: a standard signal is pending once
 * at most, signal(7).
 *
 * <p>While it is open it replaces what the JVM does at these signals: HUP, INT and TERM do not run
 * shutdown hooks and exit, unless the handler calls {@link System#exit}. What was before is put
 * back at the end. Not to be had: signals that the JVM needs (QUIT, USR2, PIPE, those of faults),
 * HUP, INT and TERM under -Xrs, real-time signals.
 *
 * @see BlockedSignals
 */
public final class Signals extends Source {
  /** Is told of signals; on the loop. */
  @FunctionalInterface
  public interface Handler {
    /**
     * A signal has come.
     *
     * @param name without SIG, such as HUP
     * @param times how often since it was told last, at least; 1 or more
     */
    void onSignal(Signals signals, String name, int times) throws Exception;
  }

  /** Signals that the JVM lets go, and breaks without: os_posix.cpp and signals_posix.cpp of it. */
  private static final Set<String> NEEDED =
      Set.of("QUIT", "USR2", "PIPE", "XFSZ", "SEGV", "BUS", "FPE", "ILL", "TRAP", "ABRT", "SYS");

  /** What is open in this process: a signal has one handler. */
  private static final Set<String> TAKEN = new HashSet<>();

  private static final class Entry {
    final String name;
    final AtomicInteger count = new AtomicInteger();
    final Object before;

    Entry(Signals owner, String name) {
      this.name = name;
      before = owner.jdk.handle(name, _ -> owner.received(this));
    }
  }

  private final JdkSignals jdk;
  private final Handler handler;
  private final List<Entry> entries = new ArrayList<>();

  /** As in {@link Counter}. */
  private final Object lock = new Object();

  private boolean gone;

  private Signals(EventLoop loop, JdkSignals jdk, int fd, Handler handler) throws IOException {
    super(loop, fd, Interest.READ);
    this.jdk = jdk;
    this.handler = handler;
  }

  /**
   * Takes these signals from now on.
   *
   * @param names without SIG: HUP, USR1, WINCH, CHLD, ...
   * @throws IllegalArgumentException if one is unknown, or needed by the JVM
   * @throws IllegalStateException if one is taken already
   * @throws UnsupportedOperationException on another backend than epoll, and without the module
   *     jdk.unsupported
   */
  public static Signals open(EventLoop loop, Set<String> names, Handler handler)
      throws IOException {
    check(loop, "signals");
    for (String name : names) {
      if (NEEDED.contains(name)) {
        throw new IllegalArgumentException("the JVM itself needs SIG" + name);
      }
    }
    var jdk = new JdkSignals();
    int flags = EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC;
    int fd = Failures.checked(EventFd.eventfd(0, flags), "eventfd", "");
    var signals = new Signals(loop, jdk, fd, handler);
    boolean taken = false;
    try {
      names.forEach(signals::take);
      taken = true;
      return signals;
    } finally {
      if (!taken) {
        signals.close();
      }
    }
  }

  private void take(String name) {
    synchronized (TAKEN) {
      if (!TAKEN.add(name)) {
        throw new IllegalStateException("SIG" + name + " is taken already");
      }
      boolean taken = false;
      try {
        entries.add(new Entry(this, name));
        taken = true;
      } finally {
        if (!taken) {
          TAKEN.remove(name);
        }
      }
    }
  }

  /** On a thread of the JDK's. */
  private void received(Entry entry) {
    entry.count.getAndIncrement();
    synchronized (lock) {
      if (!gone) {
        int result = EventFd.write(fd, 1);
        if (result < 0 && result != -Errno.EAGAIN) { // EAGAIN: full, so the loop will look anyway
          LOG.warn("write {}: {}", this, Errno.describe(-result));
        }
      }
    }
  }

  @Override
  boolean drain() throws Exception {
    long rung = EventFd.read(fd);
    if (rung < 0 && rung != -Errno.EAGAIN) {
      throw Failures.io("read", this, rung);
    }
    for (Entry entry : entries) {
      int times = entry.count.getAndSet(0);
      if (times > 0 && isOpen()) {
        handler.onSignal(this, entry.name, times);
      }
    }
    return false;
  }

  @Override
  void beforeClose() {
    synchronized (TAKEN) {
      for (Entry entry : entries) {
        Object _ = jdk.restore(entry.name, entry.before);
        TAKEN.remove(entry.name);
      }
    }
    synchronized (lock) {
      gone = true;
    }
  }
}
