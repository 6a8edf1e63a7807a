package edgewise.tests;

import static edgewise.tests.DatagramRig.lacks;
import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Datagrams there and back, whole, one by one. */
class DatagramContract {
  @Contract
  void anAnswerGoesToTheSender(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    DatagramSocket server = datagrams.bind((s, d) -> d.reply(d.bytes()));
    var inbox = new Inbox();
    DatagramSocket client = datagrams.bind(inbox);
    assertTrue(client.send(text("one"), server.local()));
    assertTrue(client.send(text("two"), server.local()));
    rig.until("two answers", () -> inbox.count() == 2);
    assertEquals(List.of("one", "two"), inbox.texts());
    assertEquals(List.of(server.local(), server.local()), inbox.senders);
    assertEquals(0, client.queuedDatagrams());
    rig.assertIdle(Duration.ofMillis(30));
  }

  @Contract(families = Family.TCP)
  void overIpv6AsOverIpv4(Rig rig) throws Exception {
    DatagramSocket server =
        rig.loop().bind(Endpoint.parse("[::1]:0"), (s, d) -> d.reply(d.bytes()));
    var inbox = new Inbox();
    DatagramSocket client = rig.loop().bind(Endpoint.parse("[::1]:0"), inbox);
    client.send(text("six"), server.local());
    rig.until("an answer", () -> inbox.count() == 1);
    assertEquals(server.local(), inbox.senders.getFirst());
  }

  @Contract(families = Family.TCP)
  void anIpv6SocketOfAllAddressesTalksToIpv4(Rig rig) throws Exception {
    var senders = new ArrayList<Endpoint>();
    DatagramSocket server =
        rig.loop()
            .bind(
                Endpoint.parse("[::]:0"),
                (s, d) -> {
                  senders.add(d.sender());
                  s.send(text("by endpoint"), d.sender());
                  d.reply(text("by reply"));
                });
    int port = ((Endpoint.Inet) server.local()).port();
    var inbox = new Inbox();
    DatagramSocket client = rig.loop().bind(Endpoint.loopback(0), inbox);
    client.send(text("four"), Endpoint.loopback(port));
    rig.until("two answers", () -> inbox.count() == 2);
    assertEquals(List.of(client.local()), senders);
    assertEquals(List.of("by endpoint", "by reply"), inbox.texts());
  }

  @Contract
  void aConnectedSocketSendsWithoutAnAddress(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    DatagramSocket server = datagrams.bind((s, d) -> d.reply(d.bytes()));
    var inbox = new Inbox();
    Endpoint local = rig.family == Family.UNIX ? rig.free() : Endpoint.loopback(0);
    DatagramSocket client =
        rig.loop().connectDatagrams(local, server.local(), DatagramOptions.DEFAULT, inbox);
    assertEquals(server.local(), client.remote());
    assertTrue(client.send(text("to the peer")));
    rig.until("an answer", () -> inbox.count() == 1);
    assertThrows(IllegalStateException.class, () -> client.send(text("x"), server.local()));
    assertThrows(IllegalStateException.class, () -> server.send(text("x")));
    // A third party is not heard.
    DatagramSocket third = datagrams.bind(new Inbox());
    third.send(text("intruder"), client.local());
    client.send(text("again"));
    rig.until("another answer", () -> inbox.count() == 2);
    assertEquals(List.of("to the peer", "again"), inbox.texts());
  }

  @Contract
  void aNamelessClientIsAnswered(Rig rig) throws Exception {
    if (lacks(rig) || (rig.family == Family.UNIX && !rig.has(Feature.ABSTRACT_NAMES))) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    DatagramSocket server = datagrams.bind((s, d) -> d.reply(d.bytes()));
    var inbox = new Inbox();
    DatagramSocket client =
        rig.loop().connectDatagrams(server.local(), DatagramOptions.DEFAULT, inbox);
    client.send(text("hello"));
    rig.until("an answer", () -> inbox.count() == 1);
    if (rig.family == Family.UNIX) {
      assertInstanceOf(Endpoint.Abstract.class, client.local());
    }
  }

  @Contract(families = Family.UNIX)
  void abstractAndAutomaticNames(Rig rig) throws Exception {
    if (!rig.has(Feature.ABSTRACT_NAMES)) {
      assertThrows(
          UnsupportedOperationException.class,
          () -> rig.loop().bind(Endpoint.abstractName("edgewise"), new Inbox()));
      return;
    }
    Endpoint name = Endpoint.abstractName("edgewise-" + System.nanoTime());
    DatagramSocket server = rig.loop().bind(name, (s, d) -> d.reply(d.bytes()));
    assertEquals(name, server.local());
    var inbox = new Inbox();
    DatagramSocket client = rig.loop().bind(new Endpoint.Unnamed(), inbox);
    client.send(text("hello"), name);
    rig.until("an answer", () -> inbox.count() == 1);
    assertEquals(name, inbox.senders.getFirst());
  }

  @Contract
  void anEmptyDatagramIsADatagram(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    DatagramSocket sender = datagrams.bind(new Inbox());
    for (String each : List.of("", "full", "", "")) {
      assertTrue(sender.send(text(each), receiver.local()));
    }
    rig.until("four datagrams", () -> inbox.count() == 4);
    assertEquals(List.of("", "full", "", ""), inbox.texts());
    assertEquals(0, inbox.truncated);
  }

  @Contract
  void theLongestDatagramArrivesWhole(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    DatagramSocket sender = datagrams.bind(new Inbox());
    byte[] longest = Bytes.random(1, rig.family == Family.TCP ? 65_507 : 65_535);
    assertTrue(sender.send(longest, receiver.local()));
    rig.until("it is there", () -> inbox.count() == 1);
    assertArrayEquals(longest, inbox.datagrams.getFirst());
    assertEquals(0, inbox.truncated);
    assertEquals(longest.length, inbox.fullLength);
  }

  @Contract
  void whatIsTooLongForTheReceiverIsCutAndThatIsTold(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(DatagramOptions.builder().maxDatagramBytes(10), inbox);
    DatagramSocket sender = datagrams.bind(new Inbox());
    sender.send(text("0123456789"), receiver.local());
    sender.send(text("0123456789abcdef"), receiver.local());
    sender.send(text("next"), receiver.local());
    rig.until("three datagrams", () -> inbox.count() == 3);
    assertEquals(List.of("0123456789", "0123456789", "next"), inbox.texts());
    assertEquals(1, inbox.truncated);
  }

  @Contract
  void aDatagramIsValidOnlyDuringTheCall(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var kept = new ArrayList<edgewise.Datagram>();
    DatagramSocket receiver = datagrams.bind((s, d) -> kept.add(d));
    DatagramSocket sender = datagrams.bind(new Inbox());
    sender.send(text("x"), receiver.local());
    rig.until("it has come", () -> kept.size() == 1);
    assertThrows(IllegalStateException.class, () -> kept.getFirst().bytes());
    assertThrows(IllegalStateException.class, () -> kept.getFirst().reply(text("x")));
  }

  @Contract(
      modes = {Mode.EPOLL_EDGE, Mode.SELECT},
      families = Family.TCP)
  void optionsAreSetAndRead(Rig rig) throws IOException {
    DatagramSocket socket =
        new DatagramRig(rig)
            .bind(
                DatagramOptions.builder()
                    .receiveBufferBytes(50_000)
                    .sendBufferBytes(40_000)
                    .broadcast(true)
                    .reuseAddress(true)
                    .multicastTtl(5)
                    .multicastLoop(false),
                new Inbox());
    assertEquals(50_000, socket.option(java.net.StandardSocketOptions.SO_RCVBUF));
    assertEquals(40_000, socket.option(java.net.StandardSocketOptions.SO_SNDBUF));
    assertEquals(true, socket.option(java.net.StandardSocketOptions.SO_BROADCAST));
    assertEquals(true, socket.option(java.net.StandardSocketOptions.SO_REUSEADDR));
    assertEquals(5, socket.option(java.net.StandardSocketOptions.IP_MULTICAST_TTL));
    assertEquals(false, socket.option(java.net.StandardSocketOptions.IP_MULTICAST_LOOP));
    socket.option(java.net.StandardSocketOptions.IP_TOS, 0x10);
    assertEquals(0x10, socket.option(java.net.StandardSocketOptions.IP_TOS));
  }

  /** Memory that all datagrams of a loop share forgets what a handler did to it. */
  @Contract
  void theBytesAreBigEndianWhateverAHandlerDidBefore(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var orders = new ArrayList<ByteOrder>();
    DatagramSocket receiver =
        datagrams.bind((s, d) -> {
          orders.add(d.bytes().order());
          d.bytes().order(ByteOrder.LITTLE_ENDIAN);
        });
    DatagramSocket sender = datagrams.bind(new Inbox());
    for (int i = 1; i <= 3; i++) {
      int count = i;
      assertTrue(sender.send(text("one"), receiver.local()));
      rig.until("it is there", () -> orders.size() == count);
    }
    assertEquals(List.of(ByteOrder.BIG_ENDIAN, ByteOrder.BIG_ENDIAN, ByteOrder.BIG_ENDIAN), orders);
  }
}
