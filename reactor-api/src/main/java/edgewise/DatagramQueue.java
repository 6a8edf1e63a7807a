package edgewise;

import edgewise.spi.DatagramAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that the kernel has not taken, in lanes: one for all, or one for each receiver where
 * receivers block each for itself. A lane keeps its order.
 */
final class DatagramQueue {
  /** A datagram; {@code to} is null for the peer. */
  record Queued(
      ByteBuffer bytes, @Nullable DatagramAddress to, List<Descriptor> descriptors, long deadline) {
    int length() {
      return bytes.capacity();
    }
  }

  /** The lane of all. */
  private static final Object ALL = new Object();

  private final boolean byReceiver;
  private final LinkedHashMap<Object, ArrayDeque<Queued>> lanes = new LinkedHashMap<>();
  private int datagrams;
  private int bytes;

  DatagramQueue(boolean byReceiver) {
    this.byReceiver = byReceiver;
  }

  /** Adds a copy of the bytes from position to limit, and takes over the descriptors. */
  void add(
      ByteBuffer source,
      @Nullable DatagramAddress to,
      List<Descriptor> descriptors,
      long deadline) {
    ByteBuffer copy = ByteBuffer.allocate(source.remaining());
    copy.put(0, source, source.position(), source.remaining());
    Object lane = byReceiver && to != null ? to : ALL;
    lanes
        .computeIfAbsent(lane, any -> new ArrayDeque<>())
        .add(new Queued(copy, to, descriptors, deadline));
    datagrams++;
    bytes += copy.capacity();
  }

  /** The lanes, of which none is empty, the one that was begun first in front. */
  Collection<ArrayDeque<Queued>> lanes() {
    return lanes.values();
  }

  /**
   * Removes the first datagram of a lane and closes its descriptors. An empty lane is to be removed
   * by {@link #sweep}.
   */
  Queued remove(ArrayDeque<Queued> lane) {
    Queued first = lane.remove();
    first.descriptors.forEach(Descriptor::close);
    datagrams--;
    bytes -= first.length();
    return first;
  }

  /** Removes the lanes that have become empty. */
  void sweep() {
    for (Iterator<ArrayDeque<Queued>> all = lanes.values().iterator(); all.hasNext(); ) {
      if (all.next().isEmpty()) {
        all.remove();
      }
    }
  }

  /** Drops everything. */
  void clear() {
    for (ArrayDeque<Queued> lane : lanes.values()) {
      while (!lane.isEmpty()) {
        Queued ignored = remove(lane);
      }
    }
    lanes.clear();
  }

  /** The earliest deadline, in nanoseconds from {@code now}. */
  long nanosLeft(long now) {
    long least = Long.MAX_VALUE;
    for (ArrayDeque<Queued> lane : lanes.values()) {
      least = Math.min(least, lane.getFirst().deadline - now);
    }
    return least;
  }

  boolean isEmpty() {
    return datagrams == 0;
  }

  int datagrams() {
    return datagrams;
  }

  int bytes() {
    return bytes;
  }
}
