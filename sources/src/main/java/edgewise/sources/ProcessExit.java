package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.Timer;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.PidFd;
import java.io.IOException;
import java.time.Duration;

/**
 * The end of a process, one's own child or any other: pidfd_open(2). A descriptor stands for one
 * process for ever, so a signal sent by it never reaches another one that has got the number.
 *
 * <p>The status can be had of one's own children, as long as nobody has waited for them, by
 * waitid(2) with WNOWAIT; and of any process that has been waited for, since Linux 6.15. Children
 * that {@link ProcessBuilder} has started are waited for by the JDK, which races with this; the
 * status of those is best had from {@link ChildProcess}, or {@link Process#onExit}.
 */
public final class ProcessExit extends Source {
  /** How a process has ended. */
  public sealed interface Status {}

  /** It has exited by itself. */
  public record Exited(int code) implements Status {}

  /** A signal has ended it. */
  public record Killed(int signal) implements Status {}

  /** It has ended, and how is not told: see above. */
  public record Unknown() implements Status {}

  /** Is told when it has ended; on the loop. */
  @FunctionalInterface
  public interface Handler {
    /** The process has ended. Called once; the source is closed when this returns. */
    void onExit(ProcessExit process, Status status) throws Exception;
  }

  /** A parent waits for its child at once, or not soon at all. */
  private static final Duration PARENT_WAIT = Duration.ofMillis(100);

  private final Handler handler;
  private final Timer parentWait;
  private boolean ended;

  private ProcessExit(EventLoop loop, int pidfd, Handler handler) throws IOException {
    super(loop, pidfd, Interest.READ);
    this.handler = handler;
    parentWait = loop.timer(this::parentIsLate);
  }

  /**
   * Waits for the process that has this number now.
   *
   * @throws IOException with ESRCH if there is none, or it has been waited for
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static ProcessExit of(EventLoop loop, long pid, Handler handler) throws IOException {
    check(loop, "the end of a process");
    int pidfd = Failures.checked(PidFd.open(Math.toIntExact(pid), 0), "pidfd_open", pid);
    return new ProcessExit(loop, pidfd, handler);
  }

  /**
   * Waits for the process that a descriptor stands for, such as one of SO_PEERPIDFD in unix(7). The
   * descriptor is taken over in any case.
   */
  public static ProcessExit ofDescriptor(EventLoop loop, int pidfd, Handler handler)
      throws IOException {
    boolean usable = false;
    try {
      check(loop, "the end of a process");
      int probed = PidFd.sendSignal(pidfd, 0);
      usable = probed != -Errno.EBADF; // EPERM and ESRCH are said of pidfds only
      if (!usable) {
        throw Failures.io("pidfd_send_signal", "fd " + pidfd, probed, "it is not a pidfd");
      }
    } finally {
      if (!usable) {
        File.close(pidfd);
      }
    }
    return new ProcessExit(loop, pidfd, handler);
  }

  /**
   * Sends it a signal, pidfd_send_signal(2); 0 only asks.
   *
   * @return false if it has ended and was waited for
   * @throws IOException with EPERM if it is not ours to signal
   */
  public boolean signal(int signal) throws IOException {
    checkOpen();
    return signal(fd, signal);
  }

  static boolean signal(int pidfd, int signal) throws IOException {
    int result = PidFd.sendSignal(pidfd, signal);
    if (result == -Errno.ESRCH) {
      return false;
    }
    Failures.checked(result, "pidfd_send_signal", signal);
    return true;
  }

  @Override
  boolean drain() throws Exception {
    Status status = status();
    if (!(status instanceof Unknown) || ended || !kernelTells()) {
      tell(status);
    } else { // its parent has not waited for it yet; that it has is a hang-up
      ended = true;
      interest(Interest.NOTHING);
      parentWait.set(PARENT_WAIT);
    }
    return false;
  }

  private void parentIsLate() {
    try {
      tell(status());
    } catch (Exception e) {
      LOG.warn("the handler of {} failed", this, e);
    }
  }

  private void tell(Status status) throws Exception {
    try {
      handler.onExit(this, status);
    } finally {
      close();
    }
  }

  private boolean kernelTells() {
    return PidFd.exitStatus(fd, new int[1]) == -Errno.EAGAIN;
  }

  private Status status() {
    int[] told = new int[3];
    int options = PidFd.WEXITED | PidFd.WNOHANG | PidFd.WNOWAIT;
    if (PidFd.waitid(PidFd.P_PIDFD, fd, told, options) == 0 && told[0] != 0) {
      return told[1] == PidFd.CLD_EXITED ? new Exited(told[2]) : new Killed(told[2]);
    }
    int[] status = new int[1];
    if (PidFd.exitStatus(fd, status) != 0) {
      return new Unknown();
    }
    int signal = status[0] & 0x7f; // wait(2): WIFEXITED, WEXITSTATUS
    return signal == 0 ? new Exited(status[0] >> 8 & 0xff) : new Killed(signal);
  }

  @Override
  void beforeClose() {
    parentWait.cancel();
  }
}
