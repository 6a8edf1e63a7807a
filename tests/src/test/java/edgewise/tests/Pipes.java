package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Errno;
import edgewise.linux.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/** Raw non-blocking pipes; what is still open is closed with the rig. */
final class Pipes implements AutoCloseable {
  private final MemorySegment buffer = Arena.ofAuto().allocate(4096);
  private final Set<Integer> open = new HashSet<>();

  Pipes(Rig rig) {
    rig.closing(this);
  }

  /** The reading end, the writing end. */
  int[] open() {
    int[] ends = new int[2];
    assertEquals(0, File.pipe2(ends, File.O_NONBLOCK | File.O_CLOEXEC));
    open.add(ends[0]);
    open.add(ends[1]);
    return ends;
  }

  /** A descriptor from elsewhere, to be closed with the rest. */
  int owned(int fd) {
    assertTrue(fd >= 0, () -> Errno.describe(-fd));
    open.add(fd);
    return fd;
  }

  void write(int fd) {
    assertEquals(1, File.write(fd, buffer, 0, 1));
  }

  /** Reads until EAGAIN or the end; how many bytes. */
  int drain(int fd) {
    int total = 0;
    for (int count = read(fd); count > 0; count = read(fd)) {
      total += count;
    }
    return total;
  }

  private int read(int fd) {
    return File.read(fd, buffer, 0, 4096);
  }

  void close(int... fds) {
    for (int fd : fds) {
      if (open.remove(fd)) {
        assertEquals(0, File.close(fd));
      }
    }
  }

  @Override
  public void close() {
    close(open.stream().mapToInt(Integer::intValue).toArray());
  }
}
