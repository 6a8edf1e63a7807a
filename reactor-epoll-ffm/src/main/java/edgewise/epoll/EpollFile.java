package edgewise.epoll;

import edgewise.OpenFile;
import edgewise.linux.Errno;
import edgewise.linux.Stat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** An open file or directory; owns its descriptor. */
final class EpollFile extends OpenFile {
  private static final long NANOS = 1_000_000_000;
  private static final long MOST_SECONDS = Long.MAX_VALUE / NANOS - 1;

  /** What one read takes at most, so that the memory beside an array stays small. */
  private static final int MAX_READ = 64 << 10;

  final int fd;
  private final Kernel kernel;

  EpollFile(Kernel kernel, int fd, boolean directory, long size, long modifiedNanos, long fileKey) {
    super(directory, size, modifiedNanos, fileKey);
    this.kernel = kernel;
    this.fd = fd;
  }

  /** Of a descriptor that was examined. */
  static EpollFile of(Kernel kernel, int fd, Stat stat) {
    return new EpollFile(
        kernel, fd, stat.isType(Stat.S_IFDIR), stat.size(), modifiedNanos(stat), stat.ino());
  }

  /** As far as nanoseconds since 1970 reach in a long: the years 1677 to 2262. */
  static long modifiedNanos(Stat stat) {
    long seconds = Math.clamp(stat.mtimeSeconds(), -MOST_SECONDS, MOST_SECONDS);
    return seconds * NANOS + stat.mtimeNanos();
  }

  @Override
  protected int readFile(ByteBuffer into, long position) throws IOException {
    int length = Math.min(into.remaining(), MAX_READ);
    int count;
    if (into.isDirect()) {
      count = read(MemorySegment.ofBuffer(into), length, position);
      into.position(into.position() + Math.max(count, 0));
    } else {
      try (Arena arena = Arena.ofConfined()) { // the kernel does not write into an array
        MemorySegment memory = arena.allocate(length);
        count = read(memory, length, position);
        into.put(memory.asSlice(0, count).asByteBuffer());
      }
    }
    return count == 0 ? -1 : count;
  }

  private int read(MemorySegment into, int length, long position) throws IOException {
    while (true) {
      int count = kernel.pread(fd, into, length, position);
      if (count >= 0) {
        return count;
      }
      if (count != -Errno.EINTR) {
        throw Failures.io("pread", "fd " + fd, count);
      }
    }
  }

  @Override
  protected void closeDescriptor() {
    kernel.close(fd);
  }
}
