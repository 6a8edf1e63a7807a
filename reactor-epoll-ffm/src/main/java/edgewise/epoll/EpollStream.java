package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.OpenFile;
import edgewise.PeerCredentials;
import edgewise.SocketType;
import edgewise.linux.Errno;
import edgewise.linux.Poll;
import edgewise.linux.Socket;
import edgewise.spi.Ancillary;
import edgewise.spi.NativeBuffer;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketException;
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
  private final boolean messages;
  private final boolean credentials;

  /** Where it was told to connect to; null for an accepted one. */
  private final @Nullable Endpoint target;

  /** A reset that was told before the messages that came earlier; 0 for none. */
  private int reset;

  /** Made elsewhere: whoever has passed it may still have a duplicate. */
  private boolean adopted;

  /** What connect(2) has answered: 0 once it is connected. */
  private int connectResult = CONNECTED;

  private EpollStream(
      Kernel kernel, int fd, boolean tcp, ConnectionOptions options, @Nullable Endpoint target) {
    super(kernel, fd);
    this.tcp = tcp;
    this.messages = options.type() == SocketType.SEQPACKET;
    this.credentials = options.passCredentials();
    this.target = target;
  }

  /**
   * A socket that accept4(2) has returned. Its options were inherited from the listener's, but for
   * SO_PASSCRED, which is before Linux 6.16 not inherited.
   */
  static EpollStream accepted(Kernel kernel, int fd, boolean tcp, ConnectionOptions options)
      throws IOException {
    var stream = new EpollStream(kernel, fd, tcp, options, null);
    if (options.passCredentials()) {
      try {
        SocketOptions.passCredentials(kernel, fd);
      } catch (IOException e) {
        stream.close();
        throw e;
      }
    }
    return stream;
  }

  /** Takes over a connected socket. */
  static EpollStream adopt(Kernel kernel, Descriptor socket, ConnectionOptions options)
      throws IOException {
    int domain = AdoptedSocket.check(kernel, socket, options, false);
    AdoptedSocket.prepare(kernel, socket.fd(), domain, options);
    boolean tcp = domain != Socket.AF_UNIX;
    var stream = new EpollStream(kernel, socket.take(), tcp, options, null);
    stream.adopted = true;
    return stream;
  }

  /** Makes a socket and starts to connect it. */
  static EpollStream connect(
      Kernel kernel, Addresses addresses, Endpoint remote, ConnectionOptions options)
      throws IOException {
    int family = Addresses.family(remote);
    int type = AdoptedSocket.number(options.type());
    int fd = Failures.checked(kernel.socket(family, type), "socket", "for " + remote);
    try {
      boolean tcp = family != Socket.AF_UNIX;
      SocketOptions.apply(kernel, fd, tcp, options);
      var stream = new EpollStream(kernel, fd, tcp, options, remote);
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
      int count =
          messages
              ? kernel.recvMessage(fd, into.segment, offset, length)
              : kernel.recv(fd, into.segment, offset, length);
      if (count >= 0) {
        return messages ? message(count, length) : count;
      }
      if (count == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      if (count != -Errno.EINTR && !isKept(count)) {
        throw Failures.socket("recv", this, count);
      }
    }
  }

  /** An adopted socket may have a layer above TCP, such as TLS, whose records end receives. */
  @Override
  public boolean isEmptiedByShortReceive() {
    return tcp && !adopted;
  }

  @Override
  public int receive(NativeBuffer into, int offset, int length, Ancillary beside)
      throws IOException {
    int flags = messages ? Socket.MSG_TRUNC : 0;
    while (true) {
      int count =
          Messages.current().receive(kernel, fd, into, offset, length, flags, credentials, beside);
      if (count >= 0) {
        return messages ? message(count, length) : count;
      }
      if (count == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      if (count != -Errno.EINTR && !isKept(count)) {
        throw Failures.socket("recvmsg", this, count);
      }
    }
  }

  /** What a message of that length means to the caller. */
  private int message(int length, int room) throws IOException {
    if (length > room) {
      throw new SocketException(
          "recv %s: EMSGSIZE: a message of %d bytes is longer than receiveBufferBytes = %d"
              .formatted(this, length, room));
    }
    if (length > 0) {
      return length;
    }
    if (!isAtEnd()) {
      return EMPTY_MESSAGE;
    }
    if (reset != 0) {
      throw Failures.socket("recv", this, reset);
    }
    return END;
  }

  /**
   * Of messages, unlike of a stream, the kernel tells a reset first, and only once, and gives out
   * what came earlier afterwards (__skb_try_recv_datagram of Linux): it is kept for their end.
   */
  private boolean isKept(int failure) {
    boolean kept = messages && reset == 0 && failure == -Errno.ECONNRESET;
    if (kept) {
      reset = failure;
    }
    return kept;
  }

  /**
   * Whether a result of 0 was the end of the messages, and not one without bytes, which looks the
   * same: the peer has shut down its side, and nothing waits. Empty messages that were sent last of
   * all, and are received after the shutdown, are taken for the end.
   */
  private boolean isAtEnd() {
    int gone = Poll.POLLRDHUP | Poll.POLLHUP;
    int now;
    do {
      now = kernel.poll(fd, gone);
    } while (now == -Errno.EINTR); // a signal interrupts it although it does not wait
    return now > 0 && (now & gone) != 0 && kernel.unread(fd) <= 0;
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
  public boolean passesDescriptors() {
    return !tcp; // TCP would take the bytes and forget the descriptors
  }

  @Override
  public int send(NativeBuffer from, int offset, int length, int[] descriptors) throws IOException {
    while (true) {
      int count = Messages.current().send(kernel, fd, from, offset, length, descriptors);
      if (count >= 0) {
        return count;
      }
      if (count == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      if (count != -Errno.EINTR) {
        throw Failures.socket("sendmsg", this, count);
      }
    }
  }

  @Override
  public PeerCredentials peerCredentials() throws IOException {
    return AdoptedSocket.peerCredentials(kernel, openFd());
  }

  @Override
  public Descriptor peerProcess() throws IOException {
    return AdoptedSocket.peerProcess(kernel, openFd());
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
    if (error == 0) {
      error = -reset;
    }
    reset = 0;
    return error == 0 ? null : Failures.socket("connection", this, -error);
  }

  @Override
  public Endpoint local() throws IOException {
    return new Addresses().local(kernel, openFd());
  }

  @Override
  public Endpoint remote() throws IOException {
    return new Addresses().remote(kernel, openFd());
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    SocketOptions.set(kernel, openFd(), option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(kernel, openFd(), option);
  }

  @Override
  public void close() {
    if (adopted ? unlist() : deregister()) {
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
