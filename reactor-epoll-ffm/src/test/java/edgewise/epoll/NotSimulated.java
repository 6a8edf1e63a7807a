package edgewise.epoll;

import edgewise.linux.MsgHdr;
import java.lang.foreign.MemorySegment;

/** Calls of {@link Kernel} that {@link SimulatedKernel} does not have. */
abstract class NotSimulated implements Kernel {
  private static UnsupportedOperationException refused(String call) {
    return new UnsupportedOperationException("not simulated: " + call);
  }

  @Override
  public int socketpair(int type, int[] fds) {
    throw refused("socketpair");
  }

  @Override
  public int recvMessage(int fd, MemorySegment into, int offset, int length) {
    throw refused("recv of a message");
  }

  @Override
  public int recvmsg(int fd, MsgHdr message, int flags) {
    throw refused("recvmsg");
  }

  @Override
  public int sendmsg(int fd, MsgHdr message, int flags) {
    throw refused("sendmsg");
  }

  @Override
  public int poll(int fd, int events) {
    throw refused("poll");
  }

  @Override
  public int unread(int fd) {
    throw refused("ioctl SIOCINQ");
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    throw refused("fcntl");
  }
}
