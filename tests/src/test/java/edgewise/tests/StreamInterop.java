package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.Listener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * AF_UNIX streams with another library at the other end, as the client and as the server. A
 * subclass per library says how that makes its sockets.
 */
abstract class StreamInterop {
  private static final int MUCH = 3_000_000;

  /** A connected socket of the library, blocking. Its two directions are used by two threads. */
  interface Foreign extends AutoCloseable {
    /** -1 at the end. */
    int read(byte[] into) throws IOException;

    void write(byte[] from, int offset, int length) throws IOException;

    void shutdownOutput() throws IOException;

    @Override
    void close() throws IOException;

    default byte[] readAll() throws IOException {
      var all = new ByteArrayOutputStream();
      byte[] into = new byte[30_000];
      for (int count; (count = read(into)) >= 0; ) {
        all.write(into, 0, count);
      }
      return all.toByteArray();
    }
  }

  /** A listening socket of the library. */
  interface ForeignServer extends AutoCloseable {
    Foreign accept() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** What the library does with its end of a connection, on a thread of its own. */
  interface Conversation<T> {
    T with(Foreign foreign) throws Exception;
  }

  abstract Foreign connect(Path path) throws IOException;

  abstract ForeignServer listen(Path path) throws IOException;

  /** Sends back what comes, and ends when the other end does. */
  static class Echo extends Recorder {
    @Override
    void data(Connection c, ByteBuffer in) {
      if (!c.write(in)) {
        c.pause();
      }
    }

    @Override
    void writable(Connection c) {
      c.resume();
    }

    @Override
    void ended(Connection c) {
      c.close();
    }
  }

  /** Writes all as the peer takes it, in pieces, and ends its direction. */
  static final class Source extends Recorder {
    private final byte[] bytes;
    private final int piece;
    private int sent;

    Source(byte[] bytes, int piece) {
      this.bytes = bytes;
      this.piece = piece;
    }

    @Override
    void writable(Connection c) {
      boolean more = c.isOpen();
      while (more && sent < bytes.length) {
        int count = Math.min(piece, bytes.length - sent);
        more = c.write(bytes, sent, count);
        sent += count;
      }
      if (sent == bytes.length) {
        c.shutdownOutput();
      }
    }

    @Override
    void opened(Connection c) {
      writable(c);
    }
  }

  /** Our handler in a connection that the library has made, or has accepted. */
  private <T> T talk(Rig rig, boolean foreignConnects, Recorder ours, Conversation<T> theirs)
      throws Exception {
    Path path = rig.name();
    CompletableFuture<T> talking;
    if (foreignConnects) {
      Listener listener = rig.loop().listen(Endpoint.unix(path), connection -> ours);
      talking = rig.aside(() -> closing(connect(path), theirs));
      rig.until("accepted", () -> ours.has("open") || talking.isDone());
      listener.close();
    } else {
      ForeignServer server = listen(path);
      talking =
          rig.aside(() -> {
            try (server) {
              return closing(server.accept(), theirs);
            }
          });
      rig.loop().connect(Endpoint.unix(path), ours);
    }
    rig.until("they are done", Duration.ofSeconds(30), talking::isDone);
    T outcome = rig.await(talking);
    rig.until("closed", () -> ours.has("close"));
    assertNull(ours.cause);
    assertEquals(1, ours.count("end"));
    return outcome;
  }

  private static <T> T closing(Foreign foreign, Conversation<T> theirs) throws Exception {
    try (foreign) {
      return theirs.with(foreign);
    }
  }

  private static boolean[] bothWaysRound() {
    return new boolean[] {true, false};
  }

  @Contract(families = Family.UNIX)
  void whatItSendsWithoutPauseComesBackAndThenTheEnd(Rig rig) throws Exception {
    byte[] sent = Bytes.random(60, MUCH);
    for (boolean foreignConnects : bothWaysRound()) {
      byte[] back =
          talk(
              rig,
              foreignConnects,
              new Echo(),
              foreign -> {
                var sending = rig.aside(() -> sendAll(foreign, sent));
                byte[] all = foreign.readAll();
                sending.join();
                return all;
              });
      assertArrayEquals(sent, back);
    }
  }

  private static boolean sendAll(Foreign foreign, byte[] bytes) throws IOException {
    foreign.write(bytes, 0, bytes.length);
    foreign.shutdownOutput();
    return true;
  }

  @Contract(families = Family.UNIX)
  void whatWeSendWithoutPauseComesBackAndThenTheEnd(Rig rig) throws Exception {
    byte[] sent = Bytes.random(61, MUCH);
    for (boolean foreignConnects : bothWaysRound()) {
      var ours = new Source(sent, 50_000);
      boolean echoed =
          talk(
              rig,
              foreignConnects,
              ours,
              foreign -> {
                byte[] buffer = new byte[30_000];
                for (int count; (count = foreign.read(buffer)) >= 0; ) {
                  foreign.write(buffer, 0, count);
                }
                return true;
              });
      assertEquals(true, echoed);
      assertArrayEquals(sent, ours.bytes());
    }
  }

  @Contract(families = Family.UNIX)
  void afterOurEndItsBytesStillCome(Rig rig) throws Exception {
    byte[] late = Bytes.random(62, MUCH);
    for (boolean foreignConnects : bothWaysRound()) {
      var ours = new Source(new byte[] {1, 2, 3}, 3);
      byte[] first =
          talk(
              rig,
              foreignConnects,
              ours,
              foreign -> {
                byte[] all = foreign.readAll();
                foreign.write(late, 0, late.length);
                return all;
              });
      assertArrayEquals(new byte[] {1, 2, 3}, first);
      assertArrayEquals(late, ours.bytes());
    }
  }

  @Contract(families = Family.UNIX)
  void afterItsEndOurBytesStillArrive(Rig rig) throws Exception {
    byte[] late = Bytes.random(63, MUCH);
    for (boolean foreignConnects : bothWaysRound()) {
      var ours =
          new Recorder() {
            @Override
            void ended(Connection c) {
              c.write(late);
              c.close();
            }
          };
      byte[] received =
          talk(
              rig,
              foreignConnects,
              ours,
              foreign -> {
                foreign.write(new byte[] {7}, 0, 1);
                foreign.shutdownOutput();
                return foreign.readAll();
              });
      assertArrayEquals(late, received);
      assertEquals(1, ours.received());
    }
  }

  @Contract(families = Family.UNIX)
  void manyOfItsClientsAreServedAtOnce(Rig rig) throws Exception {
    int count = 60;
    var how = ConnectionOptions.builder().waterMarks(1000, 5000).build();
    Path path = rig.name();
    Listener listener =
        rig.loop()
            .listen(
                Endpoint.unix(path),
                ListenOptions.DEFAULT.withConnections(how),
                connection -> new Echo());
    List<CompletableFuture<byte[]>> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] sent = Bytes.random(i, 50_000 + i); // fits into the sockets' buffers
      clients.add(
          rig.aside(() ->
              closing(
                  connect(path),
                  foreign -> {
                    sendAll(foreign, sent);
                    return foreign.readAll();
                  })));
    }
    for (int i = 0; i < count; i++) {
      assertArrayEquals(Bytes.random(i, 50_000 + i), rig.await(clients.get(i)));
    }
    rig.until("closed", () -> rig.loop().connections() == 0);
    assertEquals(count, listener.accepted());
    listener.close();
  }
}
