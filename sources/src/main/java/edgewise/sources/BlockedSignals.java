package edgewise.sources;

import edgewise.EventLoop;
import edgewise.Interest;
import edgewise.linux.Errno;
import edgewise.linux.SignalFd;
import edgewise.linux.SignalInfos;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Signals by signalfd(2), with what the kernel knows of each: who has sent it, and a value. Also
 * real-time signals, which queue.
 *
 * <p>A signal comes this way only while every thread blocks it: else the kernel gives it to one
 * that does not. The threads of a JVM are there before any program of Java, so the signal has to be
 * blocked before the JVM is started, by who starts it: {@code env --block-signal=USR1 java ...} of
 * coreutils. All threads inherit that, and {@link #open} makes sure of it. Where this cannot be
 * had, {@link Signals} is the way; {@link #ofThread} is for signals that are sent to the loop's
 * thread alone.
 */
public final class BlockedSignals extends Source {
  /**
   * A signal that has come.
   *
   * @param number its number, signal(7)
   * @param code how it was sent: {@link SignalInfos#SI_USER} and others of sigaction(2)
   * @param pid the process that has sent it, or the child that SIGCHLD is about; 0 if none
   * @param uid its user
   * @param value what sigqueue(3) has sent along
   */
  public record Info(int number, int code, int pid, long uid, int value) {}

  /** Is told of signals; on the loop. */
  @FunctionalInterface
  public interface Handler {
    void onSignal(BlockedSignals signals, Info signal) throws Exception;
  }

  /** Signals of one read; a standard signal is pending once at most, signal(7). */
  private static final int CAPACITY = 16;

  /** Reads of one turn: real-time signals queue, and whoever sends them may not stop. */
  private static final int READS_PER_TURN = 4;

  private final Handler handler;
  private final SignalInfos infos = SignalInfos.allocate(Arena.ofAuto(), CAPACITY);

  private BlockedSignals(EventLoop loop, int fd, Handler handler) throws IOException {
    super(loop, fd, Interest.READ);
    this.handler = handler;
  }

  /**
   * Takes signals that are sent to this process.
   *
   * @param signals numbers, signal(7)
   * @throws IllegalStateException if a thread does not block one of them; the message says what to
   *     do
   * @throws UnsupportedOperationException on another backend than epoll
   */
  public static BlockedSignals open(EventLoop loop, int[] signals, Handler handler)
      throws IOException {
    check(loop, "signals by signalfd");
    long set = SignalFd.set(signals);
    List<String> open = threadsNotBlocking(set);
    if (!open.isEmpty()) {
      throw new IllegalStateException(
          "these threads do not block all of the signals, and may be given them: "
              + open
              + "; start the JVM with them blocked, as by env --block-signal=USR1 java ..., or use"
              + " Signals");
    }
    return new BlockedSignals(loop, signalfd(set), handler);
  }

  /**
   * Takes signals that are sent to the loop's thread alone: tgkill(2), timer_create(2) with
   * SIGEV_THREAD_ID, F_SETOWN_EX of fcntl(2). The thread blocks them from now on. Signals to the
   * process do not come.
   */
  public static BlockedSignals ofThread(EventLoop loop, int[] signals, Handler handler)
      throws IOException {
    check(loop, "signals by signalfd");
    long set = SignalFd.set(signals);
    int result = SignalFd.pthreadSigmask(SignalFd.SIG_BLOCK, set, new long[1]);
    Failures.checked(result, "pthread_sigmask", "");
    return new BlockedSignals(loop, signalfd(set), handler);
  }

  private static int signalfd(long set) throws IOException {
    int flags = SignalFd.SFD_NONBLOCK | SignalFd.SFD_CLOEXEC;
    return Failures.checked(SignalFd.signalfd(-1, set, flags), "signalfd", "");
  }

  /** Their names, from /proc/self/task. */
  private static List<String> threadsNotBlocking(long set) throws IOException {
    var open = new ArrayList<String>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        if ((blockedBy(thread) & set) != set) {
          open.add(Files.readString(thread.resolve("comm")).strip());
        }
      }
    }
    return open;
  }

  /** The set that a thread blocks; all, if it has ended meanwhile. */
  private static long blockedBy(Path thread) throws IOException {
    try {
      for (String line : Files.readAllLines(thread.resolve("status"))) {
        if (line.startsWith("SigBlk:")) {
          return Long.parseUnsignedLong(line.substring("SigBlk:".length()).strip(), 16);
        }
      }
    } catch (NoSuchFileException e) {
      return -1; // it is gone, and with it the question
    }
    throw new IOException("no SigBlk in " + thread + "/status");
  }

  @Override
  boolean drain() throws Exception {
    for (int i = 0; i < READS_PER_TURN; i++) {
      int count = SignalFd.read(fd, infos);
      if (count == -Errno.EAGAIN) {
        return false;
      }
      Failures.checked(count, "read", this);
      for (int slot = 0; slot < count && isOpen(); slot++) {
        handler.onSignal(this, info(slot));
      }
      if (!isOpen()) {
        return false;
      }
    }
    return true;
  }

  private Info info(int slot) {
    return new Info(
        infos.signo(slot), infos.code(slot), infos.pid(slot), infos.uid(slot), infos.value(slot));
  }
}
