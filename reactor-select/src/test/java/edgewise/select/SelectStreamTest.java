package edgewise.select;

import static edgewise.spi.StreamSocket.END;
import static edgewise.spi.StreamSocket.WOULD_BLOCK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.LinuxOptions;
import edgewise.ListenOptions;
import edgewise.OpenFile;
import edgewise.spi.ListeningSocket;
import edgewise.spi.Readiness;
import edgewise.spi.StreamSocket;
import edgewise.spi.StreamSocket.Progress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SameDescriptors.class)
@Timeout(30)
class SelectStreamTest {
  @TempDir Path directory;

  private Endpoint.Unix path(String name) {
    return new Endpoint.Unix(directory.resolve(name));
  }

  // --- receive and send

  @Test
  void nothingNowIsWouldBlockAndTheLastByteIsFollowedByTheEnd() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      assertEquals(WOULD_BLOCK, pair.near().receive(rig.buffer, 0, 10));
      pair.far().write(Rig.text("last"));
      pair.far().shutdownOutput();
      assertEquals("last", rig.receiveText(pair.near()));
      assertEquals(END, rig.receive(pair.near()));
      assertEquals(END, rig.receive(pair.near()));
      assertEquals(2, rig.send(pair.near(), "ok"));
      assertArrayEquals("ok".getBytes(UTF_8), Rig.read(pair.far(), 2));
    }
  }

  @Test
  void aBufferIsUsedFromOffsetToLengthAndKeepsItsPositionAndLimit() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      rig.buffer.bytes.put(5, "hello".getBytes(UTF_8)).position(3).limit(7);
      assertEquals(5, pair.near().send(rig.buffer, 5, 5, true));
      pair.far().write(Rig.text("world"));
      rig.register(pair.near(), "socket", Readiness.READ);
      rig.await("socket");
      assertEquals(4, pair.near().receive(rig.buffer, 6, 4));
      assertEquals(3, rig.buffer.bytes.position());
      assertEquals(7, rig.buffer.bytes.limit());
      var seen = new byte[5];
      rig.buffer.bytes.clear().get(5, seen);
      assertEquals("hworl", new String(seen, UTF_8));
    }
  }

  @Test
  void aPeerThatDoesNotReadIsWouldBlockUntilItDoes() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      long sent = 0;
      int count = pair.near().send(rig.buffer, 0, rig.buffer.capacity(), false);
      while (count != WOULD_BLOCK) {
        sent += count;
        count = pair.near().send(rig.buffer, 0, rig.buffer.capacity(), false);
      }
      rig.register(pair.near(), "socket", Readiness.WRITE);
      assertEquals(0, rig.poller.poll(20_000_000));
      assertEquals(sent, Rig.read(pair.far(), (int) sent).length);
      assertEquals(Readiness.WRITE, rig.await("socket"));
    }
  }

  private static void reset(Rig.Pair pair) throws IOException {
    pair.far().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.far().close();
  }

  @Test
  void aResetIsAFailureAndNeverTheEnd() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      reset(pair);
      for (int i = 0; i < 2; i++) {
        var failure = assertThrows(SocketException.class, () -> rig.receive(pair.near()));
        assertTrue(Rig.message(failure).contains("ECONNRESET (Connection reset"));
        assertTrue(Rig.message(failure).startsWith("recv socket at 127.0.0.1:"));
        assertNotNull(failure.getCause());
      }
    }
  }

  /** The kernel tells of a reset once. If send was the one it told, receive would see an end. */
  @Test
  void aResetThatWasToldToSendIsNotTheEndToReceive() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "socket", Readiness.READ);
      reset(pair);
      rig.await("socket");
      var failure = assertThrows(SocketException.class, () -> rig.send(pair.near(), "x"));
      assertTrue(Rig.message(failure).contains("ECONNRESET"), Rig.message(failure));
      var second = assertThrows(SocketException.class, () -> rig.receive(pair.near()));
      assertTrue(Rig.message(second).contains("ECONNRESET"), Rig.message(second));
      var third = assertThrows(SocketException.class, () -> rig.send(pair.near(), "x"));
      assertTrue(Rig.message(third).contains("EPIPE (Broken pipe)"), Rig.message(third));
    }
  }

  @Test
  void anAbortIsAResetToThePeerAndFreesTheDescriptor() throws Exception {
    try (var rig = new Rig()) {
      Rig.Pair pair = rig.pair();
      rig.register(pair.near(), "socket", Readiness.READ);
      rig.poller.poll(0);
      int before = SameDescriptors.count();
      pair.near().abort();
      pair.near().close();
      assertEquals(before - 1, SameDescriptors.count());
      assertThrows(SocketException.class, () -> Rig.read(pair.far(), 1));
    }
  }

  /** Java's channels stay open until the next select, if they are registered. */
  @Test
  void closingARegisteredSocketFreesItsDescriptorAtOnce() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      for (int interest : new int[] {0, Readiness.READ, Readiness.WRITE}) {
        Rig.Pair pair = rig.pair(door);
        rig.register(pair.near(), "socket", interest);
        rig.poller.poll(0);
        int before = SameDescriptors.count();
        pair.near().close();
        assertEquals(before - 1, SameDescriptors.count());
        assertEquals(0, Rig.read(pair.far(), 1).length);
      }
    }
  }

  // --- connect

  @Test
  void aConnectIsDoneOnceAndAskingAgainIsHarmless() throws Exception {
    try (var rig = new Rig()) {
      for (ListeningSocket door :
          new ListeningSocket[] {rig.listen(), rig.listen(path("s"), ListenOptions.DEFAULT)}) {
        StreamSocket stream = rig.connect(door.local());
        assertEquals(Progress.DONE, rig.finish(stream));
        assertEquals(Progress.DONE, stream.finishConnect());
        assertEquals(door.local(), stream.remote());
        assertEquals(door.local(), rig.accept(door).local());
      }
    }
  }

  @Test
  void aWishToWriteGoesOnAfterTheConnectWithoutBeingMadeAgain() throws Exception {
    try (var rig = new Rig()) {
      StreamSocket stream = rig.connect(rig.listen().local());
      rig.register(stream, "socket", Readiness.WRITE);
      assertEquals(Readiness.WRITE, rig.await("socket"));
      assertEquals(Progress.DONE, stream.finishConnect());
      assertEquals(Readiness.WRITE, rig.await("socket"));
    }
  }

  @Test
  void aRefusedConnectSaysSoEveryTimeAndLeavesNothingOpen() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen();
      Endpoint nobody = door.local();
      door.close();
      StreamSocket stream = rig.connect(nobody);
      var failure = assertThrows(ConnectException.class, () -> rig.finish(stream));
      assertEquals(
          "connect " + nobody + ": ECONNREFUSED (Connection refused)", Rig.message(failure));
      assertInstanceOf(ConnectException.class, failure.getCause());
      assertSame(failure, assertThrows(ConnectException.class, stream::finishConnect));
    }
  }

  @Test
  void aNetworkThatCannotBeReachedIsNoRoute() throws Exception {
    try (var rig = new Rig()) {
      StreamSocket stream = rig.connect(Endpoint.tcp("255.255.255.255", 1)); // never to TCP
      var failure = assertThrows(NoRouteToHostException.class, () -> rig.finish(stream));
      assertTrue(Rig.message(failure).contains("ENETUNREACH"), Rig.message(failure));
    }
  }

  @Test
  void aMissingSocketFileIsEnoentAndADeadOneIsRefused() throws Exception {
    Files.createFile(directory.resolve("file"));
    try (var rig = new Rig()) {
      StreamSocket missing = rig.connect(path("missing"));
      var failure = assertThrows(SocketException.class, missing::finishConnect);
      assertEquals(SocketException.class, failure.getClass());
      assertEquals(
          "connect " + path("missing") + ": ENOENT (No such file or directory)",
          Rig.message(failure));
      StreamSocket file = rig.connect(path("file"));
      var refusal = assertThrows(ConnectException.class, file::finishConnect);
      assertTrue(Rig.message(refusal).contains("ECONNREFUSED"), Rig.message(refusal));
    }
  }

  @Test
  void aFullQueueOfASocketFileIsTriedAgainAndNeverTakenForConnected() throws Exception {
    try (var rig = new Rig()) {
      ListeningSocket door = rig.listen(path("s"), ListenOptions.DEFAULT.withBacklog(1));
      StreamSocket stream = rig.connect(door.local());
      while (stream.finishConnect() == Progress.DONE) {
        stream = rig.connect(door.local());
      }
      StreamSocket waiting = stream;
      assertEquals(Progress.TRY_AGAIN, waiting.finishConnect());
      rig.register(waiting, "socket", 0);
      waiting.interest(Readiness.WRITE);
      assertEquals(0, rig.poller.poll(20_000_000));
      assertEquals(Progress.TRY_AGAIN, waiting.finishConnect());
      rig.accept(door).close();
      rig.accept(door).close();
      assertEquals(Progress.DONE, waiting.finishConnect());
      assertEquals(Readiness.WRITE, rig.await("socket"));
      assertEquals(2, rig.send(waiting, "hi"));
      assertEquals("hi", rig.receiveText(rig.accept(door)));
    }
  }

  @Test
  void anAbstractNameIsRefusedWithTheNameOfTheBackendThatHasIt() throws Exception {
    try (var rig = new Rig()) {
      Endpoint name = Endpoint.abstractName("edgewise");
      var refusal = assertThrows(UnsupportedOperationException.class, () -> rig.connect(name));
      assertEquals(
          "the abstract name unix:@edgewise is not offered by the select backend;"
              + " the epoll backend has it",
          Rig.message(refusal));
      assertThrows(
          UnsupportedOperationException.class,
          () -> rig.poller.listen(name, ListenOptions.DEFAULT));
    }
  }

  // --- options

  @Test
  void optionsAreAppliedToBothEnds() throws Exception {
    try (var rig = new Rig()) {
      ConnectionOptions how =
          ConnectionOptions.builder()
              .noDelay(true)
              .keepAlive(true)
              .receiveBufferBytes(20_000)
              .sendBufferBytes(30_000)
              .build();
      ListeningSocket door = rig.listen(path("s"), ListenOptions.DEFAULT.withConnections(how));
      rig.dial(door);
      assertEquals(30_000, rig.accept(door, how).option(StandardSocketOptions.SO_SNDBUF));

      ListeningSocket port = rig.listen();
      StreamSocket near = rig.poller.connect(port.local(), how);
      rig.closing(near::close);
      assertEquals(Progress.DONE, rig.finish(near));
      for (StreamSocket end : new StreamSocket[] {near, rig.accept(port, how)}) {
        assertEquals(true, end.option(StandardSocketOptions.TCP_NODELAY));
        assertEquals(true, end.option(StandardSocketOptions.SO_KEEPALIVE));
        assertEquals(20_000, end.option(StandardSocketOptions.SO_RCVBUF));
        assertEquals(30_000, end.option(StandardSocketOptions.SO_SNDBUF));
      }
    }
  }

  @Test
  void anOptionOfLinuxAloneIsRefused() throws Exception {
    try (var rig = new Rig()) {
      StreamSocket near = rig.pair().near();
      var refusal =
          assertThrows(
              UnsupportedOperationException.class, () -> near.option(LinuxOptions.TCP_CORK, true));
      assertTrue(Rig.message(refusal).contains("the epoll backend has it"));
      assertThrows(
          UnsupportedOperationException.class,
          () -> near.option(StandardSocketOptions.IP_MULTICAST_TTL));
    }
  }

  // --- files

  private OpenFile file(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Files.write(directory.resolve("file"), bytes);
    try (var root = new SelectFileRoot(directory)) {
      OpenFile file = root.open("file");
      assertNotNull(file);
      return file;
    }
  }

  @Test
  void aFileIsSentOverTcpAndSocketFilesUntilThePeerTakesNoMore() throws Exception {
    int size = 24 << 20; // more than the kernel keeps for a peer that does not read
    try (var rig = new Rig();
        var file = file(size);
        var reader = Executors.newSingleThreadExecutor()) {
      for (Endpoint at : new Endpoint[] {Endpoint.loopback(0), path("s")}) {
        Rig.Pair pair = rig.pair(rig.listen(at, ListenOptions.DEFAULT));
        rig.register(pair.near(), at, Readiness.WRITE);
        Future<byte[]> read = null;
        long position = 0;
        while (position < size) {
          long sent = pair.near().sendFile(file, position, size - position);
          assertTrue(sent != 0, "not at the end");
          if (sent == WOULD_BLOCK) {
            read = read == null ? reader.submit(() -> Rig.read(pair.far(), size)) : read;
            rig.await(at);
          } else {
            position += sent;
          }
        }
        assertNotNull(read, "the peer was never too slow");
        assertArrayEquals(Files.readAllBytes(directory.resolve("file")), read.get());
      }
    }
  }

  @Test
  void aFileThatHasShrunkEndsWithZeroAndABlockedSocketDoesNot() throws Exception {
    try (var rig = new Rig();
        var file = file(10_000)) {
      Rig.Pair pair = rig.pair();
      assertEquals(100, pair.near().sendFile(file, 0, 100));
      try (var writer = FileChannel.open(directory.resolve("file"), StandardOpenOption.WRITE)) {
        writer.truncate(150);
      }
      assertEquals(50, pair.near().sendFile(file, 100, 9_900));
      assertEquals(0, pair.near().sendFile(file, 150, 9_850));
      assertEquals(0, pair.near().sendFile(file, 5_000, 5_000));
      while (pair.near().send(rig.buffer, 0, rig.buffer.capacity(), false) != WOULD_BLOCK) {}
      assertEquals(WOULD_BLOCK, pair.near().sendFile(file, 0, 150));
      assertEquals(0, pair.near().sendFile(file, 150, 150));
    }
  }

  @Test
  void theMarkOfAnInterruptDoesNotCloseTheFile() throws Exception {
    try (var rig = new Rig();
        var file = file(100)) {
      Rig.Pair pair = rig.pair();
      Thread.currentThread().interrupt();
      try {
        assertEquals(100, pair.near().sendFile(file, 0, 100));
      } finally {
        assertTrue(Thread.interrupted());
      }
      assertEquals(100, pair.near().sendFile(file, 0, 100));
    }
  }
}
