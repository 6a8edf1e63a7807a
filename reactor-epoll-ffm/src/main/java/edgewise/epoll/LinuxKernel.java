package edgewise.epoll;

import edgewise.linux.Dirents;
import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.EventFd;
import edgewise.linux.File;
import edgewise.linux.Ioctl;
import edgewise.linux.MMsgHdr;
import edgewise.linux.Mmsg;
import edgewise.linux.MsgHdr;
import edgewise.linux.OpenHow;
import edgewise.linux.Poll;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import edgewise.linux.Stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The real kernel. Stateless. */
final class LinuxKernel implements Kernel {
  private static final int SOCKET_FLAGS = Socket.SOCK_NONBLOCK | Socket.SOCK_CLOEXEC;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public int epollCreate() {
    return Epoll.create1(Epoll.EPOLL_CLOEXEC);
  }

  @Override
  public int epollCtl(int epfd, int op, int fd, int events, long data) {
    return Epoll.ctl(epfd, op, fd, events, data);
  }

  @Override
  public int epollWait(int epfd, EpollEvents events, long timeoutNanos) {
    return Epoll.waitNanos(epfd, events, events.capacity(), timeoutNanos);
  }

  @Override
  public int eventfd() {
    return EventFd.eventfd(0, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC);
  }

  @Override
  public int eventfdWrite(int fd) {
    return EventFd.write(fd, 1);
  }

  @Override
  public int socket(int domain, int type) {
    return Socket.socket(domain, type | SOCKET_FLAGS, 0);
  }

  @Override
  public int socketpair(int type, int[] fds) {
    return Socket.socketpair(Socket.AF_UNIX, type | Socket.SOCK_CLOEXEC, 0, fds);
  }

  @Override
  public int bind(int fd, Sockaddr address) {
    return Socket.bind(fd, address);
  }

  @Override
  public int listen(int fd, int backlog) {
    return Socket.listen(fd, backlog);
  }

  @Override
  public int accept(int fd) {
    return Socket.accept4(fd, null, SOCKET_FLAGS);
  }

  @Override
  public int connect(int fd, Sockaddr address) {
    return Socket.connect(fd, address);
  }

  @Override
  public int getsockname(int fd, Sockaddr into) {
    return Socket.getsockname(fd, into);
  }

  @Override
  public int getpeername(int fd, Sockaddr into) {
    return Socket.getpeername(fd, into);
  }

  @Override
  public int setsockopt(int fd, int level, int name, int value) {
    return Socket.setsockoptInt(fd, level, name, value);
  }

  @Override
  public int setLinger(int fd, int seconds) {
    return Socket.setsockoptLinger(fd, seconds >= 0, Math.max(seconds, 0));
  }

  @Override
  public long getsockopt(int fd, int level, int name) {
    return Socket.getsockoptInt(fd, level, name);
  }

  @Override
  public int getsockopt(int fd, int level, int name, MemorySegment into) {
    return Socket.getsockopt(fd, level, name, into);
  }

  @Override
  public int shutdownOutput(int fd) {
    return Socket.shutdown(fd, Socket.SHUT_WR);
  }

  @Override
  public int recv(int fd, MemorySegment into, int offset, int length) {
    return Socket.recv(fd, into, offset, length, 0);
  }

  @Override
  public int send(int fd, MemorySegment from, int offset, int length, boolean more) {
    int flags = more ? Socket.MSG_NOSIGNAL | Socket.MSG_MORE : Socket.MSG_NOSIGNAL;
    return Socket.send(fd, from, offset, length, flags);
  }

  @Override
  public int recvMessage(int fd, MemorySegment into, int offset, int length) {
    return Socket.recv(fd, into, offset, length, Socket.MSG_TRUNC);
  }

  @Override
  public int recvmsg(int fd, MsgHdr message, int flags) {
    return Socket.recvmsg(fd, message, flags);
  }

  @Override
  public int sendmsg(int fd, MsgHdr message, int flags) {
    return Socket.sendmsg(fd, message, flags);
  }

  @Override
  public int poll(int fd, int events) {
    return Poll.poll(fd, events, 0);
  }

  @Override
  public int unread(int fd) {
    MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_INT); // rarely asked for
    int result = Ioctl.ioctl(fd, Ioctl.FIONREAD, count);
    return result < 0 ? result : count.get(ValueLayout.JAVA_INT, 0);
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    return File.fcntl(fd, command, argument);
  }

  @Override
  public int sendfile(int socket, int file, long position, long count) {
    return File.sendfile(socket, file, position, count);
  }

  @Override
  public int pread(int fd, MemorySegment into, int length, long position) {
    return File.pread(fd, into, 0, length, position);
  }

  @Override
  public int close(int fd) {
    return File.close(fd);
  }

  @Override
  public int openat2(int dirfd, String path, OpenHow how) {
    return File.openat2(dirfd, path, how);
  }

  @Override
  public int openat(int dirfd, String path, int flags) {
    return File.openat(dirfd, path, flags, 0);
  }

  @Override
  public int fstat(int fd, Stat into) {
    return File.fstat(fd, into);
  }

  @Override
  public int statx(int dirfd, String path, int flags, Stat into) {
    return File.statx(dirfd, path, flags, Stat.STATX_BASIC_STATS, into);
  }

  @Override
  public int getdents64(int fd, Dirents into) {
    return File.getdents64(fd, into);
  }

  @Override
  public int readlink(String path, MemorySegment into) {
    return File.readlink(path, into);
  }

  // --- datagrams

  private static final int RECEIVE_FLAGS =
      Socket.MSG_DONTWAIT | Socket.MSG_TRUNC | Socket.MSG_CMSG_CLOEXEC;

  @Override
  public int recvmmsg(int fd, MMsgHdr messages, int count) {
    return Mmsg.recvmmsg(fd, messages, 0, count, RECEIVE_FLAGS);
  }

  @Override
  public int sendmmsg(int fd, MMsgHdr messages, int first, int count) {
    return Mmsg.sendmmsg(fd, messages, first, count, Socket.MSG_DONTWAIT | Socket.MSG_NOSIGNAL);
  }

  @Override
  public int setsockopt(int fd, int level, int name, MemorySegment value) {
    return Socket.setsockopt(fd, level, name, value);
  }

  @Override
  public int fchmod(int fd, int mode) {
    return File.fchmod(fd, mode);
  }
}
