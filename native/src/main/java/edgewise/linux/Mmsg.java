package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * recvmmsg(2) and sendmmsg(2): several datagrams with one call. Any thread; results as in {@link
 * Socket}.
 */
public final class Mmsg {
  private Mmsg() {}

  /**
   * recvmmsg(2) without a timeout.
   *
   * <p>A failure that follows some messages is reported by the next call.
   *
   * @param messages receive data, addresses and control messages, those from {@code first} on
   * @return messages received, or {@code -errno}
   */
  public static int recvmmsg(int fd, MMsgHdr messages, int first, int count, int flags) {
    long vector = messages.toReceive(first, count);
    Scratch scratch = Scratch.current();
    try {
      int n =
          (int)
              Recvmmsg.CALL.invokeExact(
                  scratch.capture,
                  fd,
                  vector,
                  count,
                  flags,
                  MemorySegment.NULL,
                  messages.segment());
      return n >= 0 ? messages.received(first, n) : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * sendmmsg(2).
   *
   * <p>A failure that follows some messages is not reported: the next call that begins with the
   * message that failed meets it again.
   *
   * @param messages to be sent, those from {@code first} on
   * @return messages taken by the kernel, which may be fewer, or {@code -errno}
   */
  public static int sendmmsg(int fd, MMsgHdr messages, int first, int count, int flags) {
    long vector = messages.toSend(first, count);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int)
              Sendmmsg.CALL.invokeExact(
                  scratch.capture, fd, vector, count, flags, messages.segment()));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Recvmmsg {
    static final MethodHandle CALL =
        Downcall.bindHolding(
            "recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS);
  }

  private static final class Sendmmsg {
    static final MethodHandle CALL =
        Downcall.bindHolding("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
  }
}
