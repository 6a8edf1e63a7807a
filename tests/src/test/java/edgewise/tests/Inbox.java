package edgewise.tests;

import edgewise.Datagram;
import edgewise.DatagramHandler;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what a datagram socket's handler is told. */
class Inbox implements DatagramHandler {
  record Failed(@Nullable Endpoint to, IOException failure) {}

  final List<byte[]> datagrams = new ArrayList<>();
  final List<Endpoint> senders = new ArrayList<>();
  final List<Failed> errors = new ArrayList<>();
  int truncated;
  int fullLength;
  int writable;
  int closed;
  @Nullable Throwable cause;

  @Override
  public void onDatagram(DatagramSocket socket, Datagram datagram) throws Exception {
    datagrams.add(bytes(datagram.bytes()));
    senders.add(datagram.sender());
    truncated += datagram.isTruncated() ? 1 : 0;
    fullLength = datagram.fullLength();
  }

  static byte[] bytes(ByteBuffer in) {
    byte[] copy = new byte[in.remaining()];
    in.get(in.position(), copy);
    return copy;
  }

  @Override
  public void onError(DatagramSocket socket, @Nullable Endpoint to, IOException failure) {
    errors.add(new Failed(to, failure));
  }

  @Override
  public void onWritable(DatagramSocket socket) throws Exception {
    writable++;
  }

  @Override
  public void onClose(DatagramSocket socket, @Nullable Throwable why) {
    closed++;
    cause = why;
  }

  int count() {
    return datagrams.size();
  }

  List<String> texts() {
    return datagrams.stream().map(each -> new String(each, StandardCharsets.UTF_8)).toList();
  }
}
