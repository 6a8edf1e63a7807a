package edgewise.tests;

import edgewise.http.RawCase;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Plays one {@link RawCase} to a server at the other end of a socket. Two threads, since some
 * servers answer and close before all has been sent: one reads, one writes.
 */
final class RawClient implements AutoCloseable {
  /** A right answer may still be followed by something that is wrong; it gets this long to come. */
  private static final long QUIET_MILLIS = 250;

  /** A wrong answer may still become right on a machine that is busy. */
  private static final long DEADLINE_SECONDS = 10;

  /** The end of the stream: a read brings one octet or more. */
  private static final byte[] END = {};

  private final RawCase played;
  private final Peer server;
  private final BlockingQueue<byte[]> arriving = new LinkedBlockingQueue<>();
  private final StringBuilder received = new StringBuilder();

  RawClient(RawCase played, SocketAddress address) throws IOException {
    this.played = played;
    server = Peer.dial(address);
    if (server.socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      server.socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  /** Plays it to the end: until the answer is right and no more comes, or the time is over. */
  RawCase.Seen play() throws InterruptedException {
    Thread.ofVirtual().start(this::read);
    Thread.ofVirtual().start(() -> write(played.request(), played.halfClose()));
    boolean secondSent = played.second().isEmpty();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (true) {
      var seen = new RawCase.Seen(received.toString(), false);
      if (!secondSent && seen.received().endsWith("\r\n\r\n")) {
        secondSent = true;
        Thread.ofVirtual().start(() -> write(played.second(), false));
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      boolean right = secondSent && played.faults(seen).isEmpty();
      byte[] more = arriving.poll(right ? QUIET_MILLIS : left, TimeUnit.MILLISECONDS);
      if (more == null) {
        return seen;
      }
      if (more.length == 0) {
        return new RawCase.Seen(seen.received(), true);
      }
      received.append(new String(more, StandardCharsets.ISO_8859_1));
    }
  }

  private void read() {
    ByteBuffer into = ByteBuffer.allocate(64 << 10);
    try {
      while (server.socket.read(into.clear()) >= 0) {
        arriving.add(Arrays.copyOf(into.array(), into.position()));
      }
    } catch (IOException reset) {
      // After an answer that closes, unread octets of ours make it a reset: an end like another.
    }
    arriving.add(END);
  }

  private void write(String text, boolean thenEnd) {
    byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
    int step = played.split() == 0 ? all.length : played.split();
    try {
      for (int at = 0; at < all.length; at += step) {
        server.write(Arrays.copyOfRange(all, at, Math.min(all.length, at + step)));
      }
      if (thenEnd) {
        server.shutdownOutput();
      }
    } catch (IOException closed) {
      // The server has had enough; what it answered is what counts.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
