package edgewise.epoll;

import edgewise.linux.Epoll;
import edgewise.linux.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * The far end of one connection: sends its bytes when it pleases, reads at its own pace, checks
 * what it gets, and ends as it was told to.
 */
final class Peer implements Pollable.Watcher {
  /** What it does once it has sent everything. */
  enum Ending {
    /** Shuts down its sending side, and reads to the end. */
    HALF_CLOSE,
    /** Reads to the end, and only then closes. */
    AWAIT_END,
    /** Closes at once, whatever is unread. */
    CLOSE,
    /** Resets the connection at some moment. */
    RESET
  }

  private static final long PATIENCE = 300 * Faults.SECOND;

  final int id;
  final int total;
  final Ending ending;

  /** What its bytes, and those that it expects, are made of. */
  final int sends;

  final int expects;
  private final SimulatedKernel kernel;
  private final Faults faults;
  private final long pace;
  private final int mostAtOnce;
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[4096]);
  private @Nullable SimulatedSocket socket;
  private boolean readsYet;
  private boolean awake;
  private boolean hasEnded;
  int sent;
  int received;
  boolean endReceived;
  boolean finished;

  Peer(SimulatedKernel kernel, int id, boolean echo, Ending ending) {
    this.kernel = kernel;
    this.faults = kernel.faults;
    this.id = id;
    this.ending = ending;
    sends = id;
    expects = echo ? id : -id;
    total = faults.random.nextInt(8) == 0 ? 0 : faults.random.nextInt(3000);
    pace = 1L << faults.random.nextInt(8, 22);
    mostAtOnce = 1 << faults.random.nextInt(13);
  }

  /** Begins, with a socket that is connected. */
  void begin(SimulatedSocket connected) {
    socket = connected;
    connected.watch(this);
    readsYet = faults.random.nextBoolean();
    if (!readsYet) {
      kernel.agenda.after(
          faults.time(50 * Faults.MILLISECOND),
          () -> {
            readsYet = true;
            wakeUp();
          });
    }
    if (ending == Ending.RESET) {
      kernel.agenda.after(faults.time(50 * Faults.MILLISECOND), this::reset);
    }
    kernel.agenda.after(PATIENCE, this::giveUp);
    wakeUp();
  }

  @Override
  public void woken(int key) {
    wakeUp();
  }

  private void wakeUp() {
    if (!awake && !finished) {
      awake = true;
      kernel.agenda.after(faults.time(pace), this::step);
    }
  }

  private void step() {
    awake = false;
    SimulatedSocket connected = socket;
    if (finished || connected == null) {
      return;
    }
    if (readsYet) {
      receive(connected);
    }
    if (!finished) {
      send(connected);
    }
    if (!finished && !hasEnded && sent == total) {
      end(connected);
    }
    if (!finished && endReceived && (sent == total || !connected.isConnected())) {
      finish(connected);
    }
    if (!finished && hasMoreToDo(connected)) {
      wakeUp();
    }
  }

  private boolean hasMoreToDo(SimulatedSocket connected) {
    int ready = connected.readiness(); // and whoever finds no room is told when there is some
    boolean canReceive = readsYet && !endReceived && (ready & Epoll.EPOLLIN) != 0;
    boolean canSend = sent < total && (ready & Epoll.EPOLLOUT) != 0;
    return canReceive || canSend;
  }

  private void receive(SimulatedSocket connected) {
    int count = connected.receive(buffer, 0, faults.upTo(mostAtOnce));
    for (int i = 0; i < count; i++) {
      byte expected = Pattern.at(expects, received);
      byte actual = buffer.get(ValueLayout.JAVA_BYTE, i);
      if (actual != expected) {
        throw kernel.fail("peer " + id + ": byte " + received + " is wrong");
      }
      received++;
    }
    if (count == 0) {
      endReceived = true;
    } else if (count < 0 && count != -Errno.EAGAIN) {
      finish(connected); // reset
    }
  }

  private void send(SimulatedSocket connected) {
    int count = Math.min(total - sent, faults.upTo(mostAtOnce));
    if (count > 0) {
      var bytes = MemorySegment.ofArray(Pattern.bytes(sends, sent, count));
      int accepted = connected.send(bytes, 0, count);
      if (accepted > 0) {
        sent += accepted;
      } else if (accepted != -Errno.EAGAIN) {
        finish(connected);
      }
    }
  }

  private void end(SimulatedSocket connected) {
    hasEnded = true;
    switch (ending) {
      case HALF_CLOSE -> connected.shutdownOutput();
      case CLOSE -> finish(connected);
      case AWAIT_END, RESET -> {}
    }
  }

  private void reset() {
    if (socket != null && !finished) {
      socket.lingerZero();
      finish(socket);
    }
  }

  private void giveUp() {
    if (socket != null && !finished) {
      kernel.trace.note(kernel.agenda.now(), this + " gives up");
      if (kernel.kind) {
        throw kernel.fail(this + " has waited for too long");
      }
      finish(socket);
    }
  }

  private void finish(SimulatedSocket connected) {
    kernel.trace.note(kernel.agenda.now(), this + " closes");
    finished = true;
    connected.close();
  }

  @Override
  public String toString() {
    return "peer %d (%s, sent %d of %d, received %d%s)"
        .formatted(id, ending, sent, total, received, endReceived ? " and the end" : "");
  }
}
