package edgewise.tests;

import static org.junit.jupiter.api.Assertions.fail;

import edgewise.Acceptor;
import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.Handler;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.spi.Backend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a contract works with. The loop is driven by the test, turn by turn, until a condition holds
 * or the time is over; nothing sleeps. At the end everything is closed, and then as many
 * descriptors are open as before, and no thread is left.
 */
final class Rig implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The longest wait of one turn: so soon a change made by a foreign thread is looked at. */
  private static final Duration SLICE = Duration.ofMillis(5);

  private static final Set<Mode> WARM = EnumSet.noneOf(Mode.class);

  final Mode mode;
  final Family family;
  private final Leftovers leftovers;
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private @Nullable EventLoop loop;
  private @Nullable Path directory;
  private int names;
  private boolean warmingUp;

  Rig(Mode mode, Family family) {
    this.mode = mode;
    this.family = family;
    if (WARM.add(mode)) {
      warmUp(mode);
    }
    leftovers = new Leftovers();
  }

  /** Has the JDK open what it opens once and never closes. */
  private static void warmUp(Mode mode) {
    for (Family family : Family.values()) {
      try (var rig = new Rig(mode, family)) {
        rig.warmingUp = true;
        var recorder = new Recorder();
        Peer peer = rig.connected(recorder);
        peer.write("x");
        rig.until("the first byte has come", () -> recorder.received() == 1);
        recorder.connection().write(new byte[] {1});
        rig.readFrom(peer, 1);
        rig.directory();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  // --- the loop

  /** Options for this mode, to be refined. */
  LoopOptions.Builder options() {
    return LoopOptions.builder().backend(mode.backendName).trigger(mode.named());
  }

  EventLoop loop() {
    return loop == null ? open(options()) : loop;
  }

  /** Opens the loop with those options; must be the first use of it. */
  EventLoop open(LoopOptions.Builder how) {
    if (loop != null) {
      throw new IllegalStateException("the loop is open already");
    }
    try {
      loop = EventLoop.open(how.build());
      return loop;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Reactor reactor(int loops) {
    return reactor(loops, options().stopTimeout(Duration.ofMillis(500)));
  }

  Reactor reactor(int loops, LoopOptions.Builder how) {
    try {
      Reactor reactor = Reactor.open(loops, how.build());
      toClose.add(reactor);
      return reactor;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Turns the loop until the condition holds. */
  void until(String what, BooleanSupplier condition) {
    until(what, PATIENCE, condition);
  }

  void until(String what, Duration patience, BooleanSupplier condition) {
    long end = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("not within " + patience + ": " + what + "; the loop did " + loop().stats());
      }
      loop().turn(SLICE);
    }
  }

  /** Takes that many turns without waiting. */
  void turns(int count) {
    for (int i = 0; i < count; i++) {
      loop().turn(Duration.ZERO);
    }
  }

  /** The loop waits in the kernel for that time, and is not busy with anything. */
  void assertIdle(Duration time) {
    assertTurnsAtMost(3, time);
  }

  /** In that time the loop takes no more turns than that: it does not spin. */
  void assertTurnsAtMost(int most, Duration time) {
    turns(3); // what is left over from before
    long end = System.nanoTime() + time.toNanos();
    int count = 0;
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      loop().turn(Duration.ofNanos(left));
      count++;
      if (count > most) {
        fail("the loop spins: more than " + most + " turns in " + time + "; " + loop().stats());
      }
    }
  }

  boolean has(Backend.Feature feature) {
    return mode.has(feature);
  }

  // --- addresses

  /** An address of this family to listen on that nobody has. */
  Endpoint free() {
    return family == Family.TCP ? Endpoint.loopback(0) : Endpoint.unix(name());
  }

  /** A name in the test's own directory that is not taken. */
  Path name() {
    return directory().resolve("s" + names++);
  }

  /** The test's own directory, with a short name; removed at the end. */
  Path directory() {
    if (directory == null) {
      try {
        directory = Files.createTempDirectory("ew");
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return directory;
  }

  static SocketAddress address(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Inet inet -> new InetSocketAddress(inet.address(), inet.port());
      case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      case Endpoint.Abstract name -> throw new IllegalArgumentException("not in the JDK: " + name);
      case Endpoint.Unnamed none -> throw new IllegalArgumentException(none.toString());
    };
  }

  static Endpoint endpoint(SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet -> new Endpoint.Inet(inet.getAddress(), inet.getPort());
      case UnixDomainSocketAddress unix -> Endpoint.unix(unix.getPath());
      default -> throw new IllegalArgumentException(address.toString());
    };
  }

  // --- connections

  Listener listen(Acceptor acceptor) throws IOException {
    return listen(ListenOptions.DEFAULT, acceptor);
  }

  Listener listen(ListenOptions how, Acceptor acceptor) throws IOException {
    return loop().listen(free(), how, acceptor);
  }

  Listener listen(ConnectionOptions how, Acceptor acceptor) throws IOException {
    return listen(ListenOptions.DEFAULT.withConnections(how), acceptor);
  }

  Peer dial(Listener listener) throws IOException {
    return dial(listener.endpoint());
  }

  Peer dial(Endpoint endpoint) throws IOException {
    return closing(Peer.dial(address(endpoint)));
  }

  /** A foreign peer connected to a new connection of the loop, which has that handler. */
  Peer connected(Recorder handler) throws IOException {
    return connected(ConnectionOptions.DEFAULT, handler);
  }

  Peer connected(ConnectionOptions how, Recorder handler) throws IOException {
    Listener listener = listen(how, connection -> handler);
    Peer peer = dial(listener);
    until("the connection is accepted", () -> handler.has("open"));
    listener.close();
    return peer;
  }

  /** A foreign server that listens, and accepts only when asked. */
  ServerSocketChannel foreignServer() throws IOException {
    return foreignServer(50);
  }

  ServerSocketChannel foreignServer(int backlog) throws IOException {
    ServerSocketChannel server =
        family == Family.TCP
            ? ServerSocketChannel.open()
            : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    closing(server);
    server.bind(
        family == Family.TCP
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
            : UnixDomainSocketAddress.of(name()),
        backlog);
    return server;
  }

  /** The other end of a connection that a loop makes to a foreign server. */
  Peer accept(ServerSocketChannel server) throws IOException {
    return closing(new Peer(server.accept()));
  }

  /** An outgoing connection that is open, and its foreign peer. */
  Peer connectedOut(Handler handler, BooleanSupplier open) throws IOException {
    ServerSocketChannel server = foreignServer();
    Connection ignored = loop().connect(endpoint(server.getLocalAddress()), handler);
    until("the connection is open", open);
    Peer peer = accept(server);
    server.close();
    return peer;
  }

  // --- other threads

  /** Runs something on a thread of its own. */
  <T> CompletableFuture<T> aside(Callable<T> what) {
    var outcome = new CompletableFuture<T>();
    Thread.ofPlatform()
        .name("aside")
        .start(() -> {
          try {
            outcome.complete(what.call());
          } catch (Throwable t) {
            outcome.completeExceptionally(t);
          }
        });
    return outcome;
  }

  /** Turns the loop until the other thread is done. */
  <T> T await(CompletableFuture<T> outcome) {
    until("the other thread is done", outcome::isDone);
    return value(outcome);
  }

  /** Waits, without turning the loop, until the other thread is done. */
  static <T> T join(CompletableFuture<T> outcome) {
    try {
      outcome.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return value(outcome); // which tells why
    } catch (Exception e) {
      throw new AssertionError("the other thread is not done", e);
    }
    return value(outcome);
  }

  private static <T> T value(CompletableFuture<T> outcome) {
    if (outcome.isCompletedExceptionally()) {
      throw new AssertionError("the other thread failed", outcome.exceptionNow());
    }
    return outcome.resultNow();
  }

  byte[] readFrom(Peer peer, int count) {
    return await(aside(() -> peer.read(count)));
  }

  byte[] readAllFrom(Peer peer) {
    return await(aside(peer::readAll));
  }

  /** The message of a failure; empty if there is none. */
  static String text(@Nullable Throwable failure) {
    return failure == null || failure.getMessage() == null ? "" : failure.getMessage();
  }

  // --- the end

  <T extends AutoCloseable> T closing(T resource) {
    toClose.add(resource);
    return resource;
  }

  @Override
  public void close() throws IOException {
    if (loop != null) {
      loop.close();
    }
    for (AutoCloseable each : toClose.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IOException("cannot close " + each, e);
      }
    }
    if (directory != null) {
      remove(directory);
    }
    if (!warmingUp) {
      leftovers.assertNone();
    }
  }

  private static void remove(Path top) throws IOException {
    try (Stream<Path> all = Files.walk(top)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  /** Looks again and again, until patience is at its end. */
  static boolean eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(100_000);
    }
    return true;
  }
}
