package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.OpenFile;
import edgewise.linux.Errno;
import edgewise.linux.Socket;
import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking stream socket; owns its descriptor. A call that a signal interrupted (EINTR) is
 * made again: to call it would-block would lose an edge.
 */
final class EpollStream extends Registration implements StreamSocket {
  private static final int CONNECTED = 0;

  /** sendfile(2) takes at most this much at once. */
  private static final long MAX_SENDFILE = 0x7fff_f000;

  private final boolean tcp;

  /** Where it was told to connect to; null for an accepted one. */
  private final @Nullable Endpoint target;

  /** What connect(2) has answered: 0 once it is connected. */
  private int connectResult = CONNECTED;

  private EpollStream(Kernel kernel, int fd, boolean tcp, @Nullable Endpoint target) {
    super(kernel, fd);
    this.tcp = tcp;
    this.target = target;
  }

  /** A socket that accept4(2) has returned. Its options were inherited from the listener's. */
  static EpollStream accepted(Kernel kernel, int fd, boolean tcp) {
    return new EpollStream(kernel, fd, tcp, null);
  }

  /** Makes a socket and starts to connect it. */
  static EpollStream connect(
      Kernel kernel, Addresses addresses, Endpoint remote, ConnectionOptions options)
      throws IOException {
    int family = Addresses.family(remote);
    int fd = Failures.checked(kernel.socket(family), "socket", "for " + remote);
    try {
      boolean tcp = family != Socket.AF_UNIX;
      SocketOptions.apply(kernel, fd, tcp, options);
      var stream = new EpollStream(kernel, fd, tcp, remote);
      stream.startConnect(addresses);
      return stream;
    } catch (IOException | RuntimeException e) {
      kernel.close(fd);
      throw e;
    }
  }

  private void startConnect(Addresses addresses) {
    if (target != null) {
      connectResult = kernel.connect(fd, addresses.toKernel(target));
      if (connectResult == -Errno.EINTR) {
        connectResult = -Errno.EINPROGRESS; // it goes on in the background, connect(2)
      }
    }
  }

  @Override
  public Progress finishConnect() throws IOException {
    if (connectResult == -Errno.EAGAIN) {
      startConnect(new Addresses());
    } else if (connectResult == -Errno.EINPROGRESS) {
      connectResult = outcome();
    }
    return switch (-connectResult) {
      case CONNECTED -> Progress.DONE;
      case Errno.EINPROGRESS -> Progress.PENDING;
      case Errno.EAGAIN -> Progress.TRY_AGAIN;
      default -> throw Failures.socket("connect", String.valueOf(target), connectResult);
    };
  }

  /** SO_ERROR is 0 both before and after success, so only a peer's address proves success. */
  private int outcome() {
    int error = takeErrno();
    if (error != 0) {
      return -error;
    }
    int result = kernel.getpeername(fd, new Addresses().scratch());
    return result == -Errno.ENOTCONN ? -Errno.EINPROGRESS : Math.min(result, CONNECTED);
  }

  private int takeErrno() {
    return (int) Math.max(0, kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_ERROR));
  }

  @Override
  public int receive(NativeBuffer into, int offset, int length) throws IOException {
    while (true) {
      int count = kernel.recv(fd, into.segment, offset, length);
      if (count >= 0) {
        return count;
      }
      if (count == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      if (count != -Errno.EINTR) {
        throw Failures.socket("recv", this, count);
      }
    }
  }

  @Override
  public int send(NativeBuffer from, int offset, int length, boolean more) throws IOException {
    while (true) {
      int count = kernel.send(fd, from.segment, offset, length, more);
      if (count >= 0) {
        return count;
      }
      if (count == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      if (count != -Errno.EINTR) {
        throw Failures.socket("send", this, count);
      }
    }
  }

  @Override
  public long sendFile(OpenFile file, long position, long count) throws IOException {
    int from = ((EpollFile) file).fd;
    while (true) {
      int sent = kernel.sendfile(fd, from, position, Math.min(count, MAX_SENDFILE));
      if (sent >= 0) {
        return sent;
      }
      if (sent == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      if (sent != -Errno.EINTR) {
        throw Failures.socket("sendfile", this, sent);
      }
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    int result = kernel.shutdownOutput(fd);
    if (result < 0 && result != -Errno.ENOTCONN) { // the peer has reset it: recv will say so
      throw Failures.socket("shutdown", this, result);
    }
  }

  @Override
  public @Nullable IOException takeError() {
    int error = takeErrno();
    return error == 0 ? null : Failures.socket("connection", this, -error);
  }

  @Override
  public Endpoint local() throws IOException {
    return new Addresses().local(kernel, fd);
  }

  @Override
  public Endpoint remote() throws IOException {
    return new Addresses().remote(kernel, fd);
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    SocketOptions.set(kernel, fd, option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(kernel, fd, option);
  }

  @Override
  public void close() {
    if (deregister()) {
      kernel.close(fd); // the descriptor is free whatever it returns, close(2)
    }
  }

  @Override
  public void abort() {
    if (tcp) {
      kernel.setLinger(fd, 0);
    }
    close();
  }

  @Override
  public String toString() {
    return target == null ? "fd " + fd : "fd " + fd + " to " + target;
  }
}
