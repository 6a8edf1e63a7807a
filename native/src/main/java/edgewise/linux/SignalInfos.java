package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array of struct signalfd_siginfo, which {@link SignalFd#read} fills. Its memory belongs to the
 * arena given; not for use by two threads at a time.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/signalfd.2.html">signalfd(2)</a>
 */
public final class SignalInfos {
  /** si_code: sent by kill(2). */
  public static final int SI_USER = 0;

  /** si_code: sent by sigqueue(3), with a value. */
  public static final int SI_QUEUE = -1;

  /** si_code: sent to one thread, tgkill(2). */
  public static final int SI_TKILL = -6;

  private final MemorySegment segment;

  private SignalInfos(MemorySegment segment) {
    this.segment = segment;
  }

  /** Room for that many signals. */
  public static SignalInfos allocate(Arena arena, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a capacity of " + capacity + " holds no signal");
    }
    return new SignalInfos(arena.allocate((long) Struct.SignalfdSiginfo.SIZEOF * capacity, 8));
  }

  /** The number of the signal in slot {@code i}. */
  public int signo(int i) {
    return segment.get(JAVA_INT, at(i) + Struct.SignalfdSiginfo.SSI_SIGNO);
  }

  /** Why it was sent: SI_USER, CLD_EXITED and others of sigaction(2). */
  public int code(int i) {
    return segment.get(JAVA_INT, at(i) + Struct.SignalfdSiginfo.SSI_CODE);
  }

  /** The process that sent it, or the child that SIGCHLD is about; 0 where there is none. */
  public int pid(int i) {
    return segment.get(JAVA_INT, at(i) + Struct.SignalfdSiginfo.SSI_PID);
  }

  /** The real user of that process, 0 to 2^32-1. */
  public long uid(int i) {
    return Integer.toUnsignedLong(segment.get(JAVA_INT, at(i) + Struct.SignalfdSiginfo.SSI_UID));
  }

  /** The exit status or the signal that ended the child; for SIGCHLD. */
  public int status(int i) {
    return segment.get(JAVA_INT, at(i) + Struct.SignalfdSiginfo.SSI_STATUS);
  }

  /** The int that was sent along; for SI_QUEUE. */
  public int value(int i) {
    return segment.get(JAVA_INT, at(i) + Struct.SignalfdSiginfo.SSI_INT);
  }

  /** The pointer or long that was sent along; for SI_QUEUE. */
  public long pointer(int i) {
    return segment.get(JAVA_LONG, at(i) + Struct.SignalfdSiginfo.SSI_PTR);
  }

  private static long at(int i) {
    return (long) i * Struct.SignalfdSiginfo.SIZEOF;
  }

  MemorySegment segment() {
    return segment;
  }
}
