package edgewise.tests;

import edgewise.Connection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A recorder that keeps messages apart. */
class Messages extends Recorder {
  final List<byte[]> all = new ArrayList<>();

  @Override
  void data(Connection c, ByteBuffer in) throws Exception {
    int length = in.remaining();
    take(in);
    byte[] bytes = bytes();
    all.add(java.util.Arrays.copyOfRange(bytes, bytes.length - length, bytes.length));
  }

  List<Integer> lengths() {
    return all.stream().map(message -> message.length).toList();
  }
}
