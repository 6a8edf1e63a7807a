package edgewise.epoll;

import edgewise.linux.Epoll;
import edgewise.linux.Errno;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket, TCP or AF_UNIX, of the loop or of a peer. What poll(2), recv(2) and send(2) say
 * in each state is what tcp_poll, unix_poll and their neighbours in Linux do.
 */
final class SimulatedSocket extends Pollable {
  private static final int RCVHUP = Epoll.EPOLLIN | Epoll.EPOLLRDHUP;

  final Agenda agenda;
  final Faults faults;
  final boolean tcp;
  final int sendBufferBytes;
  final int receiveBufferBytes;

  /** The number in the address of each end; 0 for none. */
  int local;

  int remote;

  /** Connections that wait to be accepted; null if it does not listen. */
  @Nullable ArrayDeque<SimulatedSocket> waiting;

  boolean connecting;
  private @Nullable SimulatedSocket peer;
  private @Nullable Pipe in;
  private @Nullable Pipe out;

  /** SO_ERROR. */
  private int error;

  private boolean shutRead;
  private boolean shutWrite;

  /** recv(2) has told of the end. */
  private boolean endRead;

  /** TCP_CLOSE after a reset. */
  private boolean broken;

  /** A failure was ever reported or is going to be. */
  private boolean failed;

  private boolean resetCame;
  private boolean linger0;
  private boolean gone;

  SimulatedSocket(Agenda agenda, Faults faults, boolean tcp) {
    this.agenda = agenda;
    this.faults = faults;
    this.tcp = tcp;
    sendBufferBytes = faults.bufferBytes();
    receiveBufferBytes = faults.bufferBytes();
  }

  static void pair(SimulatedSocket a, SimulatedSocket b) {
    var there = new Pipe(a.agenda, a.faults, a, b);
    var back = new Pipe(a.agenda, a.faults, b, a);
    a.become(b, back, there);
    b.become(a, there, back);
  }

  private void become(SimulatedSocket other, Pipe incoming, Pipe outgoing) {
    peer = other;
    in = incoming;
    out = outgoing;
    connecting = false;
  }

  // --- state

  boolean isConnected() {
    return peer != null && !broken;
  }

  boolean isGone() {
    return gone;
  }

  /** Whether the connection was reset, or is to be, at any time. */
  boolean hasFailed() {
    return failed;
  }

  /** Whether a reset has come. */
  boolean wasReset() {
    return resetCame;
  }

  /** Bytes that could be received now. */
  int readable() {
    return in == null ? 0 : in.readable();
  }

  /** Bytes that were ever accepted for sending. */
  long written() {
    return out == null ? 0 : out.written();
  }

  boolean isWritable() {
    return out != null && (shutWrite || out.isWritable());
  }

  /** Whether the peer's end, or a reset, has come; bytes may still be before it. */
  boolean hasEndArrived() {
    return shutRead;
  }

  /** Whether there are bytes, or an end, that recv(2) has not returned yet. */
  boolean isInputWaiting() {
    return readable() > 0 || (shutRead && !endRead);
  }

  boolean isErrorWaiting() {
    return error != 0;
  }

  @Override
  int readiness() {
    if (waiting != null) {
      return waiting.isEmpty() ? 0 : Epoll.EPOLLIN;
    }
    if (connecting) {
      return 0;
    }
    int bits = error != 0 ? Epoll.EPOLLERR : 0;
    if (peer == null || broken || (shutRead && shutWrite)) {
      bits |= Epoll.EPOLLHUP;
    }
    if (shutRead) {
      bits |= RCVHUP;
    }
    if (readable() > 0) {
      bits |= Epoll.EPOLLIN;
    }
    boolean room = out == null || (tcp && shutWrite) || out.poll();
    return bits | (room ? Epoll.EPOLLOUT : 0);
  }

  // --- calls

  int receive(MemorySegment into, long offset, int length) {
    if (in != null && in.readable() > 0) {
      return in.read(into, offset, length);
    }
    if (error != 0) {
      return -takeError();
    }
    if (shutRead) {
      endRead = true;
      return 0;
    }
    return in == null ? -Errno.ENOTCONN : -Errno.EAGAIN;
  }

  int send(MemorySegment source, long offset, int length) {
    if (out == null) {
      return -Errno.ENOTCONN;
    }
    if (shutWrite) {
      int waitingError = tcp ? takeError() : 0;
      return waitingError != 0 ? -waitingError : -Errno.EPIPE;
    }
    return out.write(source, offset, length);
  }

  int takeError() {
    int taken = error;
    error = 0;
    return taken;
  }

  int shutdownOutput() {
    if (out == null || broken) {
      return -Errno.ENOTCONN;
    }
    if (!shutWrite) {
      shutWrite = true;
      out.end();
      wake(0);
    } else if (!tcp) {
      out.tellOfEndAgain(); // unix_shutdown wakes both ends each time
      wake(0);
    }
    return 0;
  }

  void lingerZero() {
    linger0 = true;
  }

  /** A connect that was under way has failed. */
  void refused(int errno) {
    connecting = false;
    if (!gone) {
      breakOff(errno);
    }
  }

  @Override
  void close() {
    if (gone) {
      return;
    }
    gone = true;
    if (waiting != null) {
      waiting.forEach(SimulatedSocket::abort);
    } else if (peer != null && in != null && out != null) {
      if (tcp) {
        closeTcp(out);
      } else {
        peer.hungUp(in.readable() > 0);
      }
    }
  }

  /** Closes with a reset. */
  void abort() {
    linger0 = true;
    close();
  }

  /** Unread bytes, or SO_LINGER with no time, make it a reset; else what was sent still goes. */
  private void closeTcp(Pipe outgoing) {
    if (broken) {
      return;
    }
    if (linger0 || readable() > 0) {
      outgoing.cut();
      answerWithReset();
    } else {
      outgoing.end();
    }
  }

  /** Whoever sends to a closed TCP socket is reset; what that one had still to send is lost. */
  void answerWithReset() {
    if (out != null) {
      out.cut();
    }
    SimulatedSocket other = peer;
    if (other != null && !other.gone) {
      other.failed = true;
      agenda.after(faults.latency(), other::reset);
    }
  }

  // --- what the other end does

  void endArrived() {
    if (!gone && !broken) {
      shutRead = true;
      wake(0);
    }
  }

  /** A TCP reset has come. */
  void reset() {
    if (!gone && !broken) {
      breakOff(shutRead ? Errno.EPIPE : Errno.ECONNRESET);
    }
  }

  private void breakOff(int errno) {
    failed = true;
    resetCame = true;
    error = errno;
    broken = true;
    shutRead = true;
    shutWrite = true;
    if (out != null) {
      out.cut();
    }
    wake(0);
    wake(Epoll.EPOLLERR);
  }

  /** The other end of an AF_UNIX connection was closed, perhaps with bytes of ours unread. */
  private void hungUp(boolean unread) {
    if (!gone) {
      shutRead = true;
      shutWrite = true;
      if (unread) {
        failed = true;
        resetCame = true;
        error = Errno.ECONNRESET;
      }
      wake(0);
    }
  }

  @Override
  public String toString() {
    return (tcp ? "tcp " : "unix ") + local + "-" + remote;
  }
}
