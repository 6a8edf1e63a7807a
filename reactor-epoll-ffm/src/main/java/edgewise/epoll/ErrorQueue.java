package edgewise.epoll;

import edgewise.Endpoint;
import edgewise.linux.Errno;
import edgewise.linux.MsgHdr;
import edgewise.linux.SockExtendedErr;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import edgewise.spi.DatagramPort.Failure;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * The queue that IP_RECVERR makes the kernel keep, ip(7): an entry for each ICMP error, with the
 * address of the datagram that caused it. Its memory is made at the first error.
 */
final class ErrorQueue {
  /** Room for a struct sock_extended_err, the address of who complained, and more. */
  private static final int CONTROL_BYTES = 256;

  private final Kernel kernel;
  private final int fd;
  private @Nullable MsgHdr message;
  private @Nullable Sockaddr address;

  ErrorQueue(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
  }

  /** Takes the oldest entry, or null. */
  @Nullable Failure take() {
    if (message == null || address == null) {
      Arena arena = Arena.ofAuto();
      message = MsgHdr.allocate(arena, 1, CONTROL_BYTES);
      message.iov().set(0, arena.allocate(8), 0, 8); // of the datagram itself nothing is needed
      address = Sockaddr.allocate(arena);
      message.name(address);
    }
    while (true) {
      int result = kernel.recvmsg(fd, message, Socket.MSG_ERRQUEUE | Socket.MSG_DONTWAIT);
      if (result < 0 && result != -Errno.EINTR) {
        return null; // EAGAIN; any other failure would be told by the next call that is no query
      }
      Failure failure = result < 0 ? null : failure(message, address);
      if (failure != null) {
        return failure;
      }
    }
  }

  /** Null for an entry that is no news: what sendmmsg(2) itself has found, it has told as well. */
  private static @Nullable Failure failure(MsgHdr entry, Sockaddr about) {
    for (int at = entry.firstControl(); at >= 0; at = entry.nextControl(at)) {
      if (SockExtendedErr.isAt(entry, at)
          && SockExtendedErr.origin(entry, at) != Socket.SO_EE_ORIGIN_LOCAL) {
        Endpoint to = EpollAddress.endpoint(about);
        int errno = SockExtendedErr.errno(entry, at);
        return new Failure(to, Failures.socket("send to", to, -errno));
      }
    }
    return null;
  }
}
