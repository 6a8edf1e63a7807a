package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.DatagramOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.linux.MMsgHdr;
import edgewise.linux.MsgHdr;
import edgewise.linux.Sockaddr;
import edgewise.spi.DatagramAddress;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.OutgoingDatagrams;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages that sendmmsg(2) sends. Their bytes lie one behind the other, so datagrams that are
 * joined to one message need no copy.
 */
final class EpollOutgoing implements OutgoingDatagrams {
  private static final int MESSAGES = 64;
  private static final int CONTROL_BYTES =
      MsgHdr.controlSpace(ConnectionOptions.MAX_DESCRIPTORS * Integer.BYTES);
  private static final int[] NONE = {};
  private static final int FIRST_CAPACITY = 256 << 10;

  /** UDP_MAX_SEGMENTS in the kernel's linux/udp.h, as it was at first; 128 since Linux 6.9. */
  private static final int SEGMENTS_MAX = 64;

  /** What an IPv6 or IPv4 packet can carry, less the headers. */
  static final int SEGMENTED_BYTES_MAX = 65_487;

  private final Addresses addresses = new Addresses();
  private MMsgHdr messages;
  private MemorySegment memory;
  private ByteBuffer bytes;

  /** Where the next one goes; of length 0 for the peer. */
  private Sockaddr to;

  /** The endpoint that {@link #to} is, if it was made from one: a server often has one client. */
  private @Nullable Endpoint endpoint;

  private final int[] start = new int[MESSAGES + 1];
  private final int[] segment = new int[MESSAGES];
  private final int[] datagrams = new int[MESSAGES];
  private final boolean[] toPeer = new boolean[MESSAGES];

  /** The descriptors that go with each message. */
  private final int[][] passed = new int[MESSAGES][];

  private int count;

  /** The longest datagram that may be joined with others; 0 for none. */
  private int longestSegment;

  EpollOutgoing() {
    Arena arena = Arena.ofAuto();
    messages = MMsgHdr.allocate(arena, MESSAGES, CONTROL_BYTES);
    memory = arena.allocate(FIRST_CAPACITY, 64);
    bytes = memory.asByteBuffer();
    to = Sockaddr.allocate(arena);
  }

  MMsgHdr messages(int first) {
    for (int i = first; i < count; i++) {
      MsgHdr message = messages.message(i);
      message.clearControl();
      if (datagrams[i] > 1) {
        message.addSegmentSize(segment[i]);
      }
      int[] fds = passed[i];
      if (fds.length > 0) {
        message.addRights(fds, fds.length);
      }
      message.iov().set(0, memory, start[i], start[i + 1] - start[i]);
    }
    return messages;
  }

  @Override
  public void begin(DatagramPort port) {
    count = 0;
    longestSegment = ((EpollDatagrams) port).longestSegment();
  }

  @Override
  public void toPeer() {
    to.none();
    endpoint = null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // IPv6 addresses are equal whatever their scope
  public void to(Endpoint destination) {
    if (destination != endpoint) {
      to.copyOf(addresses.toKernel(destination));
      endpoint = destination;
    }
  }

  @Override
  public void to(DatagramAddress destination) {
    to.fromBytes(((EpollAddress) destination).bytes());
    endpoint = null;
  }

  @Override
  public void toSender(IncomingDatagrams received, int i) {
    to.copyOf(((EpollIncoming) received).name(i));
    endpoint = null;
  }

  @Override
  public @Nullable DatagramAddress destination() {
    return to.length() == 0 ? null : new EpollAddress(to.toBytes());
  }

  @Override
  public boolean stage(ByteBuffer source, int offset, int length) {
    int at = start[count];
    if (length > bytes.capacity() - at && (count > 0 || !grow(length))) {
      return false;
    }
    if (count > 0 && canJoin(count - 1, length)) {
      bytes.put(at, source, offset, length);
      datagrams[count - 1]++;
      start[count] = at + length;
      return true;
    }
    if (count == MESSAGES) {
      return false;
    }
    bytes.put(at, source, offset, length);
    begin(count++, length);
    start[count] = at + length;
    return true;
  }

  private void begin(int i, int length) {
    segment[i] = length;
    datagrams[i] = 1;
    passed[i] = NONE;
    toPeer[i] = to.length() == 0;
    messages.message(i).name(toPeer[i] ? null : messages.name(i).copyOf(to));
  }

  /** Whether a datagram can be one more segment of a message: only the last one may be shorter. */
  private boolean canJoin(int i, int length) {
    int size = segment[i];
    int before = start[i + 1] - start[i];
    return length > 0
        && length <= size
        && size <= longestSegment
        && datagrams[i] < SEGMENTS_MAX
        && before == size * datagrams[i]
        && before + length <= SEGMENTED_BYTES_MAX
        && isTo(i);
  }

  private boolean isTo(int i) {
    return toPeer[i] ? to.length() == 0 : messages.name(i).isSameAs(to);
  }

  /** Nothing is staged: makes room for a datagram that is longer than the memory. */
  private boolean grow(int length) {
    if (length > DatagramOptions.DATAGRAM_BYTES_LIMIT) {
      return false;
    }
    Arena arena = Arena.ofAuto();
    messages = MMsgHdr.allocate(arena, MESSAGES, CONTROL_BYTES);
    memory = arena.allocate(length, 64);
    bytes = memory.asByteBuffer();
    return true;
  }

  @Override
  public void pass(List<Descriptor> descriptors) {
    int[] fds = descriptors.stream().mapToInt(Descriptor::fd).toArray();
    passed[count - 1] = fds;
  }

  @Override
  public int messages() {
    return count;
  }

  @Override
  public int datagrams(int i) {
    return datagrams[i];
  }

  @Override
  public @Nullable DatagramAddress destination(int i) {
    return toPeer[i] ? null : new EpollAddress(messages.name(i).toBytes());
  }

  @Override
  public ByteBuffer bytes(int i) {
    return bytes.duplicate().limit(start[i + 1]).position(start[i]);
  }

  @Override
  public int segmentBytes(int i) {
    return segment[i];
  }
}
