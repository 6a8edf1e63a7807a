package edgewise.epoll;

import edgewise.linux.Dirents;
import edgewise.linux.EpollEvents;
import edgewise.linux.MMsgHdr;
import edgewise.linux.MsgHdr;
import edgewise.linux.OpenHow;
import edgewise.linux.Sockaddr;
import edgewise.linux.Stat;
import java.lang.foreign.MemorySegment;

/**
 * The system calls that the backend makes, and its clock: the one way to the kernel, so that a
 * simulated one can take its place. Results are those of the manual pages: {@code >= 0} or {@code
 * -errno}. In production {@link LinuxKernel} is the only implementation that is loaded, so the JIT
 * binds these calls as if there were no interface.
 */
interface Kernel {
  long nanoTime();

  int epollCreate();

  int epollCtl(int epfd, int op, int fd, int events, long data);

  /** epoll_wait(2) or epoll_pwait2(2); a negative timeout waits for ever. */
  int epollWait(int epfd, EpollEvents events, long timeoutNanos);

  /** A non-blocking eventfd(2). */
  int eventfd();

  /** Adds one to an eventfd. */
  int eventfdWrite(int fd);

  /** A non-blocking, close-on-exec socket of SOCK_STREAM or SOCK_SEQPACKET. */
  int socket(int domain, int type);

  /** Two close-on-exec AF_UNIX sockets. */
  int socketpair(int type, int[] fds);

  int bind(int fd, Sockaddr address);

  int listen(int fd, int backlog);

  /** accept4(2): non-blocking, close-on-exec. */
  int accept(int fd);

  int connect(int fd, Sockaddr address);

  int getsockname(int fd, Sockaddr into);

  int getpeername(int fd, Sockaddr into);

  /** An int option. */
  int setsockopt(int fd, int level, int name, int value);

  /** SO_LINGER; negative seconds switch it off. */
  int setLinger(int fd, int seconds);

  /** An int option as 0 to 2^32-1, or {@code -errno}. */
  long getsockopt(int fd, int level, int name);

  /** An option of any size; its length or {@code -errno}. */
  int getsockopt(int fd, int level, int name, MemorySegment into);

  int shutdownOutput(int fd);

  int recv(int fd, MemorySegment into, int offset, int length);

  int send(int fd, MemorySegment from, int offset, int length, boolean more);

  /** recv(2) of a message; with MSG_TRUNC, so that the result is its real length. */
  int recvMessage(int fd, MemorySegment into, int offset, int length);

  int recvmsg(int fd, MsgHdr message, int flags);

  int sendmsg(int fd, MsgHdr message, int flags);

  /** poll(2) without waiting; the events, or {@code -errno}. */
  int poll(int fd, int events);

  /** ioctl(2) SIOCINQ: the bytes that wait to be received. */
  int unread(int fd);

  int fcntl(int fd, int command, int argument);

  int sendfile(int socket, int file, long position, long count);

  int pread(int fd, MemorySegment into, int length, long position);

  int close(int fd);

  int openat2(int dirfd, String path, OpenHow how);

  int openat(int dirfd, String path, int flags);

  int fstat(int fd, Stat into);

  /** statx(2) with {@code STATX_BASIC_STATS}. */
  int statx(int dirfd, String path, int flags, Stat into);

  int getdents64(int fd, Dirents into);

  int readlink(String path, MemorySegment into);

  // --- datagrams

  /** recvmmsg(2): non-blocking, tells real lengths, descriptors are close-on-exec. */
  int recvmmsg(int fd, MMsgHdr messages, int count);

  /** sendmmsg(2): non-blocking. */
  int sendmmsg(int fd, MMsgHdr messages, int first, int count);

  /** An option that is a structure. */
  int setsockopt(int fd, int level, int name, MemorySegment value);

  int fchmod(int fd, int mode);
}
