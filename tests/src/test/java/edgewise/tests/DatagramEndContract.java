package edgewise.tests;

import static edgewise.tests.DatagramRig.lacks;
import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramSocket;
import edgewise.Endpoint;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** The ends of datagram sockets. */
class DatagramEndContract {
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
