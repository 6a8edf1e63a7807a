package edgewise.epoll;

import edgewise.linux.Epoll;
import edgewise.linux.Errno;
import java.lang.foreign.MemorySegment;

/**
 * One direction of a connection.
 *
 * <pre>
 *   TCP       write --> unsent --in a while, as far as there is room--> arrived --> read
 *   AF_UNIX   write ---------------------------------------------------> arrived --> read
 * </pre>
 *
 * <p>Room: TCP reports EPOLLOUT again when a third of the send buffer is free
 * (sk_stream_is_writeable) and only if somebody has met a full one before (SOCK_NOSPACE); AF_UNIX
 * when three quarters are free (unix_writable), with every read. A send that took less than it was
 * given has met a full buffer.
 */
final class Pipe {
  private final Agenda agenda;
  private final Faults faults;
  private final SimulatedSocket from;
  private final SimulatedSocket to;
  private final boolean tcp;
  private final ByteQueue unsent;
  private final ByteQueue arrived;
  private boolean ended;
  private boolean endArrived;
  private boolean cut;
  private boolean metFull;
  private boolean pressed;
  private boolean moving;
  private long written;

  Pipe(Agenda agenda, Faults faults, SimulatedSocket from, SimulatedSocket to) {
    this.agenda = agenda;
    this.faults = faults;
    this.from = from;
    this.to = to;
    this.tcp = from.tcp;
    unsent = new ByteQueue(tcp ? from.sendBufferBytes : 1);
    arrived = new ByteQueue(tcp ? to.receiveBufferBytes : from.sendBufferBytes);
  }

  // --- the sending end

  /** Bytes accepted so far. */
  long written() {
    return written;
  }

  /** Accepts bytes; how many, or -EAGAIN. */
  int write(MemorySegment source, long offset, int length) {
    ByteQueue into = tcp ? unsent : arrived;
    if (!pressed && faults.happens(faults.memoryPressure)) {
      press();
    }
    int count = pressed ? 0 : Math.min(length, into.room());
    if (count > 1 && faults.happens(faults.shortCount)) {
      count = faults.upTo(count);
      if (count < length) {
        press();
      }
    }
    metFull |= count < length;
    if (count == 0) {
      return -Errno.EAGAIN;
    }
    into.put(source, offset, count);
    written += count;
    if (tcp) {
      startMoving();
    } else {
      to.wake(Epoll.EPOLLIN);
    }
    return count;
  }

  /** No memory for a moment; when it is over whoever was refused is told. */
  private void press() {
    pressed = true;
    agenda.after(
        faults.latency(),
        () -> {
          pressed = false;
          tellOfRoom();
        });
  }

  /** Whether poll(2) finds room; if not, the next room is told of, as by tcp_poll. */
  boolean poll() {
    metFull |= !isWritable();
    return isWritable();
  }

  boolean isWritable() {
    return !pressed
        && !cut
        && (tcp
            ? 3 * unsent.size() <= 2 * unsent.capacity()
            : 4 * arrived.size() <= arrived.capacity());
  }

  private void tellOfRoom() {
    if ((metFull || !tcp) && !cut && isWritable()) {
      metFull = false;
      from.wake(Epoll.EPOLLOUT);
    }
  }

  /** What was written is the last. */
  void end() {
    ended = true;
    startMoving();
  }

  /** Wakes the receiving end, without news. */
  void tellOfEndAgain() {
    to.wake(0);
  }

  /** Drops what has not arrived. */
  void cut() {
    cut = true;
    unsent.clear();
  }

  // --- under way

  void startMoving() {
    boolean bytes = unsent.size() > 0 && (arrived.room() > 0 || to.isGone());
    boolean end = unsent.size() == 0 && ended && !endArrived;
    if (!tcp && end) {
      arriveEnd();
    } else if (tcp && !moving && !cut && (bytes || end)) {
      moving = true;
      agenda.after(faults.latency(), this::move);
    }
  }

  private void move() {
    moving = false;
    if (cut) {
      return;
    }
    if (to.isGone()) {
      if (unsent.size() > 0) {
        cut();
        to.answerWithReset();
      }
      return;
    }
    int most = Math.min(unsent.size(), arrived.room());
    if (most > 0) {
      int count = faults.random.nextBoolean() ? most : faults.upTo(most);
      for (int i = 0; i < count; i++) {
        arrived.put(unsent.take());
      }
      to.wake(Epoll.EPOLLIN);
      tellOfRoom();
    }
    if (unsent.size() == 0 && ended && !endArrived && faults.random.nextBoolean()) {
      arriveEnd();
    }
    startMoving();
  }

  private void arriveEnd() {
    endArrived = true;
    to.endArrived();
  }

  // --- the receiving end

  int readable() {
    return arrived.size();
  }

  int read(MemorySegment into, long offset, int length) {
    int count = Math.min(length, arrived.size());
    if (!tcp && count > 1 && faults.happens(faults.shortCount)) {
      count = faults.upTo(count); // TCP gives all that it has: epoll(7), question 9
    }
    arrived.take(into, offset, count);
    if (tcp) {
      startMoving();
    } else {
      tellOfRoom();
    }
    return count;
  }
}
