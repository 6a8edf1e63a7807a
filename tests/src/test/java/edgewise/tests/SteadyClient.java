package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A client that asks again and again, and looks at every octet of the answers, until it is closed.
 * It opens a connection for each request, or keeps one until a response says that it is the last:
 * then it expects the end, and before that none.
 */
final class SteadyClient implements AutoCloseable {
  private static final int MAX_RESPONSE_BYTES = 1 << 16;
  private static final String END_OF_HEAD = "\r\n\r\n";

  /** As it says itself, and as it is told. */
  private static final String LAST = "Connection: close\r\n";

  private final SocketAddress server;
  private final String path;
  private final byte[] expected;
  private final boolean keeps;
  private final ByteBuffer buffer = ByteBuffer.allocate(MAX_RESPONSE_BYTES);
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;
  private final AtomicInteger requests = new AtomicInteger();

  private SteadyClient(SocketAddress server, String path, byte[] expected, boolean keeps) {
    this.server = server;
    this.path = path;
    this.expected = expected.clone();
    this.keeps = keeps;
    thread = Thread.ofPlatform().name("steady-client").start(this::run);
  }

  /** Begins with a connection for each request; every body is to be as expected. */
  static SteadyClient connectingAnew(SocketAddress server, String path, byte[] expected) {
    return new SteadyClient(server, path, expected, false);
  }

  /** Begins with one connection. */
  static SteadyClient keeping(SocketAddress server, String path, byte[] expected) {
    return new SteadyClient(server, path, expected, true);
  }

  private void run() {
    while (!closed) {
      try (SocketChannel channel = SocketChannel.open(server)) {
        boolean more = true;
        while (more) {
          more = request(channel) && !closed;
          requests.incrementAndGet();
        }
      } catch (IOException e) {
        failures.add(requests + ": " + e);
      }
    }
  }

  /** Asks once; whether the connection goes on. */
  private boolean request(SocketChannel channel) throws IOException {
    String head = "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + (keeps ? "" : LAST) + "\r\n";
    channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
    buffer.clear();
    String response = "";
    while (!isComplete(response)) {
      if (channel.read(buffer) < 0) {
        throw new IOException("the end after '" + response + "'");
      }
      response = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
    }
    String body = new String(expected, StandardCharsets.ISO_8859_1);
    if (!response.startsWith("HTTP/1.1 200 ") || !response.endsWith(END_OF_HEAD + body)) {
      throw new IOException("unexpected: '" + response + "'");
    }
    boolean last = response.contains("\r\n" + LAST);
    if (last && channel.read(buffer) >= 0) {
      throw new IOException("more after the last response");
    }
    return !last;
  }

  private boolean isComplete(String response) {
    int end = response.indexOf(END_OF_HEAD);
    return end >= 0 && response.length() >= end + END_OF_HEAD.length() + expected.length;
  }

  /** How many it has made so far. */
  int requests() {
    return requests.get();
  }

  /** How many have failed so far. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Stops; not one has failed, and there were some. */
  void assertAllAnswered() {
    stop();
    assertEquals(List.of(), failures, requests + " requests");
    assertTrue(requests.get() > 10, requests + " requests");
  }

  /** The request in hand is the last one. */
  void stop() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
