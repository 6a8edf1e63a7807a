package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Trigger;
import edgewise.spi.ListeningSocket;
import edgewise.spi.NativeBuffer;
import edgewise.spi.Poller;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A poller, the sockets on it, and blocking peers; closes all of them. */
final class Rig implements Closeable {
  static final long SECOND = 1_000_000_000L;

  final Poller poller;
  final NativeBuffer buffer = NativeBuffer.allocate(64 << 10);
  private final List<Closeable> toClose = new ArrayList<>();

  /** A socket of ours, and the JDK's own at the other end. */
  record Pair(StreamSocket near, SocketChannel far) {}

  Rig() throws IOException {
    this(new SelectBackend().openPoller(4));
  }

  Rig(Poller poller) {
    this.poller = poller;
  }

  <T extends Closeable> T closing(T resource) {
    toClose.add(resource);
    return resource;
  }

  ListeningSocket listen(Endpoint at, ListenOptions how) throws IOException {
    ListeningSocket door = poller.listen(at, how);
    toClose.add(door::close);
    return door;
  }

  ListeningSocket listen() throws IOException {
    return listen(Endpoint.loopback(0), ListenOptions.DEFAULT);
  }

  StreamSocket connect(Endpoint to) throws IOException {
    StreamSocket stream = poller.connect(to, ConnectionOptions.DEFAULT);
    toClose.add(stream::close);
    return stream;
  }

  SocketChannel dial(ListeningSocket door) throws IOException {
    SocketAddress address = Addresses.toJdk(new SelectBackend(), door.local());
    return closing(SocketChannel.open(address));
  }

  StreamSocket accept(ListeningSocket door) throws IOException {
    return accept(door, ConnectionOptions.DEFAULT);
  }

  StreamSocket accept(ListeningSocket door, ConnectionOptions how) throws IOException {
    long end = System.nanoTime() + 5 * SECOND;
    StreamSocket accepted = door.accept(how);
    while (accepted == null && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
      accepted = door.accept(how);
    }
    StreamSocket stream = Objects.requireNonNull(accepted);
    toClose.add(stream::close);
    return stream;
  }

  Pair pair(ListeningSocket door) throws IOException {
    SocketChannel far = dial(door);
    return new Pair(accept(door), far);
  }

  Pair pair() throws IOException {
    return pair(listen());
  }

  void register(StreamSocket stream, Object attachment, int interest) throws IOException {
    poller.register(stream, attachment, interest, Trigger.LEVEL);
  }

  /** Polls until something of the attachment's is ready; its readiness. */
  int await(Object attachment) throws IOException {
    long end = System.nanoTime() + 5 * SECOND;
    while (System.nanoTime() - end < 0) {
      int found = 0;
      for (int i = 0, events = poller.poll(SECOND / 10); i < events; i++) {
        int readiness = poller.readiness(i);
        if (attachment.equals(poller.attachment(i))) {
          found = readiness;
        }
      }
      if (found != 0) {
        return found;
      }
    }
    return fail("nothing became ready for " + attachment);
  }

  /** Asks until it is not pending any more. */
  StreamSocket.Progress finish(StreamSocket stream) throws IOException {
    StreamSocket.Progress progress = stream.finishConnect();
    if (progress == StreamSocket.Progress.PENDING) {
      register(stream, "connecting", Readiness.WRITE | Readiness.ERROR);
      while (progress == StreamSocket.Progress.PENDING) {
        await("connecting");
        progress = stream.finishConnect();
      }
    }
    return progress;
  }

  /** Receives until something else than WOULD_BLOCK comes. */
  int receive(StreamSocket stream) throws IOException {
    long end = System.nanoTime() + 5 * SECOND;
    int count = StreamSocket.WOULD_BLOCK;
    while (count == StreamSocket.WOULD_BLOCK) {
      assertTrue(System.nanoTime() - end < 0, "nothing came");
      count = stream.receive(buffer, 0, buffer.capacity());
    }
    return count;
  }

  String receiveText(StreamSocket stream) throws IOException {
    int count = receive(stream);
    byte[] bytes = new byte[count];
    buffer.bytes.get(0, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  int send(StreamSocket stream, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    buffer.bytes.put(0, bytes);
    return stream.send(buffer, 0, bytes.length, false);
  }

  static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Everything up to the end of the stream, or so many bytes. */
  static byte[] read(SocketChannel from, int atMost) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(atMost);
    while (into.hasRemaining() && from.read(into) >= 0) {}
    byte[] bytes = new byte[into.flip().remaining()];
    into.get(bytes);
    return bytes;
  }

  static String message(@Nullable Throwable t) {
    return t == null ? "" : String.valueOf(t.getMessage());
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : toClose.reversed()) {
      each.close();
    }
    poller.close();
  }
}
