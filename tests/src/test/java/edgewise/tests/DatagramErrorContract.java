package edgewise.tests;

import static edgewise.tests.DatagramRig.lacks;
import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.spi.Backend.Feature;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;

/** What goes wrong with datagrams: who is told, and that it costs no other. */
class DatagramErrorContract {
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
}
