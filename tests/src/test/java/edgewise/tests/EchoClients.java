package edgewise.tests;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program with many clients of an echo server: the JDK's channels on virtual threads. Each
 * connects, talks and leaves again and again: after its half-close and the server's, after all has
 * come back, in the midst, or at once. Prints a line "NUMBER connections, NUMBER bytes, wrong:
 * ...".
 */
final class EchoClients {
  private static final int MOST_AT_ONCE = 20_000;

  private final UnixDomainSocketAddress server;
  private final CountDownLatch allConnected;
  private final long end;
  private final AtomicLong connections = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  /** How a client leaves. */
  private enum Leaving {
    AFTER_BOTH_ENDS,
    AFTER_THE_LAST_BYTE,
    IN_THE_MIDST,
    AT_ONCE
  }

  private EchoClients(Path socket, int clients, Duration time) {
    server = UnixDomainSocketAddress.of(socket);
    allConnected = new CountDownLatch(clients);
    end = System.nanoTime() + time.toNanos();
  }

  /** The arguments: the socket file, how many clients, milliseconds, a seed. */
  public static void main(String[] args) {
    int count = Integer.parseInt(args[1]);
    var clients =
        new EchoClients(Path.of(args[0]), count, Duration.ofMillis(Long.parseLong(args[2])));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        var random = new Random(Long.parseLong(args[3]) * 100_000 + i);
        threads.execute(() -> clients.live(random));
      }
    }
    System.out.println(
        clients.connections
            + " connections, "
            + clients.bytes
            + " bytes, wrong: "
            + clients.wrong.stream().limit(5).toList());
  }

  private void live(Random random) {
    boolean first = true;
    do {
      Leaving how = Leaving.values()[random.nextInt(4)];
      try (var channel = SocketChannel.open(server)) {
        connections.incrementAndGet();
        if (first) {
          first = false;
          awaitOthers(channel);
        }
        if (how != Leaving.AT_ONCE) {
          talk(channel, how, random);
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        wrong.add(how + ": " + e);
      }
    } while (System.nanoTime() - end < 0 && wrong.isEmpty());
  }

  /** All are there at once: each has been accepted, as an echo shows, before the first leaves. */
  private void awaitOthers(SocketChannel channel) throws IOException, InterruptedException {
    channel.write(ByteBuffer.wrap(new byte[] {1}));
    if (channel.read(ByteBuffer.allocate(1)) != 1) {
      throw new EOFException("the first byte has not come back");
    }
    allConnected.countDown();
    allConnected.await();
  }

  /** Sends from another thread, so that a full socket holds nobody up. */
  private void talk(SocketChannel channel, Leaving how, Random random)
      throws IOException, InterruptedException {
    int length = random.nextInt(random.nextInt(20) == 0 ? 400_000 : 4000);
    int seed = random.nextInt();
    int toRead = how == Leaving.IN_THE_MIDST ? random.nextInt(length + 1) : length;
    Thread sender = Thread.ofVirtual().start(() -> send(channel, how, seed, length));
    try {
      read(channel, seed, toRead);
      if (how == Leaving.AFTER_BOTH_ENDS && channel.read(ByteBuffer.allocate(1)) != -1) {
        throw new IOException("more came back than was sent");
      }
    } finally {
      if (how == Leaving.IN_THE_MIDST) {
        channel.close();
      }
      sender.join();
    }
  }

  private void read(SocketChannel channel, int seed, int count) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(1 + ThreadLocalRandom.current().nextInt(MOST_AT_ONCE));
    for (int at = 0; at < count; ) {
      int more = channel.read(into.clear().limit(Math.min(into.capacity(), count - at)));
      if (more < 0) {
        throw new EOFException(at + " of " + count + " bytes have come back");
      }
      for (int i = 0; i < more; i++) {
        if (into.get(i) != content(seed, at + i)) {
          throw new IOException("byte " + (at + i) + " of " + count + " is another");
        }
      }
      at += more;
      bytes.addAndGet(more);
    }
  }

  private static byte content(int seed, int at) {
    return (byte) (seed + at * 31 + (at >>> 8) * 17);
  }

  private void send(SocketChannel channel, Leaving how, int seed, int length) {
    var random = new Random(seed);
    try {
      for (int at = 0; at < length; ) {
        ByteBuffer out =
            ByteBuffer.allocate(Math.min(length - at, 1 + random.nextInt(MOST_AT_ONCE)));
        while (out.hasRemaining()) {
          out.put(content(seed, at++));
        }
        out.flip();
        while (out.hasRemaining()) {
          channel.write(out);
        }
        Thread.sleep(random.nextInt(50));
      }
      if (how == Leaving.AFTER_BOTH_ENDS) {
        channel.shutdownOutput();
      }
    } catch (ClosedChannelException e) {
      if (how != Leaving.IN_THE_MIDST) {
        wrong.add(how + ", sending: " + e);
      }
    } catch (IOException | InterruptedException | RuntimeException e) {
      wrong.add(how + ", sending: " + e);
    }
  }
}
