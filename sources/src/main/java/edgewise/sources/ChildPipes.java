package edgewise.sources;

import edgewise.linux.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/**
 * The pipes of a program to be started: those of its streams that are not redirected. The JDK opens
 * the program's ends once more by /proc/self/fd, so those are blocking, as programs expect, and
 * after the start the program has the only copies.
 */
final class ChildPipes implements AutoCloseable {
  private static final int STREAMS = 3;
  private static final int NONE = -1;

  /** Our ends, and the program's. */
  private final int[] ours = {NONE, NONE, NONE};

  private final int[] theirs = {NONE, NONE, NONE};

  private ChildPipes() {}

  static ChildPipes open(ProcessBuilder builder) throws IOException {
    var pipes = new ChildPipes();
    boolean opened = false;
    try {
      boolean[] wanted = {
        builder.redirectInput().equals(Redirect.PIPE),
        builder.redirectOutput().equals(Redirect.PIPE),
        builder.redirectError().equals(Redirect.PIPE) && !builder.redirectErrorStream()
      };
      for (int i = 0; i < STREAMS; i++) {
        if (wanted[i]) {
          pipes.open(i);
        }
      }
      opened = true;
      return pipes;
    } finally {
      if (!opened) {
        pipes.close();
      }
    }
  }

  private void open(int stream) throws IOException {
    int[] ends = new int[2];
    Failures.checked(File.pipe2(ends, File.O_CLOEXEC | File.O_NONBLOCK), "pipe2", "");
    ours[stream] = stream == 0 ? ends[1] : ends[0];
    theirs[stream] = stream == 0 ? ends[0] : ends[1];
  }

  /** Starts the program with these; the builder is then as it was. */
  Process start(ProcessBuilder builder) throws IOException {
    try {
      if (has(0)) {
        builder.redirectInput(Redirect.from(file(0)));
      }
      if (has(1)) {
        builder.redirectOutput(Redirect.to(file(1)));
      }
      if (has(2)) {
        builder.redirectError(Redirect.to(file(2)));
      }
      return builder.start();
    } finally {
      if (has(0)) {
        builder.redirectInput(Redirect.PIPE);
      }
      if (has(1)) {
        builder.redirectOutput(Redirect.PIPE);
      }
      if (has(2)) {
        builder.redirectError(Redirect.PIPE);
      }
    }
  }

  private java.io.File file(int stream) {
    return new java.io.File("/proc/self/fd/" + theirs[stream]);
  }

  boolean has(int stream) {
    return theirs[stream] != NONE;
  }

  /** Our end, which is now the caller's. */
  int take(int stream) {
    int fd = ours[stream];
    ours[stream] = NONE;
    return fd;
  }

  /** Closes the program's ends, and those of ours that nobody has taken. */
  @Override
  public void close() {
    for (int[] ends : new int[][] {ours, theirs}) {
      for (int i = 0; i < STREAMS; i++) {
        if (ends[i] != NONE) {
          File.close(ends[i]);
          ends[i] = NONE;
        }
      }
    }
  }
}
