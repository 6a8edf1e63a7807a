package edgewise.tests;

import static edgewise.tests.DatagramRig.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.DatagramOptions;
import edgewise.DatagramSocket;
import edgewise.Endpoint;
import edgewise.linux.Socket;
import edgewise.spi.Backend.Feature;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** UDP: multicast, datagrams that the kernel joins and cuts, the JDK as the other end. */
class DatagramInetContract {
  private static NetworkInterface loopback() throws SocketException {
    return NetworkInterface.getByName("lo");
  }

  /** One that has a route for IPv6 groups, which lo has not. */
  private static NetworkInterface forIpv6() throws SocketException {
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp()
          && each.supportsMulticast()
          && !each.isLoopback()
          && each.inetAddresses().anyMatch(Inet6Address.class::isInstance)) {
        return each;
      }
    }
    return assumeNoInterface();
  }

  private static NetworkInterface assumeNoInterface() throws SocketException {
    assumeTrue(false, "no interface for IPv6 groups");
    return loopback();
  }

  private static DatagramOptions.Builder on(NetworkInterface on) {
    return DatagramOptions.builder().reuseAddress(true).multicastInterface(on);
  }

  private static void toAGroup(Rig rig, String any, String group, NetworkInterface on)
      throws Exception {
    InetAddress address = InetAddress.ofLiteral(group);
    var inbox = new Inbox();
    DatagramSocket member = rig.loop().bind(Endpoint.tcp(any, 0), on(on).build(), inbox);
    int port = ((Endpoint.Inet) member.local()).port();
    Endpoint all = new Endpoint.Inet(address, port);
    DatagramSocket sender = rig.loop().bind(Endpoint.tcp(any, 0), on(on).build(), new Inbox());
    member.join(address, on);
    assertThrows(SocketException.class, () -> member.join(address, on));
    sender.send(text("to members"), all);
    rig.until("it has come", () -> inbox.count() == 1);
    member.leave(address, on);
    assertThrows(SocketException.class, () -> member.leave(address, on));
    sender.send(text("after leaving"), all);
    rig.turns(5);
    member.join(address, on);
    sender.send(text("again"), all);
    rig.until("it has come", () -> inbox.count() == 2);
    assertEquals(List.of("to members", "again"), inbox.texts());
    assertThrows(
        IllegalArgumentException.class, () -> member.join(InetAddress.ofLiteral("127.0.0.1"), on));
  }

  @Contract(families = Family.TCP)
  void multicastOverIpv4(Rig rig) throws Exception {
    toAGroup(rig, "0.0.0.0", "239.255.77.1", loopback());
  }

  /** Of the scope that does not leave the machine, RFC 4291 section 2.7. */
  @Contract(families = Family.TCP)
  void multicastOverIpv6(Rig rig) throws Exception {
    toAGroup(rig, "::", "ff11::7701", forIpv6());
  }

  @Contract(families = Family.TCP)
  void aMemberForOneSourceHearsNoOther(Rig rig) throws Exception {
    InetAddress group = InetAddress.ofLiteral("232.77.0.1");
    InetAddress source = InetAddress.ofLiteral("127.0.0.1");
    InetAddress stranger = InetAddress.ofLiteral("127.0.0.2");
    var inbox = new Inbox();
    DatagramSocket member =
        rig.loop().bind(Endpoint.tcp("0.0.0.0", 0), on(loopback()).build(), inbox);
    int port = ((Endpoint.Inet) member.local()).port();
    member.join(group, loopback(), source);
    for (InetAddress from : List.of(stranger, source)) {
      rig.loop()
          .bind(new Endpoint.Inet(from, 0), on(loopback()).build(), new Inbox())
          .send(text(from.getHostAddress()), new Endpoint.Inet(group, port));
    }
    rig.until("one", () -> inbox.count() == 1);
    rig.turns(3);
    assertEquals(List.of("127.0.0.1"), inbox.texts());
    member.leave(group, loopback(), source);
  }

  /** Whatever is joined on the way, what is received is what was sent. */
  @Contract(families = Family.TCP)
  void joinedOrNotTheDatagramsAreTheSame(Rig rig) throws Exception {
    var random = new Random(7);
    var sent = new ArrayList<byte[]>();
    for (int run = 0; run < 30; run++) {
      int size = random.nextInt(4) == 0 ? 0 : random.nextInt(1400);
      for (int k = random.nextInt(80); k >= 0; k--) {
        sent.add(Bytes.random(sent.size(), size));
      }
      sent.add(Bytes.random(sent.size(), random.nextInt(size + 1)));
    }
    for (int way = 0; way < 4; way++) {
      var inbox = new Inbox();
      DatagramSocket receiver =
          rig.loop()
              .bind(
                  rig.free(),
                  DatagramOptions.builder()
                      .coalescing((way & 1) != 0)
                      .receiveBufferBytes(4 << 20)
                      .build(),
                  inbox);
      DatagramSocket sender =
          rig.loop()
              .bind(
                  rig.free(),
                  DatagramOptions.builder().segmentation((way & 2) != 0).build(),
                  new Inbox());
      DatagramSocket other = rig.loop().bind(rig.free(), new Inbox());
      for (int i = 0; i < sent.size(); i++) {
        assertTrue(sender.send(sent.get(i), receiver.local()));
        if (i % 97 == 0) {
          sender.send(text("elsewhere"), other.local());
        }
        if (i % 200 == 199) {
          int expected = i + 1;
          rig.until("so far", () -> inbox.count() == expected);
        }
      }
      rig.until("all", () -> inbox.count() == sent.size());
      for (int i = 0; i < sent.size(); i++) {
        assertArrayEquals(sent.get(i), inbox.datagrams.get(i), "way " + way + ", datagram " + i);
        assertEquals(sender.local(), inbox.senders.get(i));
      }
      assertEquals(0, inbox.truncated);
      receiver.abort();
      sender.abort();
    }
  }

  @Contract(families = Family.TCP)
  void theJdkIsAnswered(Rig rig) throws Exception {
    DatagramSocket server = rig.loop().bind(rig.free(), (s, d) -> d.reply(d.bytes()));
    var address = (InetSocketAddress) Rig.address(server.local());
    var talking =
        rig.aside(() -> {
          var answers = new ArrayList<Integer>();
          try (var channel = DatagramChannel.open()) {
            for (int length : List.of(0, 1, 1000, 65_507)) {
              channel.send(ByteBuffer.allocate(length), address);
              ByteBuffer back = ByteBuffer.allocate(70_000);
              channel.receive(back);
              answers.add(back.position());
            }
          }
          return answers;
        });
    assertEquals(List.of(0, 1, 1000, 65_507), rig.await(talking));
  }

  /** The kernel has room for what it joins, but a datagram is as long as was asked for. */
  @Contract(families = Family.TCP)
  void joinedDatagramsAreCutToTheLimitToo(Rig rig) throws Exception {
    var inbox = new Inbox();
    DatagramSocket receiver =
        rig.loop()
            .bind(
                rig.free(),
                DatagramOptions.builder().coalescing(true).maxDatagramBytes(4).build(),
                inbox);
    DatagramSocket sender = rig.loop().bind(rig.free(), new Inbox());
    for (String each : List.of("first1", "second", "third3", "4")) {
      assertTrue(sender.send(text(each), receiver.local()));
    }
    rig.until("joined ones", () -> inbox.count() == 4);
    assertTrue(sender.send(text("alone"), receiver.local()));
    rig.until("one more", () -> inbox.count() == 5);
    assertEquals(List.of("firs", "seco", "thir", "4", "alon"), inbox.texts());
    assertEquals(4, inbox.truncated);
    assertEquals(5, inbox.fullLength);
  }

  /** A queue of errors that nobody empties would make the poller report the socket for ever. */
  @Contract(families = Family.TCP)
  void anAdoptedSocketHasNoQueueOfErrorsThatWasNotAskedFor(Rig rig) throws Exception {
    if (!rig.has(Feature.DESCRIPTORS)) {
      return;
    }
    Endpoint nobody = new DatagramRig(rig).nobody();
    int fd = Socket.socket(Socket.AF_INET, Socket.SOCK_DGRAM, 0);
    var on = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_INT, 1);
    assertEquals(0, Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.IP_RECVERR, on));
    DatagramSocket adopted =
        rig.loop()
            .adopt(
                rig.loop().backend().own(fd),
                DatagramOptions.builder().networkErrors(false).build(),
                new Inbox());
    assertTrue(adopted.send(text("to nobody"), nobody));
    rig.turns(3);
    rig.assertIdle(Duration.ofMillis(50));
  }
}
