package edgewise.select;

import edgewise.Endpoint;
import edgewise.spi.Ancillary;
import edgewise.spi.DatagramAddress;
import edgewise.spi.IncomingDatagrams;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where datagrams are received to, a slot for each. A channel does not tell how long a datagram was
 * that did not fit; so a slot has one byte more than is wanted.
 */
final class SelectIncoming implements IncomingDatagrams {
  /** Receives one datagram. */
  interface Receiver {
    /** The sender, or null if nothing is waiting. */
    @Nullable SocketAddress receive(ByteBuffer into) throws IOException;
  }

  private ByteBuffer memory = ByteBuffer.allocateDirect(0);
  private ByteBuffer[] slots = {};
  private SocketAddress[] senders = {};
  private int[] lengths = {};
  private int slotBytes;

  /**
   * Receives until nothing is waiting.
   *
   * @param bytes what is wanted of each
   * @return how many have come; those before an exception are lost, so that it must be the end
   */
  int receive(Receiver from, int most, int bytes) throws IOException {
    layOut(most, bytes + 1);
    for (int i = 0; i < most; i++) {
      ByteBuffer into = slots[i].clear();
      SocketAddress sender = from.receive(into);
      if (sender == null) {
        return i;
      }
      senders[i] = sender;
      lengths[i] = into.position();
    }
    return most;
  }

  private void layOut(int count, int bytes) {
    if (count <= slots.length && bytes == slotBytes) {
      return;
    }
    int number = Math.max(count, slots.length);
    if ((long) number * bytes > memory.capacity()) {
      memory = ByteBuffer.allocateDirect(Math.multiplyExact(number, bytes));
    }
    slots = new ByteBuffer[number];
    for (int i = 0; i < number; i++) {
      slots[i] = memory.slice(i * bytes, bytes);
    }
    senders = new SocketAddress[number];
    lengths = new int[number];
    slotBytes = bytes;
  }

  SocketAddress from(int i) {
    return senders[i];
  }

  @Override
  public ByteBuffer bytes(int i) {
    return slots[i].position(0).limit(Math.min(lengths[i], slotBytes - 1));
  }

  @Override
  public int fullLength(int i) {
    return lengths[i];
  }

  @Override
  public int segmentBytes(int i) {
    return 0;
  }

  /** There is nothing that the JDK could receive beside the bytes. */
  @Override
  public void takeAncillary(int i, Ancillary into) {}

  @Override
  public Endpoint sender(int i) {
    return Addresses.fromJdk(senders[i]);
  }

  @Override
  public DatagramAddress address(int i) {
    return new SelectAddress(senders[i]);
  }
}
