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
 * A client that opens a connection for each request, one after the other, and looks at every octet
 * of the answers, until it is closed.
 */
final class NewConnections implements AutoCloseable {
  private static final int MAX_RESPONSE_BYTES = 1 << 16;

  private final SocketAddress server;
  private final String path;
  private final byte[] expected;
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean closed;
  private final AtomicInteger requests = new AtomicInteger();

  /**
   * Begins.
   *
   * @param expected the body of each response
   */
  NewConnections(SocketAddress server, String path, byte[] expected) {
    this.server = server;
    this.path = path;
    this.expected = expected.clone();
    thread = Thread.ofPlatform().name("new-connections").start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        request();
      } catch (IOException e) {
        failures.add(requests + ": " + e);
      }
      requests.incrementAndGet();
    }
  }

  private void request() throws IOException {
    try (SocketChannel channel = SocketChannel.open(server)) {
      String head = "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
      channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
      var buffer = ByteBuffer.allocate(MAX_RESPONSE_BYTES);
      while (channel.read(buffer) >= 0) {}
      String response =
          new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
      String body = new String(expected, StandardCharsets.ISO_8859_1);
      if (!response.startsWith("HTTP/1.1 200 ") || !response.endsWith("\r\n\r\n" + body)) {
        failures.add(requests + ": " + response.lines().findFirst().orElse("nothing came"));
      }
    }
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
