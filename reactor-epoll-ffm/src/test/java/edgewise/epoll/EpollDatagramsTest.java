package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.linux.Errno;
import edgewise.spi.DatagramPort;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes to the kernel in one piece, and what happens when it cannot. */
class EpollDatagramsTest {
  private final AlteredKernel altered = new AlteredKernel(new LinuxKernel());
  private EpollPoller poller;
  private DatagramPort sender;
  private DatagramPort receiver;

  EpollDatagramsTest() throws IOException {
    poller = EpollPoller.open(altered.kernel, 8);
    sender = open(DatagramOptions.DEFAULT);
    receiver = open(DatagramOptions.builder().coalescing(true).build());
  }

  private DatagramPort open(DatagramOptions options) throws IOException {
    return poller.openDatagrams(Endpoint.loopback(0), null, options);
  }

  @BeforeEach
  void begin() {
    poller.outgoingDatagrams().begin(sender);
  }

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
    poller.close();
    assertEquals(Set.of(), altered.open);
  }

  private void stage(int count, int length) throws IOException {
    poller.outgoingDatagrams().to(receiver.local());
    for (int i = 0; i < count; i++) {
      assertTrue(poller.outgoingDatagrams().stage(ByteBuffer.allocate(length), 0, length));
    }
  }

  @Test
  void datagramsOfOneSizeAreOneMessageAndTheLastMayBeShorter() throws IOException {
    var staged = poller.outgoingDatagrams();
    stage(10, 100);
    stage(1, 50);
    assertEquals(1, staged.messages());
    assertEquals(11, staged.datagrams(0));
    assertEquals(1050, staged.bytes(0).remaining());
    stage(1, 100);
    assertEquals(2, staged.messages());
    assertEquals(2, sender.send(staged, 0));

    var received = poller.incomingDatagrams();
    assertEquals(2, receiver.receive(received, 32));
    assertEquals(100, received.segmentBytes(0));
    assertEquals(1050, received.bytes(0).remaining());
    assertEquals(0, received.segmentBytes(1));
    assertEquals(DatagramPort.WOULD_BLOCK, receiver.receive(received, 32));
  }

  @Test
  void emptyAndLongerOnesAndOnesForOthersAreNotJoined() throws IOException {
    var staged = poller.outgoingDatagrams();
    stage(2, 0);
    stage(1, 10);
    stage(1, 11);
    staged.to(sender.local());
    assertTrue(staged.stage(ByteBuffer.allocate(11), 0, 11));
    assertEquals(5, staged.messages());
  }

  @Test
  void aMessageHasAtMost64DatagramsAndOnePacketsBytes() throws IOException {
    var staged = poller.outgoingDatagrams();
    stage(65, 10);
    assertEquals(2, staged.messages());
    staged.begin(sender);
    stage(46, 1472); // 67,712 bytes
    assertEquals(2, staged.messages());
    assertEquals(44, staged.datagrams(0));
  }

  @Test
  void withoutSegmentationNothingIsJoined() throws IOException {
    DatagramPort plain = open(DatagramOptions.builder().segmentation(false).build());
    poller.outgoingDatagrams().begin(plain);
    stage(3, 10);
    assertEquals(3, poller.outgoingDatagrams().messages());
    plain.close();
  }

  @Test
  void whereTheDeviceCannotCutThePortJoinsNoMore() throws IOException {
    var staged = poller.outgoingDatagrams();
    altered.answer("sendmmsg", () -> -Errno.EIO);
    stage(3, 10);
    assertEquals(DatagramPort.NOT_SEGMENTED, sender.send(staged, 0));
    staged.begin(sender);
    stage(3, 10);
    assertEquals(3, staged.messages());
  }

  @Test
  void whatIsTooLongForThePathIsNotJoinedAndShorterStillIs() throws IOException {
    var staged = poller.outgoingDatagrams();
    altered.answer("sendmmsg", () -> -Errno.EMSGSIZE);
    stage(3, 2000);
    assertEquals(DatagramPort.NOT_SEGMENTED, sender.send(staged, 0));
    staged.begin(sender);
    stage(3, 2000);
    assertEquals(3, staged.messages());
    staged.begin(sender);
    stage(3, 1000);
    assertEquals(1, staged.messages());
  }

  @Test
  void theFailureOfAnEarlierDatagramCostsNoOther() throws IOException {
    var first = new AtomicInteger();
    altered.answer(
        "sendmmsg",
        () -> first.getAndIncrement() == 0 ? -Errno.EHOSTUNREACH : AlteredKernel.MAKE_THE_CALL);
    stage(1, 10);
    assertEquals(1, sender.send(poller.outgoingDatagrams(), 0));
    assertTrue(sender.hasFailures());
    altered.answer("sendmmsg", () -> -Errno.EHOSTUNREACH);
    assertThrows(SocketException.class, () -> sender.send(poller.outgoingDatagrams(), 0));
  }

  @Test
  void anErrorThatDoesNotGoAwayEndsInAFailure() {
    altered.answer("recvmmsg", () -> -Errno.ENETDOWN);
    assertThrows(
        SocketException.class,
        () -> {
          for (int i = 0; i < 1000; i++) {
            assertEquals(0, receiver.receive(poller.incomingDatagrams(), 1));
          }
        });
  }

  /** One that only sends may be told of any number of errors in its life. */
  @Test
  void errorsWithNothingToReceiveBetweenThemAreNotInARow() throws IOException {
    var calls = new AtomicInteger();
    altered.answer(
        "recvmmsg", () -> (calls.getAndIncrement() & 1) == 0 ? -Errno.ECONNREFUSED : -Errno.EAGAIN);
    for (int i = 0; i < 200; i++) {
      assertEquals(0, receiver.receive(poller.incomingDatagrams(), 1));
      assertEquals(DatagramPort.WOULD_BLOCK, receiver.receive(poller.incomingDatagrams(), 1));
    }
  }
}
