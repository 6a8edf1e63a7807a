package edgewise.epoll;

import edgewise.DatagramOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.linux.Errno;
import edgewise.linux.MMsgHdr;
import edgewise.linux.MsgHdr;
import edgewise.linux.Socket;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.OutgoingDatagrams;
import edgewise.spi.SocketFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A datagram socket, UDP or AF_UNIX; owns its descriptor and its socket file.
 *
 * <p>Errors of datagrams that were sent earlier come in three ways: the next call fails once, with
 * the socket being well; SO_ERROR tells; and with IP_RECVERR there is a queue of them, each with
 * the address that it is about (ip(7)). A call that fails so is made again, and the error told by
 * {@link #takeFailure}.
 */
final class EpollDatagrams extends Registration implements DatagramPort {
  /** What the kernel may say in a row that is not about this call; then it is believed. */
  private static final int FAILURES_IN_A_ROW = 64;

  /** What the kernel joins when it receives is at most one IP packet. */
  private static final int COALESCED_BYTES_MAX = 65_535;

  private final DatagramOptions options;
  private final int family;
  private final @Nullable Endpoint remote;
  private final EpollIncoming.Layout layout;
  private final ArrayDeque<Failure> failures = new ArrayDeque<>(0);
  private final @Nullable ErrorQueue errorQueue;
  private boolean hasFailures;
  private int failuresInARow;

  /** The longest datagram that the kernel cuts from a larger message, as far as known. */
  private int longestSegment;

  private @Nullable SocketFile file;

  private EpollDatagrams(
      Kernel kernel, int fd, int family, @Nullable Endpoint remote, DatagramOptions options) {
    super(kernel, fd);
    this.family = family;
    this.remote = remote;
    this.options = options;
    boolean inet = family != Socket.AF_UNIX;
    boolean coalescing = inet && options.coalescing();
    longestSegment = inet && options.segmentation() ? EpollOutgoing.SEGMENTED_BYTES_MAX : 0;
    errorQueue = inet && options.networkErrors() ? new ErrorQueue(kernel, fd) : null;
    layout =
        new EpollIncoming.Layout(
            options.batch(),
            coalescing
                ? Math.max(options.maxDatagramBytes(), COALESCED_BYTES_MAX)
                : options.maxDatagramBytes(),
            inet
                ? coalescing ? MsgHdr.controlSpace(Integer.BYTES) : 0
                : Messages.controlLimit(options.maxDescriptors()));
  }

  static EpollDatagrams open(
      Kernel kernel,
      Addresses addresses,
      @Nullable Endpoint local,
      @Nullable Endpoint remote,
      DatagramOptions options)
      throws IOException {
    Endpoint known = local != null ? local : remote;
    int family = known == null ? Socket.AF_UNIX : Addresses.familyOfDatagrams(known);
    int fd = Failures.checked(kernel.socket(family, Socket.SOCK_DGRAM), "socket", "for " + known);
    var port = new EpollDatagrams(kernel, fd, family, remote, options);
    try {
      DatagramSocketOptions.apply(kernel, fd, family, options);
      if (local != null) {
        port.bind(addresses, local);
      }
      if (remote != null) {
        port.connect(addresses, remote, local == null);
      }
      return port;
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  /** Takes over a socket that was made elsewhere; it keeps its file. */
  static EpollDatagrams adopt(
      Kernel kernel, Addresses addresses, Descriptor socket, DatagramOptions options)
      throws IOException {
    int family = AdoptedSocket.checkDatagrams(kernel, socket);
    AdoptedSocket.prepare(kernel, socket.fd());
    DatagramSocketOptions.apply(kernel, socket.fd(), family, options);
    boolean connected = kernel.getpeername(socket.fd(), addresses.scratch()) >= 0;
    Endpoint remote = connected ? addresses.remote(kernel, socket.fd()) : null;
    return new EpollDatagrams(kernel, socket.take(), family, remote, options);
  }

  private void bind(Addresses addresses, Endpoint local) throws IOException {
    if (local instanceof Endpoint.Unix(Path path)) {
      try (SocketFile.Claim claim =
          SocketFile.claim(path, at -> EpollListener.isLive(kernel, addresses, at))) {
        closeToOthers();
        bindTo(addresses, local);
        file = claim.bound(options.socketFile());
      }
    } else {
      bindTo(addresses, local);
    }
  }

  private void bindTo(Addresses addresses, Endpoint local) throws IOException {
    int result = kernel.bind(fd, addresses.toKernel(local));
    if (result < 0) {
      throw Failures.bind(local, result);
    }
  }

  /**
   * Whoever may write to the file can send as soon as it is there. It begins with the mode of the
   * socket (unix_bind in Linux), here none, and gets the one that was asked for after that.
   */
  private void closeToOthers() throws IOException {
    if (options.socketFile().mode() != null) {
      Failures.checked(kernel.fchmod(fd, 0), "fchmod", "fd " + fd);
    }
  }

  private void connect(Addresses addresses, Endpoint to, boolean nameless) throws IOException {
    if (nameless && family == Socket.AF_UNIX) { // or nobody could answer
      Failures.checked(kernel.bind(fd, addresses.toKernel(new Endpoint.Unnamed())), "bind", this);
    }
    Failures.checked(kernel.connect(fd, addresses.toKernel(to)), "connect", to);
  }

  // --- receiving and sending

  @Override
  public int receive(IncomingDatagrams into, int most) throws IOException {
    MMsgHdr messages = ((EpollIncoming) into).messages(layout);
    while (true) {
      int count = kernel.recvmmsg(fd, messages, most);
      if (count >= 0) {
        failuresInARow = 0;
        return count;
      }
      if (count == -Errno.EAGAIN) {
        failuresInARow = 0;
        return WOULD_BLOCK;
      }
      if (count != -Errno.EINTR) {
        if (!Failures.isOfTheNetwork(count) || ++failuresInARow > FAILURES_IN_A_ROW) {
          throw Failures.socket("recvmmsg", this, count);
        }
        note(count);
        return 0;
      }
    }
  }

  @Override
  public int send(OutgoingDatagrams from, int first) throws IOException {
    EpollOutgoing staged = (EpollOutgoing) from;
    int count = sendmmsg(staged, first);
    if (count < 0 && family != Socket.AF_UNIX && Failures.isOfTheNetwork(count)) {
      // Perhaps the failure of an earlier datagram; what is of this one comes again.
      int again = sendmmsg(staged, first);
      if (again != count) {
        note(count);
      }
      count = again;
    }
    if (count >= 0) {
      return count;
    }
    if (count == -Errno.EAGAIN) {
      return WOULD_BLOCK;
    }
    if (staged.datagrams(first) > 1 && isNotSegmented(count)) {
      longestSegment = count == -Errno.EIO ? 0 : staged.segmentBytes(first) - 1;
      return NOT_SEGMENTED;
    }
    throw Failures.socket("sendmmsg", this, count);
  }

  private int sendmmsg(EpollOutgoing staged, int first) {
    MMsgHdr messages = staged.messages(first);
    int count;
    do {
      count = kernel.sendmmsg(fd, messages, first, staged.messages() - first);
    } while (count == -Errno.EINTR);
    return count;
  }

  /** No checksums by the device (EIO), a segment longer than the path takes, or no UDP_SEGMENT. */
  private static boolean isNotSegmented(int negatedErrno) {
    return switch (-negatedErrno) {
      case Errno.EIO, Errno.EINVAL, Errno.EMSGSIZE, Errno.EOPNOTSUPP, Errno.ENOPROTOOPT -> true;
      default -> false;
    };
  }

  int longestSegment() {
    return longestSegment;
  }

  @Override
  public boolean tellsWritable() {
    return family != Socket.AF_UNIX || remote != null;
  }

  @Override
  public boolean hasAncillary() {
    return family == Socket.AF_UNIX;
  }

  // --- failures of earlier datagrams

  /** A call has failed for another's sake; where there is a queue of errors, it tells more. */
  private void note(int negatedErrno) {
    hasFailures = true;
    if (errorQueue == null) {
      failures.add(new Failure(remote, Failures.socket("send", this, negatedErrno)));
    }
  }

  @Override
  public boolean hasFailures() {
    return hasFailures;
  }

  @Override
  public @Nullable Failure takeFailure() {
    Failure failure = failures.poll();
    if (failure == null && errorQueue != null) {
      failure = errorQueue.take();
    }
    if (failure == null) {
      int error = (int) Math.max(0, kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_ERROR));
      failure = error == 0 ? null : new Failure(remote, Failures.socket("send", this, -error));
    }
    hasFailures = failure != null;
    return failure;
  }

  // --- options and facts

  @Override
  public void join(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    DatagramSocketOptions.membership(kernel, openFd(), true, group, on, source);
  }

  @Override
  public void leave(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    DatagramSocketOptions.membership(kernel, openFd(), false, group, on, source);
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    DatagramSocketOptions.set(kernel, openFd(), family, option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return DatagramSocketOptions.read(kernel, openFd(), family, option);
  }

  @Override
  public Endpoint local() throws IOException {
    return new Addresses().local(kernel, openFd());
  }

  @Override
  public @Nullable Endpoint remote() {
    return remote;
  }

  /** The file goes first: while the socket is open its inode number cannot be another file's. */
  @Override
  public void close() {
    if (!unlist()) {
      return;
    }
    try {
      if (file != null) {
        file.remove();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the socket file of " + this + " could not be removed", e);
    } finally {
      kernel.close(fd);
    }
  }

  @Override
  public String toString() {
    return remote == null ? "fd " + fd : "fd " + fd + " to " + remote;
  }
}
