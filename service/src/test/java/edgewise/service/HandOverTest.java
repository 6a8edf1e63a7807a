package edgewise.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Acceptor;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.LoopOptions;
import edgewise.PeerCredentials;
import edgewise.Reactor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two servers in one process, which is all the same to the sockets. */
class HandOverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path directory;

  private final List<AutoCloseable> open = new ArrayList<>();
  private long descriptorsBefore;

  @BeforeEach
  void countDescriptors() throws Exception {
    // What the first reactor, and the JDK's first channels, open for good.
    try (var warm = Reactor.open(1, LoopOptions.DEFAULT)) {
      var listening =
          warm.listen(
              Endpoint.loopback(0),
              connection -> {
                connection.close();
                return (c, in) -> {};
              });
      assertEquals("", ask(listening.endpoint()));
    }
    descriptorsBefore = descriptors();
  }

  @AfterEach
  void closeAllAndCountDescriptors() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    assertEquals(descriptorsBefore, descriptors(), "descriptors are left open");
  }

  private static long descriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  /** A server whose every connection is told its name, and then the end. */
  private final class Server {
    final String name;
    final Reactor reactor;
    final List<Reactor.Listening> listenings = new ArrayList<>();
    final List<Offered> offered = new ArrayList<>();
    final BlockingQueue<PeerCredentials> taken = new LinkedBlockingQueue<>();

    Server(String name) throws IOException {
      this.name = name;
      reactor = Reactor.open(3, LoopOptions.DEFAULT);
      open.add(reactor);
    }

    EventLoop loop() {
      return reactor.loops().getFirst();
    }

    Acceptor acceptor() {
      return connection -> {
        connection.write(name.getBytes(StandardCharsets.US_ASCII));
        connection.close();
        return (c, in) -> in.position(in.limit());
      };
    }

    Endpoint listen(Endpoint endpoint, ListenOptions.Spread spread) throws IOException {
      var how = ListenOptions.DEFAULT.withSpread(spread);
      add(endpoint.toString(), reactor.listen(endpoint, how, acceptor()), true);
      return listenings.getLast().endpoint();
    }

    void adopt(TakeOver from) throws IOException {
      for (Inherited socket : from.sockets()) {
        var listening = reactor.listen(socket.descriptor(), ListenOptions.DEFAULT, acceptor());
        add(socket.name(), listening, socket.ownsFile());
      }
    }

    private void add(String name, Reactor.Listening listening, boolean ownsFile) {
      listenings.add(listening);
      offered.add(new Offered(name, listening, ownsFile));
    }

    void stopAccepting(PeerCredentials successor) {
      listenings.forEach(Reactor.Listening::close);
      taken.add(successor);
    }

    HandOver offer(Endpoint control, Duration readyWithin) throws IOException {
      return HandOver.offer(loop(), control, offered, readyWithin, this::stopAccepting);
    }
  }

  private Endpoint control() {
    return Endpoint.unix(directory.resolve("control"));
  }

  private static SocketAddress address(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Inet inet -> new InetSocketAddress(inet.address(), inet.port());
      case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      default -> throw new IllegalArgumentException(endpoint.toString());
    };
  }

  private static SocketChannel connect(Endpoint endpoint) throws IOException {
    return SocketChannel.open(address(endpoint));
  }

  /** All that a connection says until it ends. */
  private static String rest(SocketChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(8192);
    while (channel.read(buffer) >= 0) {}
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
  }

  private static String ask(Endpoint endpoint) throws IOException {
    try (SocketChannel channel = connect(endpoint)) {
      return rest(channel);
    }
  }

  @Test
  void everySocketGoesOverAndTheOldServerAcceptsNoMore() throws Exception {
    var old = new Server("old");
    Endpoint tcp = old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    Endpoint spread = old.listen(Endpoint.loopback(0), ListenOptions.Spread.REUSE_PORT);
    Path file = directory.resolve("app");
    Endpoint unix = old.listen(Endpoint.unix(file), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    assertEquals("old", ask(tcp));

    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      assertEquals(
          List.of(tcp, spread, spread, spread, unix),
          from.sockets().stream().map(Inherited::endpoint).toList());
      assertEquals("127.0.0.1:0", from.sockets().getFirst().name(), "as it was asked for");
      successor.adopt(from);
      assertTrue(from.ready(successor.offered, false, PATIENCE));
    }
    assertEquals(
        ProcessHandle.current().pid(),
        java.util.Objects.requireNonNull(old.taken.poll(20, TimeUnit.SECONDS)).pid());
    for (int i = 0; i < 30; i++) { // many, since the kernel chooses among those of one port
      for (Endpoint endpoint : List.of(tcp, spread, unix)) {
        assertEquals("new", ask(endpoint));
      }
    }
    old.reactor.close();
    assertTrue(Files.exists(file), "the socket file is the successor's");
    assertEquals("new", ask(unix));
    assertFalse(Files.exists(directory.resolve("control")), "nobody has the control socket");
    successor.reactor.close();
    assertFalse(Files.exists(file), "the last one removes the socket file");
  }

  /** A successor's successor's successor. */
  @Test
  void theControlSocketGoesOverToo() throws Exception {
    var first = new Server("0");
    Path file = directory.resolve("app");
    Endpoint unix = first.listen(Endpoint.unix(file), ListenOptions.Spread.LEAST_LOADED);
    open.add(first.offer(control(), PATIENCE));
    Server before = first;
    for (int i = 1; i <= 10; i++) {
      var next = new Server("" + i);
      try (TakeOver from = TakeOver.ask(next.loop(), control(), PATIENCE)) {
        next.adopt(from);
        from.ready(next.offered, true, PATIENCE);
        open.add(
            HandOver.offer(
                next.loop(),
                java.util.Objects.requireNonNull(from.control()),
                next.offered,
                PATIENCE,
                next::stopAccepting));
      }
      before.reactor.close();
      assertEquals("" + i, ask(unix));
      before = next;
    }
    assertTrue(Files.exists(directory.resolve("control")));
    before.reactor.close();
    assertFalse(Files.exists(directory.resolve("control")));
    assertFalse(Files.exists(file));
  }

  /** What the kernel has queued while nobody accepts is served by whoever accepts next. */
  @Test
  void aConnectionThatWaitsInTheQueueIsNotLost() throws Exception {
    var old = new Server("old");
    Endpoint tcp = old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      old.listenings.forEach(Reactor.Listening::close);
      try (SocketChannel waiting = connect(tcp)) {
        successor.adopt(from);
        from.ready(successor.offered, false, PATIENCE);
        assertEquals("new", rest(waiting));
      }
    }
  }

  @Test
  void aSuccessorThatDiesBeforeItIsReadyChangesNothing() throws Exception {
    var old = new Server("old");
    Path file = directory.resolve("app");
    Endpoint unix = old.listen(Endpoint.unix(file), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    for (int i = 0; i < 3; i++) {
      var successor = new Server("new");
      try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
        successor.adopt(from);
      }
      successor.reactor.close();
      assertEquals("old", ask(unix));
      assertTrue(Files.exists(file));
    }
    assertTrue(old.taken.isEmpty());
  }

  @Test
  void aSuccessorThatTakesTooLongIsToldSo() throws Exception {
    var old = new Server("old");
    Endpoint tcp = old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), Duration.ofMillis(200)));
    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      from.ending().get(20, TimeUnit.SECONDS); // the other end has closed
      var late =
          assertThrows(IOException.class, () -> from.ready(successor.offered, false, PATIENCE));
      assertTrue(String.valueOf(late.getMessage()).contains("refused: it took too long"));
    }
    assertEquals("old", ask(tcp));
  }

  @Test
  void twoAtOnceAreOneTooMany() throws Exception {
    var old = new Server("old");
    old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      var refused =
          assertThrows(
              IOException.class, () -> TakeOver.ask(successor.loop(), control(), PATIENCE));
      assertTrue(
          String.valueOf(refused.getMessage())
              .endsWith("refused: another process is taking them over"));
      assertEquals(1, from.sockets().size());
    }
    TakeOver again = TakeOver.ask(successor.loop(), control(), PATIENCE);
    assertEquals(1, again.sockets().size(), "the first has left");
    again.close();
  }

  @Test
  void aStopRefusesWhoIsJustTakingOver() throws Exception {
    var old = new Server("old");
    old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    HandOver offering = old.offer(control(), PATIENCE);
    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      offering.close();
      var refused =
          assertThrows(IOException.class, () -> from.ready(successor.offered, false, PATIENCE));
      assertTrue(String.valueOf(refused.getMessage()).endsWith("the server is stopping"));
    }
  }

  /** Its sockets live on in the successor, whoever had them. */
  @Test
  void aPredecessorThatDiesMeanwhileIsReplacedAllTheSame() throws Exception {
    var old = new Server("old");
    Endpoint tcp = old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      old.reactor.loops().forEach(EventLoop::close); // at once, as a crash
      successor.adopt(from);
      assertFalse(from.ready(successor.offered, false, PATIENCE));
      assertEquals("new", ask(tcp));
    }
  }

  /** The old server has let go: there is no way back. */
  @Test
  void aSocketFileThatSomebodyHasRemovedDoesNotEndTheSuccessor() throws Exception {
    var old = new Server("old");
    Path file = directory.resolve("app");
    old.listen(Endpoint.unix(file), ListenOptions.Spread.LEAST_LOADED);
    Endpoint tcp = old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    var successor = new Server("new");
    try (TakeOver from = TakeOver.ask(successor.loop(), control(), PATIENCE)) {
      successor.adopt(from);
      Files.delete(file);
      Files.delete(directory.resolve("control"));
      assertTrue(from.ready(successor.offered, true, PATIENCE));
      open.add(
          HandOver.offer(
              successor.loop(),
              java.util.Objects.requireNonNull(from.control()),
              successor.offered,
              PATIENCE,
              successor::stopAccepting));
      assertEquals("new", ask(tcp));
    }
  }

  @Test
  @Timeout(60)
  void onALoopItFailsRatherThanWaitForItself() throws Exception {
    var server = new Server("old");
    var failure = new java.util.concurrent.CompletableFuture<Throwable>();
    server
        .loop()
        .execute(() ->
            failure.complete(
                assertThrows(
                    IllegalStateException.class, () -> server.offer(control(), PATIENCE))));
    assertTrue(
        String.valueOf(failure.get(10, TimeUnit.SECONDS).getMessage()).contains("loop's own"));
  }

  @Test
  void nobodyThereIsAFailureThatSaysSo() throws Exception {
    var successor = new Server("new");
    var failure =
        assertThrows(IOException.class, () -> TakeOver.ask(successor.loop(), control(), PATIENCE));
    assertTrue(String.valueOf(failure.getMessage()).contains("ENOENT"), failure.getMessage());
  }

  @Test
  void whoSpeaksAnotherLanguageIsRefused() throws Exception {
    var old = new Server("old");
    Endpoint tcp = old.listen(Endpoint.loopback(0), ListenOptions.Spread.LEAST_LOADED);
    open.add(old.offer(control(), PATIENCE));
    for (String said :
        List.of(
            "GET / HTTP/1.1\r\n\r\n",
            "take-over 2\n",
            "ready\n",
            "take-over+1\n",
            "%zz\n",
            "x".repeat(5000))) {
      try (SocketChannel rude = connect(control())) {
        rude.write(ByteBuffer.wrap(said.getBytes(StandardCharsets.US_ASCII)));
        assertTrue(rest(rude).startsWith("refused "), said);
      }
    }
    try (SocketChannel silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.connect(address(control())); // and nothing more
      assertEquals("old", ask(tcp));
    }
  }
}
