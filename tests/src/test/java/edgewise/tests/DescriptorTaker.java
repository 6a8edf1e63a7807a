package edgewise.tests;

import edgewise.Connection;
import edgewise.Descriptor;
import edgewise.linux.EventFd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes all descriptors at once, and closes them at the end of the test. */
class DescriptorTaker extends Recorder implements AutoCloseable {
  final List<Descriptor> taken = new ArrayList<>();

  @Override
  void data(Connection c, ByteBuffer in) throws Exception {
    take(in);
    takeAll(c);
  }

  void takeAll(Connection c) {
    @Nullable Descriptor next;
    while ((next = c.takeDescriptor()) != null) {
      taken.add(next);
    }
  }

  List<Long> numbers() {
    return taken.stream().map(each -> EventFd.read(each.fd())).toList();
  }

  @Override
  public void close() {
    taken.forEach(Descriptor::close);
  }
}
