package edgewise.epoll;

import edgewise.Endpoint;
import edgewise.linux.MMsgHdr;
import edgewise.linux.MsgHdr;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import edgewise.spi.Ancillary;
import edgewise.spi.DatagramAddress;
import edgewise.spi.IncomingDatagrams;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The messages that recvmmsg(2) fills, one slot for each: bytes, address, control messages. It
 * grows with what the ports of its poller ask for, and never shrinks.
 */
final class EpollIncoming implements IncomingDatagrams {
  private static final int CACHE_LINE = 64;

  /** What a port has its datagrams received to. */
  record Layout(int slots, int bytes, int controlBytes) {
    boolean holds(Layout other) {
      return slots >= other.slots && bytes >= other.bytes && controlBytes >= other.controlBytes;
    }

    Layout with(Layout other) {
      return new Layout(
          Math.max(slots, other.slots),
          Math.max(bytes, other.bytes),
          Math.max(controlBytes, other.controlBytes));
    }
  }

  private final Kernel kernel;
  private @Nullable MMsgHdr messages;
  private ByteBuffer[] slots = {};
  private Layout capacity = new Layout(0, 0, 0);
  private Layout current = capacity;

  EpollIncoming(Kernel kernel) {
    this.kernel = kernel;
  }

  /** The messages, laid out for a port. */
  MMsgHdr messages(Layout wanted) {
    if (!wanted.equals(current)) {
      if (!capacity.holds(wanted)) {
        allocate(capacity.with(wanted));
      }
      layOut(wanted);
    }
    return messages();
  }

  private MMsgHdr messages() {
    return Objects.requireNonNull(messages, "nothing was received yet");
  }

  /** The slots lie a cache line further apart than a round number, for the cache's sake. */
  private void allocate(Layout larger) {
    Arena arena = Arena.ofAuto();
    int stride = ((larger.bytes + CACHE_LINE - 1) & -CACHE_LINE) + CACHE_LINE;
    MemorySegment memory = arena.allocate((long) stride * larger.slots, CACHE_LINE);
    MMsgHdr all = MMsgHdr.allocate(arena, larger.slots, larger.controlBytes);
    slots = new ByteBuffer[larger.slots];
    for (int i = 0; i < slots.length; i++) {
      MemorySegment slot = memory.asSlice((long) stride * i, stride);
      slots[i] = slot.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
      all.message(i).iov().set(0, slot, 0, larger.bytes);
      all.message(i).name(all.name(i));
    }
    messages = all;
    capacity = larger;
  }

  private void layOut(Layout wanted) {
    MMsgHdr all = messages();
    for (int i = 0; i < slots.length; i++) {
      all.message(i).iov().length(0, wanted.bytes);
      all.message(i).controlLimit(wanted.controlBytes);
    }
    current = wanted;
  }

  Sockaddr name(int i) {
    return messages().name(i);
  }

  @Override
  public ByteBuffer bytes(int i) {
    return slots[i].position(0).limit(Math.min(fullLength(i), current.bytes));
  }

  @Override
  public int fullLength(int i) {
    return messages().length(i);
  }

  @Override
  public int segmentBytes(int i) {
    MsgHdr message = messages().message(i);
    for (int at = message.firstControl(); at >= 0; at = message.nextControl(at)) {
      if (message.controlLevel(at) == Socket.SOL_UDP && message.controlType(at) == Socket.UDP_GRO) {
        return message.controlInt(at, 0);
      }
    }
    return 0;
  }

  @Override
  public void takeAncillary(int i, Ancillary into) {
    Messages.takeOver(kernel, messages().message(i), true, into);
  }

  @Override
  public Endpoint sender(int i) {
    return EpollAddress.endpoint(name(i));
  }

  @Override
  public DatagramAddress address(int i) {
    return new EpollAddress(name(i).toBytes());
  }
}
