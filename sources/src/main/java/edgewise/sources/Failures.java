package edgewise.sources;

import edgewise.linux.Errno;
import java.io.IOException;

/** Turns an errno into an exception that names the call and what it was about. */
final class Failures {
  private Failures() {}

  static IOException io(String call, Object about, long negatedErrno) {
    return io(call, about, negatedErrno, "");
  }

  /** {@code remedy}: what to do about it, or empty. */
  static IOException io(String call, Object about, long negatedErrno, String remedy) {
    String what = call + " " + about + ": " + Errno.describe((int) -negatedErrno);
    return new IOException(remedy.isEmpty() ? what : what + "; " + remedy);
  }

  /** The result, if it is one. */
  static int checked(int result, String call, Object about) throws IOException {
    if (result < 0) {
      throw io(call, about, result);
    }
    return result;
  }
}
