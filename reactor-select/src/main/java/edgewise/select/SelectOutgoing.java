package edgewise.select;

import edgewise.DatagramOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.spi.DatagramAddress;
import edgewise.spi.DatagramPort;
import edgewise.spi.IncomingDatagrams;
import edgewise.spi.OutgoingDatagrams;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Datagrams to be sent one after the other, in one memory. */
final class SelectOutgoing implements OutgoingDatagrams {
  private static final int MESSAGES = 64;
  private static final int FIRST_CAPACITY = 256 << 10;

  private final SelectBackend backend;
  private ByteBuffer memory = ByteBuffer.allocateDirect(FIRST_CAPACITY);

  /** Where the next one goes; null for the peer. */
  private @Nullable SocketAddress to;

  private @Nullable Endpoint endpoint;
  private final int[] start = new int[MESSAGES + 1];
  private final @Nullable SocketAddress[] destinations = new @Nullable SocketAddress[MESSAGES];
  private int count;

  SelectOutgoing(SelectBackend backend) {
    this.backend = backend;
  }

  @Override
  public void begin(DatagramPort port) {
    count = 0;
  }

  @Override
  public void toPeer() {
    to = null;
    endpoint = null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // IPv6 addresses are equal whatever their scope
  public void to(Endpoint destination) {
    if (destination != endpoint) {
      to = Addresses.toJdk(backend, destination);
      endpoint = destination;
    }
  }

  @Override
  public void to(DatagramAddress destination) {
    to = ((SelectAddress) destination).address();
    endpoint = null;
  }

  @Override
  public void toSender(IncomingDatagrams received, int i) {
    to = ((SelectIncoming) received).from(i);
    endpoint = null;
  }

  @Override
  public @Nullable DatagramAddress destination() {
    return to == null ? null : new SelectAddress(to);
  }

  @Override
  public boolean stage(ByteBuffer source, int offset, int length) {
    int at = start[count];
    if (count == MESSAGES || (length > memory.capacity() - at && (count > 0 || !grow(length)))) {
      return false;
    }
    memory.put(at, source, offset, length);
    destinations[count++] = to;
    start[count] = at + length;
    return true;
  }

  private boolean grow(int length) {
    if (length > DatagramOptions.DATAGRAM_BYTES_LIMIT) {
      return false;
    }
    memory = ByteBuffer.allocateDirect(length);
    return true;
  }

  @Override
  public void pass(List<Descriptor> descriptors) {
    throw backend.lacks("passing descriptors");
  }

  @Override
  public int messages() {
    return count;
  }

  @Override
  public int datagrams(int i) {
    return 1;
  }

  @Nullable SocketAddress address(int i) {
    return destinations[i];
  }

  @Override
  public @Nullable DatagramAddress destination(int i) {
    SocketAddress address = destinations[i];
    return address == null ? null : new SelectAddress(address);
  }

  @Override
  public ByteBuffer bytes(int i) {
    return memory.duplicate().limit(start[i + 1]).position(start[i]);
  }

  @Override
  public int segmentBytes(int i) {
    return start[i + 1] - start[i];
  }
}
