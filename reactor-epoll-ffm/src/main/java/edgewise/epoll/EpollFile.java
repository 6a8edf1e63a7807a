package edgewise.epoll;

import edgewise.OpenFile;
import edgewise.linux.Stat;

/** An open file or directory; owns its descriptor. */
final class EpollFile extends OpenFile {
  private static final long NANOS = 1_000_000_000;
  private static final long MOST_SECONDS = Long.MAX_VALUE / NANOS - 1;

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
  protected void closeDescriptor() {
    kernel.close(fd);
  }
}
