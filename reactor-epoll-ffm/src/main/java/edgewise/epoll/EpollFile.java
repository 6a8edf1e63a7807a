package edgewise.epoll;

import edgewise.OpenFile;

/** An open file or directory; owns its descriptor. */
final class EpollFile extends OpenFile {
  final int fd;
  private final Kernel kernel;

  EpollFile(Kernel kernel, int fd, boolean directory, long size, long modifiedNanos) {
    super(directory, size, modifiedNanos);
    this.kernel = kernel;
    this.fd = fd;
  }

  @Override
  protected void closeDescriptor() {
    kernel.close(fd);
  }
}
