package edgewise.tests;

import static edgewise.tests.DatagramRig.lacks;
import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.spi.Backend.Feature;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Datagrams there and back, whole, one by one, and what goes wrong with them. */
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
  void whatIsTooLongToBeSentIsAnErrorAndTheSocketGoesOn(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    var errors = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    DatagramSocket sender = datagrams.bind(errors);
    sender.send(text("before"), receiver.local());
    sender.send(new byte[20 << 20], receiver.local());
    sender.send(new byte[rig.family == Family.TCP ? 65_508 : 10 << 20], receiver.local());
    sender.send(text("after"), receiver.local());
    rig.until("two datagrams", () -> inbox.count() == 2);
    rig.until("two errors", () -> errors.errors.size() == 2);
    assertEquals(List.of("before", "after"), inbox.texts());
    for (Inbox.Failed failed : errors.errors) {
      assertEquals(receiver.local(), failed.to());
      assertTrue(Rig.text(failed.failure()).contains("EMSGSIZE"), Rig.text(failed.failure()));
    }
    assertEquals(0, errors.closed);
  }

  @Contract
  void aRefusedDatagramIsAnErrorAndTheSocketGoesOn(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    Endpoint nobody = datagrams.nobody();
    boolean told = rig.family == Family.UNIX || rig.has(Feature.DATAGRAM_ERRORS);
    var errors = new Inbox();
    DatagramSocket sender = datagrams.bind(errors);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    sender.send(text("to nobody"), nobody);
    if (told) {
      rig.until("an error", () -> errors.errors.size() == 1);
      assertEquals(nobody, errors.errors.getFirst().to());
      if (rig.family == Family.TCP) {
        var failure = assertInstanceOf(ConnectException.class, errors.errors.getFirst().failure());
        assertTrue(Rig.text(failure).contains("ECONNREFUSED"), Rig.text(failure));
      }
    }
    sender.send(text("to somebody"), receiver.local());
    rig.until("it has come", () -> inbox.count() == 1);
    rig.assertIdle(Duration.ofMillis(30));
    assertEquals(told ? 1 : 0, errors.errors.size());
    assertEquals(0, errors.closed);
  }

  @Contract(families = Family.TCP)
  void aConnectedSocketIsToldOfARefusalAndGoesOn(Rig rig) throws Exception {
    var datagrams = new DatagramRig(rig);
    Endpoint address = datagrams.nobody();
    var errors = new Inbox();
    DatagramSocket client = rig.loop().connectDatagrams(address, DatagramOptions.DEFAULT, errors);
    client.send(text("early"));
    rig.until("an error", () -> errors.errors.size() == 1);
    var failure = assertInstanceOf(ConnectException.class, errors.errors.getFirst().failure());
    assertTrue(Rig.text(failure).contains("ECONNREFUSED"), Rig.text(failure));
    assertEquals(address, errors.errors.getFirst().to());
    rig.assertIdle(Duration.ofMillis(30));
    DatagramSocket server = rig.loop().bind(address, (s, d) -> d.reply(d.bytes()));
    client.send(text("late"));
    rig.until("an answer", () -> errors.count() == 1);
    assertEquals(1, errors.errors.size());
    server.close();
  }

  /** The error of one datagram must not cost the next one, which goes elsewhere. */
  @Contract(families = Family.TCP)
  void refusalsCostNoOtherDatagram(Rig rig) throws Exception {
    var datagrams = new DatagramRig(rig);
    Endpoint nobody = datagrams.nobody();
    var errors = new Inbox();
    DatagramSocket sender = datagrams.bind(errors);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    for (int i = 0; i < 50; i++) {
      sender.send(text("lost"), nobody);
      sender.send(text("kept" + i), receiver.local());
      rig.turns(i % 3);
    }
    rig.until("fifty datagrams", () -> inbox.count() == 50);
    if (rig.has(Feature.DATAGRAM_ERRORS)) {
      assertFalse(errors.errors.isEmpty());
      errors.errors.forEach(each -> assertEquals(nobody, each.to()));
    }
  }

  @Contract(families = Family.UNIX)
  void toSendToAPathThatIsNotThereIsAnError(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var errors = new Inbox();
    DatagramSocket sender = datagrams.bind(errors);
    Endpoint nowhere = Endpoint.unix(rig.name());
    sender.send(text("x"), nowhere);
    rig.until("an error", () -> errors.errors.size() == 1);
    assertEquals(nowhere, errors.errors.getFirst().to());
    assertTrue(Rig.text(errors.errors.getFirst().failure()).contains("ENOENT"));
  }

  @Contract
  void aTakenAddressIsRefused(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    DatagramSocket first = datagrams.bind(new Inbox());
    var refusal =
        assertThrows(BindException.class, () -> rig.loop().bind(first.local(), new Inbox()));
    assertTrue(Rig.text(refusal).contains("EADDRINUSE"), Rig.text(refusal));
    assertTrue(Rig.text(refusal).contains(first.local().toString()), Rig.text(refusal));
  }

  @Contract
  void afterCloseNothingIsDeliveredAndTheAddressIsFree(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    DatagramSocket receiver = datagrams.bind(inbox);
    Endpoint address = receiver.local();
    DatagramSocket sender = datagrams.bind(new Inbox());
    sender.send(text("x"), address);
    sender.send(text("y"), address);
    rig.loop().execute(receiver::close);
    rig.until("closed", () -> inbox.closed == 1);
    rig.turns(3);
    assertThrows(IllegalStateException.class, () -> receiver.send(text("z"), address));
    receiver.close();
    receiver.abort();
    rig.loop().bind(address, new Inbox());
    rig.turns(3);
    assertEquals(1, inbox.closed);
    assertEquals(null, inbox.cause);
  }

  @Contract
  void closedInItsHandlerASocketGetsNothingMore(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox =
        new Inbox() {
          @Override
          public void onDatagram(DatagramSocket socket, edgewise.Datagram datagram)
              throws Exception {
            super.onDatagram(socket, datagram);
            datagram.reply(text("goodbye"));
            socket.close();
          }
        };
    DatagramSocket receiver = datagrams.bind(inbox);
    var answers = new Inbox();
    DatagramSocket sender = datagrams.bind(answers);
    for (int i = 0; i < 10; i++) {
      sender.send(text("x"), receiver.local());
    }
    rig.until("closed", () -> inbox.closed == 1);
    rig.until("the answer", () -> answers.count() == 1);
    rig.turns(3);
    assertEquals(1, inbox.count());
  }

  @Contract
  void aFailingHandlerEndsItsSocketAndNothingElse(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var bad =
        new Inbox() {
          @Override
          public void onDatagram(DatagramSocket socket, edgewise.Datagram datagram) {
            throw new IllegalStateException("on purpose");
          }
        };
    var good = new Inbox();
    DatagramSocket first = datagrams.bind(bad);
    DatagramSocket second = datagrams.bind(good);
    DatagramSocket sender = datagrams.bind(new Inbox());
    sender.send(text("x"), first.local());
    sender.send(text("y"), second.local());
    rig.until("both are told", () -> bad.closed == 1 && good.count() == 1);
    assertEquals("on purpose", Rig.text(bad.cause));
    assertFalse(first.isOpen());
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

  @Contract
  void stopTellsTheHandlerAndEndsWhenTheSocketIsClosed(Rig rig) throws Exception {
    if (lacks(rig)) {
      return;
    }
    var datagrams = new DatagramRig(rig);
    var inbox = new Inbox();
    datagrams.bind(inbox);
    rig.loop().stop(Duration.ofSeconds(10));
    rig.until("ended", () -> inbox.closed == 1);
    assertTrue(Rig.eventually(() -> rig.loop().isClosed()));
    assertEquals(null, inbox.cause);
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

  /** The number of its descriptor may be another's by then. */
  @Contract(families = Family.TCP)
  void aClosedSocketTouchesNoDescriptor(Rig rig) throws Exception {
    var datagrams = new DatagramRig(rig);
    DatagramSocket closed = datagrams.bind(new Inbox());
    closed.abort();
    DatagramSocket next = datagrams.bind(new Inbox());
    assertThrows(ClosedChannelException.class, closed::local);
    assertThrows(
        ClosedChannelException.class,
        () -> closed.option(StandardSocketOptions.SO_BROADCAST, true));
    assertThrows(
        ClosedChannelException.class, () -> closed.option(StandardSocketOptions.SO_BROADCAST));
    var group = InetAddress.getByName("239.1.2.3");
    var on = NetworkInterface.getByName("lo");
    assertThrows(ClosedChannelException.class, () -> closed.join(group, on));
    assertEquals(false, next.option(StandardSocketOptions.SO_BROADCAST));
  }
}
