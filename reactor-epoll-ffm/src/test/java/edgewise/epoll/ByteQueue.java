package edgewise.epoll;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A bounded buffer in the kernel. */
final class ByteQueue {
  private final byte[] ring;
  private int head;
  private int size;

  ByteQueue(int capacity) {
    ring = new byte[capacity];
  }

  int capacity() {
    return ring.length;
  }

  int size() {
    return size;
  }

  int room() {
    return ring.length - size;
  }

  void put(MemorySegment source, long offset, int count) {
    for (int i = 0; i < count; i++) {
      put(source.get(ValueLayout.JAVA_BYTE, offset + i));
    }
  }

  void put(byte b) {
    ring[(head + size++) % ring.length] = b;
  }

  void take(MemorySegment into, long offset, int count) {
    for (int i = 0; i < count; i++) {
      into.set(ValueLayout.JAVA_BYTE, offset + i, take());
    }
  }

  byte take() {
    byte b = ring[head];
    head = (head + 1) % ring.length;
    size--;
    return b;
  }

  void clear() {
    size = 0;
  }
}
