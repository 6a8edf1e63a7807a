package edgewise;

import edgewise.spi.Ancillary;
import edgewise.spi.DatagramAddress;
import edgewise.spi.IncomingDatagrams;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A received datagram, during {@link DatagramHandler#onDatagram}. A loop has one object for all of
 * them: what is to be kept must be copied.
 */
public final class Datagram {
  private @Nullable DatagramSocket socket;
  private @Nullable IncomingDatagrams batch;
  private int index;
  private @Nullable ByteBuffer bytes;
  private int fullLength;

  /** Where it came from, if it is not in the batch any more. */
  private @Nullable DatagramAddress address;

  /** What came beside the bytes; null where nothing can. */
  private @Nullable Ancillary beside;

  Datagram() {}

  void show(DatagramSocket receiver, ByteBuffer part, int full, @Nullable Ancillary with) {
    socket = receiver;
    bytes = part.order(ByteOrder.BIG_ENDIAN); // a handler may have left it otherwise
    fullLength = full;
    beside = with;
  }

  void from(IncomingDatagrams from, int i) {
    batch = from;
    index = i;
    address = null;
  }

  void from(DatagramAddress sender) {
    batch = null;
    address = sender;
  }

  void hide() {
    socket = null;
    batch = null;
    bytes = null;
    address = null;
    beside = null;
  }

  private DatagramSocket current() {
    if (socket == null) {
      throw new IllegalStateException("a datagram is valid only until onDatagram returns");
    }
    return socket;
  }

  /**
   * The bytes from position to limit; empty for a datagram of length 0. Direct, big endian, valid
   * until the handler returns; it may be written to.
   */
  public ByteBuffer bytes() {
    current();
    return Objects.requireNonNull(bytes);
  }

  /** Whether the datagram was longer than {@link DatagramOptions#maxDatagramBytes()}. */
  public boolean isTruncated() {
    return fullLength > maxLength();
  }

  private int maxLength() {
    return current().options.maxDatagramBytes();
  }

  /**
   * The bytes that were sent, of which {@link DatagramOptions#maxDatagramBytes()} are here. A
   * backend that cannot know says one more than that.
   */
  public int fullLength() {
    current();
    return fullLength;
  }

  /** Who sent it; {@link Endpoint.Unnamed} for an AF_UNIX socket without a name. Made anew. */
  public Endpoint sender() {
    current();
    return address != null ? address.endpoint() : Objects.requireNonNull(batch).sender(index);
  }

  /**
   * Who sent it, as the kernel vouches: process, user and group. Null unless {@link
   * DatagramOptions#passCredentials()}.
   */
  public @Nullable PeerCredentials credentials() {
    boolean asked = current().options.passCredentials(); // it may come without, if it is adopted
    return beside == null || !asked ? null : beside.sender;
  }

  /**
   * Takes the next of the descriptors that came with it; its owner is the caller. Those not taken
   * are closed when the handler returns.
   *
   * @return null if there are no more
   */
  public @Nullable Descriptor takeDescriptor() {
    current();
    return beside == null ? null : beside.descriptors.poll();
  }

  /**
   * Whether the sender passed more descriptors than {@link DatagramOptions#maxDescriptors()}, or
   * than this process has numbers for; the kernel has closed those (MSG_CTRUNC, recvmsg(2)).
   */
  public boolean hasLostDescriptors() {
    current();
    return beside != null && beside.truncated;
  }

  /**
   * Sends an answer to the sender, as {@link DatagramSocket#send(ByteBuffer, Endpoint)} but without
   * making an address. {@link #bytes} itself may be sent.
   */
  public boolean reply(ByteBuffer answer) {
    DatagramSocket receiver = current();
    return address != null ? receiver.sendTo(answer, address) : receiver.replyTo(answer, index);
  }

  /** As {@link #reply(ByteBuffer)}. */
  public boolean reply(byte[] answer) {
    return reply(ByteBuffer.wrap(answer));
  }
}
