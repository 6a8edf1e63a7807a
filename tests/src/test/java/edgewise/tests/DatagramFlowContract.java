package edgewise.tests;

import static edgewise.tests.DatagramRig.lacks;
import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Datagram;
import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Many datagrams: their order, the queue and its limits, budgets, pauses. */
class DatagramFlowContract {
  /** Sends numbered datagrams for as long as they are taken, and goes on when told of room. */
  private static final class Counting extends Inbox {
    private final Endpoint to;
    private final int count;
    private final int bytes;
    private int next;
    private int refusals;

    Counting(Endpoint to, int count, int bytes) {
      this.to = to;
      this.count = count;
      this.bytes = bytes;
    }

    void send(DatagramSocket socket) {
      while (next < count) {
        ByteBuffer datagram = ByteBuffer.allocate(bytes).putInt(0, next);
        if (!socket.send(datagram, to)) {
          assertEquals(bytes, datagram.remaining(), "untouched");
          refusals++;
          return;
        }
        next++;
      }
    }

    @Override
    public void onWritable(DatagramSocket socket) throws Exception {
      super.onWritable(socket);
      send(socket);
    }
  }

  private static List<Integer> numbers(Inbox inbox) {
    return inbox.datagrams.stream().map(each -> ByteBuffer.wrap(each).getInt(0)).toList();
  }

  private static List<Integer> upTo(int count) {
    return java.util.stream.IntStream.range(0, count).boxed().toList();
  }

  /** The kernel takes some tens, the queue some more; the rest is refused until there is room. */
  @Contract(families = Family.UNIX)
  void aReceiverThatIsSlowLosesNothing(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    int count = 10_000;
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    receiver.pause();
    var sending = new Counting(receiver.local(), count, 100);
    DatagramSocket sender =
        datagrams.bind(DatagramOptions.builder().maxQueued(100, 1 << 20), sending);
    sending.send(sender);
    rig.turns(5);
    assertTrue(sending.refusals > 0, "refused");
    assertEquals(100, sender.queuedDatagrams());
    assertEquals(100 * 100, sender.queuedBytes());
    assertEquals(0, inbox.count());
    receiver.resume();
    rig.until("all are there", Duration.ofSeconds(30), () -> inbox.count() == count);
    assertEquals(upTo(count), numbers(inbox));
    assertTrue(sending.writable > 0);
    assertEquals(List.of(), sending.errors);
    rig.until("the queue is empty", () -> sender.queuedDatagrams() == 0);
    rig.assertIdle(Duration.ofMillis(50));
  }

  @Contract
  void tenThousandDatagramsComeInOrder(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    int count = 10_000;
    var inbox = new Inbox();
    DatagramSocket receiver =
        datagrams.bind(DatagramOptions.builder().receiveBufferBytes(200_000), inbox);
    // UDP drops what the receiver's buffer cannot hold: here it can, with few on their way.
    var sending = new Counting(receiver.local(), 0, 100);
    DatagramSocket sender = datagrams.bind(sending);
    for (int i = 0; i < count; i += 50) {
      for (int k = i; k < i + 50; k++) {
        assertTrue(sender.send(ByteBuffer.allocate(100).putInt(0, k), receiver.local()));
      }
      int expected = i + 50;
      rig.until("fifty more", () -> inbox.count() == expected);
    }
    assertEquals(upTo(count), numbers(inbox));
  }

  @Contract(families = Family.UNIX)
  void aReceiverThatNeverReadsHoldsNobodyUp(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    DatagramSocket dead = datagrams.bind(new Inbox());
    dead.pause();
    var inbox = new Inbox();
    DatagramSocket alive = datagrams.bind(inbox);
    var errors = new Inbox();
    DatagramSocket sender =
        datagrams.bind(DatagramOptions.builder().sendTimeout(Duration.ofSeconds(2)), errors);
    for (int i = 0; i < 700; i++) {
      assertTrue(sender.send(text("to the dead"), dead.local()));
    }
    rig.turns(3);
    int stuck = sender.queuedDatagrams();
    assertTrue(stuck > 0);
    for (int i = 0; i < 100; i++) {
      assertTrue(sender.send(ByteBuffer.allocate(4).putInt(0, i), alive.local()));
    }
    rig.until("the living one has its", () -> inbox.count() == 100);
    assertEquals(upTo(100), numbers(inbox));
    assertEquals(List.of(), errors.errors);
    rig.until("the others are given up", () -> errors.errors.size() == stuck);
    assertInstanceOf(SocketTimeoutException.class, errors.errors.getFirst().failure());
    assertEquals(dead.local(), errors.errors.getFirst().to());
    assertEquals(0, sender.queuedDatagrams());
    rig.assertIdle(Duration.ofMillis(50));
  }

  @Contract(families = Family.UNIX)
  void closeWaitsForTheQueueAndAbortDoesNot(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    receiver.pause();
    var closing = new Counting(receiver.local(), 900, 10);
    DatagramSocket sender = datagrams.bind(closing);
    closing.send(sender);
    rig.turns(2);
    assertTrue(sender.queuedDatagrams() > 0);
    sender.close();
    rig.turns(3);
    assertEquals(0, closing.closed);
    var aborting = new Counting(receiver.local(), 10, 10);
    DatagramSocket other = datagrams.bind(aborting);
    aborting.send(other);
    rig.turns(2);
    other.abort();
    rig.until("aborted", () -> aborting.closed == 1);
    receiver.resume();
    rig.until("closed", () -> closing.closed == 1);
    rig.until("all of the first", () -> inbox.count() >= 900);
    assertEquals(upTo(900), numbers(inbox).subList(0, 900));
  }

  @Contract
  void theLimitInBytesRefusesToo(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    // Within one turn: what exceeds the limit leaves at once, and so all of it is taken; as far as
    // a receiver of AF_UNIX has room, which is net.unix.max_dgram_qlen = 10 datagrams.
    DatagramSocket sender =
        datagrams.bind(DatagramOptions.builder().maxQueued(4, 100), new Inbox());
    for (int i = 0; i < 10; i++) {
      assertTrue(sender.send(ByteBuffer.allocate(40).putInt(0, i), receiver.local()));
      assertTrue(sender.queuedDatagrams() <= 4);
      assertTrue(sender.queuedBytes() <= 100);
    }
    rig.until("all are there", () -> inbox.count() == 10);
    assertEquals(upTo(10), numbers(inbox));
  }

  @Contract
  void pausedInTheMiddleOfABatchTheRestComesAfterResume(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox =
        new Inbox() {
          @Override
          public void onDatagram(DatagramSocket socket, Datagram datagram) throws Exception {
            super.onDatagram(socket, datagram);
            if (count() % 3 == 0) {
              socket.pause();
            }
            datagram.reply(datagram.bytes());
          }
        };
    DatagramSocket receiver = datagrams.bind(inbox);
    var answers = new Inbox();
    DatagramSocket sender = datagrams.bind(answers);
    for (int i = 0; i < 20; i++) {
      sender.send(ByteBuffer.allocate(4).putInt(0, i), receiver.local());
    }
    rig.until("three", () -> inbox.count() == 3);
    rig.turns(5);
    assertEquals(3, inbox.count());
    assertTrue(receiver.isPaused());
    rig.assertIdle(Duration.ofMillis(30));
    for (int i = 6; i <= 18; i += 3) {
      int expected = i;
      receiver.resume();
      rig.until("three more", () -> inbox.count() == expected);
      rig.turns(3);
      assertEquals(expected, inbox.count());
    }
    receiver.resume();
    rig.until("the last", () -> inbox.count() == 20);
    assertEquals(upTo(20), numbers(inbox));
    rig.until("all answers", () -> answers.count() == 20);
    assertEquals(upTo(20), numbers(answers));
    assertEquals(sender.local(), inbox.senders.getLast());
  }

  @Contract
  void closedWhileHoldingDatagramsASocketDropsThem(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox =
        new Inbox() {
          @Override
          public void onDatagram(DatagramSocket socket, Datagram datagram) throws Exception {
            super.onDatagram(socket, datagram);
            socket.pause();
          }
        };
    DatagramSocket receiver = datagrams.bind(inbox);
    DatagramSocket sender = datagrams.bind(new Inbox());
    for (int i = 0; i < 20; i++) {
      sender.send(text("x"), receiver.local());
    }
    rig.until("one", () -> inbox.count() == 1);
    receiver.close();
    rig.until("closed", () -> inbox.closed == 1);
    assertEquals(1, inbox.count());
  }

  /** What waits while reading is paused is delivered on resume, without a new edge (law 5). */
  @Contract
  void whatCameDuringAPauseIsDeliveredOnResume(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    DatagramSocket sender = datagrams.bind(new Inbox());
    receiver.pause();
    sender.send(text("a"), receiver.local());
    rig.turns(5);
    sender.send(text("b"), receiver.local());
    rig.turns(5);
    assertEquals(0, inbox.count());
    rig.assertIdle(Duration.ofMillis(30));
    receiver.resume();
    rig.until("both", () -> inbox.count() == 2);
    assertEquals(List.of("a", "b"), inbox.texts());
  }

  /** A socket that is flooded does not keep another from its datagram (law 4). */
  @Contract
  void theBudgetOfATurnLetsOthersHaveTheirs(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var order = new ArrayList<String>();
    DatagramSocket flooded =
        datagrams.bind(
            DatagramOptions.builder().batch(4).datagramsPerTurn(8), (s, d) -> order.add("flood"));
    DatagramSocket light = datagrams.bind((s, d) -> order.add("light"));
    flooded.pause();
    light.pause();
    DatagramSocket sender = datagrams.bind(new Inbox());
    for (int i = 0; i < 200; i++) {
      assertTrue(sender.send(text("x"), flooded.local()));
    }
    sender.send(text("y"), light.local());
    rig.turns(3);
    flooded.resume();
    light.resume();
    rig.until("all have come", () -> order.size() == 201);
    assertTrue(order.indexOf("light") <= 24, "after " + order.indexOf("light") + " of the other's");
  }

  @Contract
  void twoSocketsThatSendByTurnsKeepTheirOrder(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    DatagramSocket one = datagrams.bind(new Inbox());
    DatagramSocket two = datagrams.bind(new Inbox());
    for (int i = 0; i < 10; i++) { // so many a receiver of AF_UNIX has room for
      (i % 2 == 0 ? one : two).send(ByteBuffer.allocate(4).putInt(0, i), receiver.local());
    }
    rig.until("all", () -> inbox.count() == 10);
    assertEquals(upTo(10), numbers(inbox));
    assertEquals(one.local(), inbox.senders.getFirst());
    assertEquals(two.local(), inbox.senders.getLast());
  }

  /** More than there is room for in one turn: messages and bytes. */
  @Contract
  void aTurnMaySendAnyNumber(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver =
        datagrams.bind(DatagramOptions.builder().receiveBufferBytes(4 << 20), inbox);
    DatagramSocket sender = datagrams.bind(new Inbox());
    for (int i = 0; i < 100; i++) {
      assertTrue(sender.send(ByteBuffer.allocate(4 + i % 7).putInt(0, i), receiver.local()));
    }
    for (int i = 100; i < 110; i++) {
      assertTrue(sender.send(ByteBuffer.allocate(5_000).putInt(0, i), receiver.local()));
    }
    assertFalse(sender.queuedDatagrams() > 110);
    rig.until("all", () -> inbox.count() == 110);
    assertEquals(upTo(110), numbers(inbox));
    assertEquals(5_000, inbox.datagrams.getLast().length);
  }

  /** Nobody is told of an error while the socket closes; nor does it wait to be told. */
  @Contract(families = Family.UNIX)
  void anErrorWhileTheQueueIsSentBeforeClosingDoesNotSpin(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    Endpoint nobody = datagrams.nobody();
    DatagramSocket receiver = datagrams.bind(new Inbox());
    receiver.pause();
    var closing = new Counting(receiver.local(), 900, 10);
    DatagramSocket sender = datagrams.bind(closing);
    closing.send(sender);
    rig.turns(2);
    assertTrue(sender.send(text("to nobody"), nobody));
    sender.close();
    rig.assertTurnsAtMost(100, Duration.ofMillis(300)); // with a rest of 32 ms it takes some ten
    assertEquals(0, closing.closed);
    sender.abort();
  }
}
