package edgewise.http;

import edgewise.Endpoint;
import edgewise.OpenFile;
import edgewise.spi.NativeBuffer;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of a connection in memory: the loop's by its interface, the client's by its methods.
 */
final class MemorySocket implements StreamSocket {
  private final MemoryPoller poller;
  @Nullable Object attachment;
  int interest;

  // From the client.
  private byte[] sent = new byte[256];
  private int sentStart;
  private int sentEnd;
  private boolean clientEnded;

  // To the client.
  private byte[] received = new byte[256];
  private int receivedEnd;

  /** How many octets the server can send before it has to wait. */
  int window = Integer.MAX_VALUE;

  /** How many calls it has used for that. */
  int sends;

  Endpoint remote = new Endpoint.Unnamed();

  /** The client is gone, and its address is not known any more. */
  boolean reset;

  private boolean serverEnded;
  boolean closed;
  boolean aborted;

  MemorySocket(MemoryPoller poller) {
    this.poller = poller;
  }

  // --- the client's end

  /** The client sends octets, one per char. */
  MemorySocket send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1), 0, text.length());
  }

  MemorySocket send(byte[] bytes, int from, int to) {
    int count = to - from;
    if (sentStart == sentEnd) {
      sentStart = 0;
      sentEnd = 0;
    }
    if (sentEnd + count > sent.length) {
      sent = Arrays.copyOf(sent, 2 * (sentEnd + count));
    }
    System.arraycopy(bytes, from, sent, sentEnd, count);
    sentEnd += count;
    return this;
  }

  /** The client sends its last octet. */
  void end() {
    clientEnded = true;
  }

  /** Everything that the client has been sent, one char per octet. */
  String received() {
    return new String(received, 0, receivedEnd, StandardCharsets.ISO_8859_1);
  }

  int receivedBytes() {
    return receivedEnd;
  }

  void forgetReceived() {
    receivedEnd = 0;
  }

  /** Octets that the server has not read. */
  int unread() {
    return sentEnd - sentStart;
  }

  /** Whether the client sees the end of what the server sends. */
  boolean isEnded() {
    return serverEnded || closed;
  }

  // --- the loop's end

  int readiness() {
    int readiness = 0;
    if (sentEnd > sentStart || clientEnded) {
      readiness |= Readiness.READ;
    }
    if (receivedEnd < window) {
      readiness |= Readiness.WRITE;
    }
    return readiness & interest;
  }

  @Override
  public Progress finishConnect() {
    return Progress.DONE;
  }

  @Override
  public int receive(NativeBuffer into, int offset, int length) {
    int count = Math.min(length, sentEnd - sentStart);
    if (count == 0) {
      return clientEnded ? END : WOULD_BLOCK;
    }
    // By the segment: position and limit of the buffer belong to the loop.
    MemorySegment.copy(sent, sentStart, into.segment, ValueLayout.JAVA_BYTE, offset, count);
    sentStart += count;
    poller.activity++;
    return count;
  }

  @Override
  public int send(NativeBuffer from, int offset, int length, boolean more) {
    int count = room(length);
    if (count == 0) {
      return WOULD_BLOCK;
    }
    MemorySegment.copy(from.segment, ValueLayout.JAVA_BYTE, offset, received, receivedEnd, count);
    receivedEnd += count;
    sends++;
    poller.activity++;
    return count;
  }

  @Override
  public long sendFile(OpenFile file, long position, long length) throws IOException {
    int count = room((int) Math.min(length, 1 << 20));
    if (count == 0) {
      return WOULD_BLOCK;
    }
    int read =
        ((JdkFileRoot.JdkFile) file).read(ByteBuffer.wrap(received, receivedEnd, count), position);
    receivedEnd += Math.max(read, 0);
    poller.activity++;
    return Math.max(read, 0);
  }

  private int room(int length) {
    int count = Math.min(length, window - receivedEnd);
    if (receivedEnd + count > received.length) {
      received = Arrays.copyOf(received, 2 * (receivedEnd + count));
    }
    return count;
  }

  @Override
  public void shutdownOutput() {
    serverEnded = true;
    poller.activity++;
  }

  @Override
  public @Nullable IOException takeError() {
    return null;
  }

  @Override
  public void interest(int wanted) {
    interest = wanted;
  }

  @Override
  public Endpoint local() {
    return new Endpoint.Unnamed();
  }

  @Override
  public Endpoint remote() throws IOException {
    if (reset) {
      throw new SocketException("ENOTCONN");
    }
    return remote;
  }

  @Override
  public <T> void option(SocketOption<T> option, T value) {}

  @Override
  public <T> T option(SocketOption<T> option) {
    throw new UnsupportedOperationException(option.name());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      poller.deregister(this);
      poller.activity++;
    }
  }

  @Override
  public void abort() {
    aborted = true;
    close();
  }
}
