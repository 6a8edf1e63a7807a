package edgewise.http.cgi;

import edgewise.linux.Errno;
import edgewise.linux.File;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** One end of a pipe, closed once whoever closes it. Any thread. */
final class PipeEnd {
  private static final int CLOSED = -1;

  private final AtomicInteger fd;

  private PipeEnd(int fd) {
    this.fd = new AtomicInteger(fd);
  }

  /** A pipe: the end to read from, the end to write to. Both non-blocking, not inherited. */
  static PipeEnd[] pipe() throws IOException {
    int[] fds = new int[2];
    int result = File.pipe2(fds, File.O_CLOEXEC | File.O_NONBLOCK);
    if (result < 0) {
      throw new IOException("pipe2: " + Errno.describe(-result));
    }
    return new PipeEnd[] {new PipeEnd(fds[0]), new PipeEnd(fds[1])};
  }

  /** The descriptor; -1 when closed, which the kernel answers with EBADF. */
  int fd() {
    return fd.get();
  }

  /**
   * A file name by which the JDK opens this end for a program. What that opens is not this end's
   * open file but another one, proc_pid_fd(5), so it is blocking, as programs expect.
   */
  java.io.File file() {
    return new java.io.File("/proc/self/fd/" + fd());
  }

  /** Idempotent. */
  void close() {
    int number = fd.getAndSet(CLOSED);
    if (number != CLOSED) {
      File.close(number); // whatever it returns, it is closed; a pipe has nothing left to fail
    }
  }
}
