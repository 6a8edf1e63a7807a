package edgewise.select;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Backends;
import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.LoopOptions;
import edgewise.OpenFile;
import edgewise.Reactor;
import edgewise.Trigger;
import java.io.EOFException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The backend under the loop that is made for it. What holds on every backend is tested there. */
@ExtendWith(SameDescriptors.class)
@Timeout(60)
class SelectLoopTest {
  private static final LoopOptions OPTIONS = LoopOptions.builder().backend("select").build();

  @TempDir Path directory;

  private List<Endpoint> endpoints() {
    return List.of(Endpoint.loopback(0), Endpoint.unix(directory.resolve("s")));
  }

  private static SocketChannel dial(Endpoint to) throws Exception {
    return SocketChannel.open(Addresses.toJdk(new SelectBackend(), to));
  }

  private static void until(EventLoop loop, BooleanSupplier condition) {
    long end = System.nanoTime() + 20 * Rig.SECOND;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, "it does not happen");
      loop.turn(Duration.ofMillis(5));
    }
  }

  @Test
  void theBackendIsFoundByNameAndAvailable() {
    var backend = Backends.choose("select");
    assertInstanceOf(SelectBackend.class, backend);
    assertEquals(Trigger.LEVEL, backend.defaultTrigger());
  }

  @Test
  void tenMegabytesComeBackFromAnEchoThroughSmallBuffers() throws Exception {
    byte[] bytes = new byte[10 << 20];
    new Random(1).nextBytes(bytes);
    var small =
        ConnectionOptions.builder().sendBufferBytes(8 << 10).receiveBufferBytes(8 << 10).build();
    var closed = new CompletableFuture<String>();
    for (Endpoint at : endpoints()) {
      try (var reactor = Reactor.open(2, OPTIONS);
          var sender = Executors.newSingleThreadExecutor()) {
        var door =
            reactor.listen(at, ListenOptions.DEFAULT.withConnections(small), c -> new Echo(closed));
        try (var client = dial(door.endpoint())) {
          var sent =
              sender.submit(() -> {
                ByteBuffer all = ByteBuffer.wrap(bytes);
                while (all.hasRemaining()) {
                  client.write(all);
                }
                return client.shutdownOutput();
              });
          assertArrayEquals(bytes, Rig.read(client, bytes.length));
          sent.get();
          assertEquals(-1, client.read(ByteBuffer.allocate(1)));
          assertEquals("null", closed.get(5, TimeUnit.SECONDS));
        }
      }
    }
  }

  private record Echo(CompletableFuture<String> closed) implements Handler {
    @Override
    public void onData(Connection connection, ByteBuffer in) {
      if (!connection.write(in)) {
        connection.pause();
      }
    }

    @Override
    public void onWritable(Connection connection) {
      connection.resume();
    }

    @Override
    public void onClose(Connection connection, @Nullable Throwable cause) {
      closed.complete(String.valueOf(cause));
    }
  }

  @Test
  void aConnectThatNobodyAnswersEndsAtItsDeadline() throws Exception {
    try (var loop = EventLoop.open(OPTIONS)) {
      Endpoint full = Endpoint.unix(directory.resolve("full"));
      loop.listen(full, ListenOptions.DEFAULT.withBacklog(1), c -> (connection, in) -> {}).pause();
      var cause = new AtomicReference<@Nullable Throwable>();
      var short0 = ConnectionOptions.builder().connectTimeout(Duration.ofMillis(50)).build();
      long start = loop.nanoTime();
      for (int i = 0; i < 5; i++) {
        loop.connect(
            full,
            short0,
            new Handler() {
              @Override
              public void onData(Connection connection, ByteBuffer in) {}

              @Override
              public void onClose(Connection connection, @Nullable Throwable why) {
                cause.compareAndSet(null, why);
              }
            });
      }
      until(loop, () -> cause.get() != null);
      assertInstanceOf(SocketTimeoutException.class, cause.get());
      assertTrue(loop.nanoTime() - start >= 50_000_000);
    }
  }

  @Test
  void aResetReachesTheHandlerWithItsName() throws Exception {
    try (var loop = EventLoop.open(OPTIONS)) {
      var cause = new AtomicReference<@Nullable Throwable>();
      Listener door =
          loop.listen(
              Endpoint.loopback(0),
              accepted ->
                  new Handler() {
                    @Override
                    public void onData(Connection connection, ByteBuffer in) {}

                    @Override
                    public void onClose(Connection connection, @Nullable Throwable why) {
                      cause.set(why);
                    }
                  });
      try (var client = dial(door.endpoint())) {
        until(loop, () -> loop.connections() == 1);
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      until(loop, () -> cause.get() != null);
      assertTrue(Rig.message(cause.get()).contains("ECONNRESET"), Rig.message(cause.get()));
    }
  }

  @Test
  void aFileThatShrinksWhileItIsSentEndsTheConnection() throws Exception {
    Path path = directory.resolve("file");
    Files.write(path, new byte[8 << 20]);
    try (var loop = EventLoop.open(OPTIONS);
        var root = loop.openRoot(directory)) {
      var cause = new AtomicReference<@Nullable Throwable>();
      Listener door =
          loop.listen(
              Endpoint.loopback(0),
              accepted ->
                  new Handler() {
                    @Override
                    public void onOpen(Connection connection) throws Exception {
                      try (OpenFile file = root.open("file")) {
                        assertNotNull(file);
                        connection.sendFile(file, 0, file.size());
                      }
                    }

                    @Override
                    public void onData(Connection connection, ByteBuffer in) {}

                    @Override
                    public void onClose(Connection connection, @Nullable Throwable why) {
                      cause.set(why);
                    }
                  });
      try (var client = dial(door.endpoint());
          var reader = Executors.newSingleThreadExecutor()) {
        until(loop, () -> loop.connections() == 1);
        loop.turn(Duration.ZERO);
        try (var writer = FileChannel.open(path, StandardOpenOption.WRITE)) {
          writer.truncate(7 << 20);
        }
        var read = reader.submit(() -> Rig.read(client, 8 << 20).length);
        until(loop, () -> cause.get() != null);
        assertInstanceOf(EOFException.class, cause.get());
        assertEquals(7 << 20, read.get());
      }
    }
  }

  @Test
  void timersFireInOrderAndNotEarlyThoughAMillisecondIsTheSmallestWait() throws Exception {
    boolean told = false;
    for (int i = 0; i < 50 && !told; i++) {
      told = timersFireInOrder();
    }
    assertTrue(told, "they are not set in a moment");
  }

  /** False if so much time passed between setting them that their order may be another one. */
  private static boolean timersFireInOrder() throws Exception {
    try (var loop = EventLoop.open(OPTIONS)) {
      var fired = new ArrayList<Integer>();
      long start = loop.nanoTime();
      for (int micros : new int[] {5_300, 100, 2_999, 900}) {
        loop.schedule(
            Duration.ofNanos(micros * 1000L),
            () -> {
              assertTrue(loop.nanoTime() - start >= micros * 1000L);
              fired.add(micros);
            });
      }
      if (System.nanoTime() - start > 800_000) {
        return false;
      }
      until(loop, () -> fired.size() == 4);
      assertEquals(List.of(100, 900, 2_999, 5_300), fired);
      return true;
    }
  }

  @Test
  void tasksFromManyThreadsAllRunAndIdleLoopsDoNotTurn() throws Exception {
    try (var reactor = Reactor.open(1, OPTIONS);
        var others = Executors.newFixedThreadPool(4)) {
      EventLoop loop = reactor.loops().getFirst();
      var ran = new int[1];
      var outcomes = new ArrayList<java.util.concurrent.Future<?>>();
      for (int i = 0; i < 4; i++) {
        outcomes.add(
            others.submit(() -> {
              for (int n = 0; n < 5_000; n++) {
                loop.execute(() -> ran[0]++);
              }
            }));
      }
      for (var outcome : outcomes) {
        outcome.get();
      }
      var total = new CompletableFuture<Integer>();
      loop.execute(() -> total.complete(ran[0]));
      assertEquals(20_000, total.get(5, TimeUnit.SECONDS));
      long turns = loop.stats().turns();
      TimeUnit.MILLISECONDS.sleep(100);
      assertTrue(loop.stats().turns() - turns < 5);
      assertFalse(loop.isClosed());
    }
  }
}
