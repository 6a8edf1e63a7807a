package edgewise.select;

import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.OutgoingDatagrams;
import edgewise.spi.Readiness;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket, or with {@link JnrDatagrams} one of AF_UNIX; owns its descriptor.
 *
 * <p>The JDK tells of ICMP errors only while the channel is connected, and says the same to a
 * datagram of length 0 that was sent as to one that would block; such a one counts as sent.
 */
class SelectDatagrams extends Registration implements DatagramPort {
  /** A group, with the interface and perhaps the source that it was joined for. */
  private record Membership(InetAddress group, NetworkInterface on, @Nullable InetAddress source) {}

  private final SelectBackend backend;
  private final DatagramChannel channel;
  private final DatagramOptions options;
  private final @Nullable Endpoint remote;
  private final SelectIncoming.Receiver receiver;
  private final ArrayDeque<Failure> failures = new ArrayDeque<>(0);
  private final Map<Membership, MembershipKey> memberships = new HashMap<>(0);

  SelectDatagrams(
      SelectBackend backend,
      DatagramChannel channel,
      @Nullable Endpoint remote,
      DatagramOptions options) {
    this.backend = backend;
    this.channel = channel;
    this.remote = remote;
    this.options = options;
    this.receiver = this::receiveNext;
  }

  static SelectDatagrams open(
      SelectBackend backend,
      @Nullable Endpoint local,
      @Nullable Endpoint remote,
      Endpoint known,
      DatagramOptions options)
      throws IOException {
    DatagramChannel channel;
    try {
      channel = DatagramChannel.open(Addresses.family(backend, known));
    } catch (IOException e) {
      throw Failures.socket("socket", "for " + known, e);
    } catch (UnsupportedOperationException e) {
      throw Failures.noFamily(known, e);
    }
    var port = new SelectDatagrams(backend, channel, remote, options);
    try {
      port.start(local);
      return port;
    } catch (Throwable t) {
      port.close();
      throw t;
    }
  }

  private void start(@Nullable Endpoint local) throws IOException {
    channel.configureBlocking(false);
    applyOptions();
    if (local != null) {
      try {
        channel.bind(Addresses.toJdk(backend, local));
      } catch (IOException e) {
        throw Failures.bind(local, e);
      }
    }
    if (remote != null) {
      try {
        channel.connect(Addresses.toJdk(backend, remote));
      } catch (IOException e) {
        throw Failures.socket("connect", remote, e);
      }
    }
  }

  private void applyOptions() throws IOException {
    set(options.reuseAddress(), StandardSocketOptions.SO_REUSEADDR);
    set(options.reusePort(), StandardSocketOptions.SO_REUSEPORT);
    channel.setOption(StandardSocketOptions.SO_BROADCAST, options.broadcast());
    if (options.receiveBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
    }
    if (options.sendBufferBytes() > 0) {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
    }
    channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, options.multicastLoop());
    channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, options.multicastTtl());
    if (options.multicastInterface() != null) {
      channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, options.multicastInterface());
    }
  }

  private void set(boolean on, SocketOption<Boolean> option) throws IOException {
    if (on) {
      SocketOptions.set(backend, channel, option, true);
    }
  }

  // --- receiving and sending

  @Override
  public int receive(IncomingDatagrams into, int most) throws IOException {
    try {
      int count = ((SelectIncoming) into).receive(receiver, most, options.maxDatagramBytes());
      return count == 0 && failures.isEmpty() ? WOULD_BLOCK : count;
    } catch (IOException e) {
      throw Failures.socket("receive", this, e);
    }
  }

  @Override
  public int send(OutgoingDatagrams from, int first) throws IOException {
    SelectOutgoing staged = (SelectOutgoing) from;
    int sent = 0;
    for (int i = first; i < staged.messages(); i++) {
      try {
        if (!send(staged.bytes(i), staged.address(i))) {
          break;
        }
      } catch (IOException e) {
        if (sent > 0) {
          return sent; // the next call meets it again
        }
        throw Failures.socket("send", this, e);
      }
      sent++;
    }
    return sent == 0 ? WOULD_BLOCK : sent;
  }

  private boolean send(ByteBuffer bytes, @Nullable SocketAddress to) throws IOException {
    try {
      return sendOnce(bytes, to);
    } catch (PortUnreachableException e) { // of an earlier one; this one has not been sent
      failures.add(new Failure(remote, Failures.socket("send to", remote, e)));
      return sendOnce(bytes, to);
    }
  }

  /** An ICMP error ends the batch: what was received before it is delivered. */
  private @Nullable SocketAddress receiveNext(ByteBuffer into) throws IOException {
    try {
      return receiveOnce(into);
    } catch (PortUnreachableException e) {
      failures.add(new Failure(remote, Failures.socket("send to", remote, e)));
      return null;
    }
  }

  /** Receives one datagram; null if none is waiting. */
  @Nullable SocketAddress receiveOnce(ByteBuffer into) throws IOException {
    return channel.receive(into);
  }

  /** Sends one datagram; false if that would block. */
  boolean sendOnce(ByteBuffer bytes, @Nullable SocketAddress to) throws IOException {
    boolean empty = !bytes.hasRemaining();
    if (empty && to == null) {
      throw new SocketException("the JDK sends no empty datagram while it is connected");
    }
    int sent = to == null ? channel.write(bytes) : channel.send(bytes, to);
    return sent > 0 || empty;
  }

  @Override
  public boolean tellsWritable() {
    return true;
  }

  @Override
  public boolean hasAncillary() {
    return false;
  }

  @Override
  public boolean hasFailures() {
    return !failures.isEmpty();
  }

  @Override
  public @Nullable Failure takeFailure() {
    return failures.poll();
  }

  // --- multicast

  @Override
  public void join(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    var membership = new Membership(group, on, source);
    if (memberships.containsKey(membership)) { // the JDK would give the same key again
      throw new SocketException(
          about("join", membership) + ": EADDRINUSE (Address already in use)");
    }
    try {
      memberships.put(
          membership, source == null ? channel.join(group, on) : channel.join(group, on, source));
    } catch (IOException e) {
      throw Failures.socket("join multicast group", group.getHostAddress(), e);
    }
  }

  @Override
  public void leave(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    var membership = new Membership(group, on, source);
    MembershipKey key = memberships.remove(membership);
    if (key == null) {
      throw new java.net.BindException(
          about("leave", membership) + ": EADDRNOTAVAIL (Cannot assign requested address)");
    }
    key.drop();
  }

  private static String about(String call, Membership membership) {
    return call
        + " multicast group "
        + membership.group.getHostAddress()
        + " on "
        + membership.on.getName();
  }

  // --- facts

  @Override
  DatagramChannel channel() {
    return channel;
  }

  @Override
  int operations(int interest) {
    int reading = (interest & Readiness.READ) != 0 ? SelectionKey.OP_READ : 0;
    return reading | ((interest & Readiness.WRITE) != 0 ? SelectionKey.OP_WRITE : 0);
  }

  @Override
  public Endpoint local() throws IOException {
    return Addresses.fromJdk(channel.getLocalAddress());
  }

  @Override
  public @Nullable Endpoint remote() {
    return remote;
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) throws IOException {
    SocketOptions.set(backend, channel, option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    return SocketOptions.read(backend, channel, option);
  }

  @Override
  public void close() {
    if (deregister()) {
      Failures.closeQuietly(channel);
    }
  }

  @Override
  public String toString() {
    return remote == null ? "socket for datagrams" : "socket for datagrams to " + remote;
  }
}
