package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Connection;
import edgewise.ConnectionOptions;
import edgewise.Descriptor;
import edgewise.Endpoint;
import edgewise.Handler;
import edgewise.Listener;
import edgewise.SocketType;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** AF_UNIX sockets of type SEQPACKET: messages, in order and reliably; unix(7). */
class SeqpacketContract {
  private static final ConnectionOptions MESSAGES =
      ConnectionOptions.builder().type(SocketType.SEQPACKET).build();

  private static boolean lacks(Rig rig) {
    if (rig.has(Feature.SEQPACKET)) {
      return false;
    }
    for (Endpoint where : List.of(Endpoint.unix(rig.name()), Endpoint.loopback(0))) {
      var refusal =
          assertThrows(
              UnsupportedOperationException.class,
              () -> rig.loop().connect(where, MESSAGES, new Recorder()));
      assertTrue(Rig.text(refusal).contains("SEQPACKET"), Rig.text(refusal));
      assertTrue(Rig.text(refusal).contains("epoll"), Rig.text(refusal));
    }
    return true;
  }

  /** Both ends on the rig's loop; the first is connected, the second accepted. */
  private static Connection connect(Rig rig, ConnectionOptions how, Recorder near, Handler far)
      throws Exception {
    Listener listener = rig.listen(how, connection -> far);
    Connection c = rig.loop().connect(listener.endpoint(), how, near);
    rig.until("open", () -> near.has("open") && listener.accepted() == 1);
    listener.close();
    return c;
  }

  private static byte[] message(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Contract(families = Family.UNIX)
  void messagesKeepTheirBoundariesInBothDirections(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var back = new Messages();
    Connection c = connect(rig, MESSAGES, back, (far, in) -> far.write(in));
    var random = new Random(4);
    var sent = new ArrayList<byte[]>();
    for (int i = 0; i < 500; i++) {
      sent.add(message(random, random.nextInt(10) == 0 ? random.nextInt(60_000) : i % 40));
    }
    for (int i = 0; i < sent.size(); i++) {
      c.write(sent.get(i));
      if (i % 50 == 49) {
        int soFar = i + 1;
        rig.until("the echoes", () -> back.all.size() == soFar);
      }
    }
    for (int i = 0; i < sent.size(); i++) {
      assertArrayEquals(sent.get(i), back.all.get(i), "message " + i);
    }
    c.close();
    rig.until("closed", () -> rig.loop().connections() == 0);
  }

  // A message without bytes and the end look alike to recv(2).
  @Contract(families = Family.UNIX)
  void aMessageWithoutBytesIsAMessageAndNotTheEnd(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var got = new Messages();
    var near = new Recorder();
    Connection c = connect(rig, MESSAGES, near, got);
    c.write(new byte[0]);
    rig.until("an empty one", () -> got.all.size() == 1);
    for (int length : new int[] {0, 3, 0, 0, 5}) {
      c.write(new byte[length]);
    }
    c.shutdownOutput();
    rig.until("the end", () -> got.has("end"));
    assertEquals(List.of(0, 0, 3, 0, 0, 5), got.lengths());
    assertEquals(List.of("open", "data", "end"), got.calls);
    got.connection().write(new byte[7]); // the other direction still works
    got.connection().close();
    rig.until("closed", () -> near.has("close"));
    assertEquals(7, near.received());
  }

  @Contract(families = Family.UNIX)
  void emptyMessagesThatWaitAreSentBeforeTheEnd(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var got =
        new Messages() {
          @Override
          void opened(Connection c) {
            c.pause();
          }
        };
    Connection c = connect(rig, MESSAGES, new Recorder(), got);
    int count = 0;
    while (c.queuedBytes() == 0) {
      c.write(new byte[1000]);
      count++;
    }
    for (int i = 0; i < 5; i++) {
      c.write(new byte[0]);
      count++;
    }
    c.write(new byte[1]);
    c.close();
    int all = count + 1;
    rig.turns(3);
    got.connection().resume();
    rig.until("all of them", () -> got.all.size() == all);
    rig.until("the end", () -> got.has("end"));
    got.connection().close();
  }

  @Contract(families = Family.UNIX)
  void aPauseHoldsTheNextMessageBack(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var got =
        new Messages() {
          @Override
          void data(Connection c, ByteBuffer in) throws Exception {
            super.data(c, in);
            c.pause();
          }
        };
    Connection c = connect(rig, MESSAGES, new Recorder(), got);
    for (int i = 1; i <= 4; i++) {
      c.write(new byte[i]);
    }
    for (int i = 1; i <= 4; i++) {
      int expected = i;
      rig.until("one more", () -> got.all.size() == expected);
      rig.assertTurnsAtMost(3, Duration.ofMillis(20));
      assertEquals(i, got.all.size());
      got.connection().resume();
    }
    assertEquals(List.of(1, 2, 3, 4), got.lengths());
  }

  @Contract(families = Family.UNIX)
  void whatAHandlerLeavesOfAMessageIsNotMixedWithTheNext(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var first = new ArrayList<Integer>();
    Connection c = connect(rig, MESSAGES, new Recorder(), (far, in) -> first.add(in.remaining()));
    c.write(new byte[5]);
    c.write(new byte[6]);
    rig.until("both", () -> first.size() == 2);
    assertEquals(List.of(5, 6), first);
  }

  @Contract(families = Family.UNIX)
  void aBlockedQueueKeepsMessagesWholeAndInOrder(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var got =
        new Messages() {
          @Override
          void opened(Connection c) {
            c.pause();
          }
        };
    var near = new Recorder();
    Connection c = connect(rig, MESSAGES, near, got);
    var random = new Random(5);
    var sent = new ArrayList<byte[]>();
    boolean goOn = true;
    while (goOn) {
      byte[] next = message(random, 1 + random.nextInt(50_000));
      sent.add(next);
      goOn = c.write(next);
    }
    assertTrue(c.queuedBytes() > MESSAGES.highWaterBytes() / 2);
    rig.turns(5);
    got.connection().resume();
    rig.until("all of them", () -> got.all.size() == sent.size());
    assertEquals(1, near.count("writable"));
    assertEquals(0, c.queuedBytes());
    for (int i = 0; i < sent.size(); i++) {
      assertArrayEquals(sent.get(i), got.all.get(i), "message " + i);
    }
    rig.assertIdle(Duration.ofMillis(50));
  }

  // A limit in bytes alone would let empty messages pile up for ever.
  @Contract(families = Family.UNIX)
  void emptyMessagesThatNobodyReadsHaveALimit(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    ConnectionOptions how =
        MESSAGES.toBuilder().waterMarks(1 << 10, 64 << 10).maxQueuedBytes(256 << 10).build();
    var near = new Recorder();
    Connection c =
        connect(
            rig,
            how,
            near,
            new Recorder() {
              @Override
              void opened(Connection far) {
                far.pause();
              }
            });
    int toldToWait = 0;
    int written = 0;
    while (c.isOpen() && written < 1_000_000) {
      toldToWait += c.write(new byte[0]) ? 0 : 1;
      written++;
    }
    assertTrue(toldToWait > 0);
    rig.until("closed", () -> near.has("close"));
    assertTrue(Rig.text(near.cause).contains("maxQueuedBytes"), Rig.text(near.cause));
  }

  @Contract(families = Family.UNIX)
  void aMessageLongerThanTheBufferEndsTheConnectionAndSaysSo(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    rig.open(rig.options().receiveBufferBytes(4096));
    var got = new Messages();
    Connection c = connect(rig, MESSAGES, new Recorder(), got);
    c.write(new byte[4096]);
    c.write(new byte[4097]);
    rig.until("closed", () -> got.has("close"));
    assertEquals(List.of(4096), got.lengths());
    String message = Rig.text(got.cause);
    assertTrue(message.contains("4097") && message.contains("receiveBufferBytes"), message);
  }

  @Contract(families = Family.UNIX)
  void filesAndTcpAddressesAreRefused(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> rig.loop().connect(Endpoint.loopback(1), MESSAGES, new Recorder()));
    Connection c = connect(rig, MESSAGES, new Recorder(), new Recorder());
    Files.writeString(rig.directory().resolve("f"), "x");
    try (var root = rig.loop().openRoot(rig.directory());
        var file = root.open("f")) {
      assertThrows(UnsupportedOperationException.class, () -> c.sendFile(file, 0, 1));
    }
    assertTrue(c.isOpen());
  }

  @Contract(families = Family.UNIX)
  void typesThatDifferDoNotConnect(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    Listener listener = rig.listen(MESSAGES, connection -> new Recorder());
    var stream = new Recorder();
    rig.loop().connect(listener.endpoint(), stream);
    rig.until("refused", () -> stream.has("close"));
    assertInstanceOf(IOException.class, stream.cause);
    assertTrue(Rig.text(stream.cause).contains("EPROTOTYPE"), Rig.text(stream.cause));
    // and a server of another type is alive too: its file stays
    assertThrows(
        java.net.BindException.class,
        () -> rig.loop().listen(listener.endpoint(), connection -> new Recorder()));
  }

  @Contract(families = Family.UNIX)
  void anAbortIsNoticedByTheOtherEnd(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var got = new Messages();
    Connection c = connect(rig, MESSAGES, new Recorder(), got);
    c.write(new byte[3]);
    c.abort();
    rig.until("the end", () -> got.has("end"));
    assertEquals(List.of(3), got.lengths());
    got.connection().close();
    rig.until("closed", () -> got.has("close"));
    assertNull(got.cause);
    assertFalse(got.calls.contains("NESTED close"));
  }

  @Contract(families = Family.UNIX)
  void aPairOfSocketsTalks(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    List<Descriptor> pair = rig.loop().socketPair(SocketType.SEQPACKET);
    var near = new Messages();
    var far = new Messages();
    Connection c = rig.loop().adopt(pair.get(0), MESSAGES, near);
    Connection d = rig.loop().adopt(pair.get(1), MESSAGES, far);
    rig.until("open", () -> near.has("open") && far.has("open"));
    c.write(new byte[2]);
    d.write(new byte[3]);
    c.write(new byte[4]);
    rig.until("all", () -> near.all.size() == 1 && far.all.size() == 2);
    assertEquals(List.of(2, 4), far.lengths());
    assertInstanceOf(Endpoint.Unnamed.class, c.remote());
  }
}
