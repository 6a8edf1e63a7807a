package edgewise.tests;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.SocketType;
import edgewise.linux.EventFd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Two ends that are connected, of one type. */
record DescriptorPair(Rig rig, Connection near, Connection far, DescriptorTaker taker) {
  static DescriptorPair open(Rig rig, SocketType type, int maxDescriptors) throws Exception {
    ConnectionOptions how =
        ConnectionOptions.builder().type(type).maxDescriptors(maxDescriptors).build();
    return open(rig, how, new DescriptorTaker());
  }

  static DescriptorPair open(Rig rig, ConnectionOptions how, DescriptorTaker taker)
      throws Exception {
    List<Descriptor> pair = rig.loop().socketPair(how.type());
    Connection near = rig.loop().adopt(pair.get(0), how, new Recorder());
    Connection far = rig.loop().adopt(pair.get(1), how, taker);
    rig.closing(taker);
    rig.until("open", () -> near.isOpen() && far.isOpen());
    return new DescriptorPair(rig, near, far, taker);
  }

  /** Writes bytes and passes counters along, each of which holds its number. */
  void pass(int bytes, int... numbers) {
    near.write(ByteBuffer.allocate(bytes), counters(rig, numbers));
  }

  static List<Descriptor> counters(Rig rig, int... numbers) {
    var all = new ArrayList<Descriptor>();
    for (int number : numbers) {
      int fd = EventFd.eventfd(number, EventFd.EFD_NONBLOCK | EventFd.EFD_CLOEXEC);
      all.add(rig.loop().backend().own(fd));
    }
    return all;
  }

  static int[] upTo(int count) {
    return java.util.stream.IntStream.rangeClosed(1, count).toArray();
  }
}
