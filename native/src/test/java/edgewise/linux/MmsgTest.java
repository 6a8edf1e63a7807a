package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenDescriptors.class)
class MmsgTest {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment memory = arena.allocate(4096);
  private Descriptors fds = new Descriptors();

  @BeforeEach
  void open() {
    fds = new Descriptors();
  }

  @AfterEach
  void close() {
    fds.close();
  }

  private int udp(Sockaddr bound) {
    int fd = fds.own(Socket.socket(Socket.AF_INET, Socket.SOCK_DGRAM | Socket.SOCK_NONBLOCK, 0));
    ok(Socket.bind(fd, bound.inet(LOOPBACK, 0, 0, 0)));
    ok(Socket.getsockname(fd, bound));
    return fd;
  }

  private MMsgHdr batch(int messages, int pieceBytes, int controlBytes) {
    MMsgHdr batch = MMsgHdr.allocate(arena, messages, controlBytes);
    for (int i = 0; i < messages; i++) {
      batch.message(i).iov().set(0, memory, (long) i * pieceBytes, pieceBytes);
    }
    return batch;
  }

  @Test
  void severalDatagramsTravelWithOneCall() {
    Sockaddr here = Sockaddr.allocate(arena);
    Sockaddr there = Sockaddr.allocate(arena);
    int sender = udp(here);
    int receiver = udp(there);
    MMsgHdr out = batch(3, 10, 0);
    for (int i = 0; i < 3; i++) {
      memory.setString(10L * i, "message" + i);
      out.message(i).iov().set(0, memory, 10L * i, 8);
      out.message(i).name(out.name(i).copyOf(there));
    }
    assertEquals(2, Mmsg.sendmmsg(sender, out, 1, 2, 0));
    assertEquals(8, out.length(1));
    assertEquals(1, Mmsg.sendmmsg(sender, out, 0, 1, 0));

    memory.fill((byte) 0);
    MMsgHdr in = batch(8, 100, 0);
    in.message(2).name(in.name(2));
    assertEquals(3, Mmsg.recvmmsg(receiver, in, 0, 8, 0));
    assertEquals("message1", memory.getString(0));
    assertEquals("message2", memory.getString(100));
    assertEquals("message0", memory.getString(200));
    assertEquals(8, in.length(0));
    assertEquals(here.toString(), in.name(2).toString());
    assertArrayEquals(here.toBytes(), in.name(2).toBytes());
    assertEquals(here.toString(), Sockaddr.allocate(arena).fromBytes(here.toBytes()).toString());
    assertErrno(Errno.EAGAIN, Mmsg.recvmmsg(receiver, in, 0, 8, 0));
  }

  @Test
  void whatDoesNotFitIsCutAndTheRealLengthTold() {
    Sockaddr there = Sockaddr.allocate(arena);
    int receiver = udp(there);
    int sender = udp(Sockaddr.allocate(arena));
    ok(Socket.sendto(sender, memory, 0, 1000, 0, there));
    MMsgHdr in = batch(1, 10, 0);
    assertEquals(1, Mmsg.recvmmsg(receiver, in, 0, 1, Socket.MSG_TRUNC));
    assertEquals(1000, in.length(0));
    assertTrue((in.message(0).flags() & Socket.MSG_TRUNC) != 0);
  }

  @Test
  void theKernelCutsADatagramIntoSegmentsAndJoinsThemAgain() {
    Sockaddr there = Sockaddr.allocate(arena);
    int receiver = udp(there);
    ok(Socket.setsockoptInt(receiver, Socket.SOL_UDP, Socket.UDP_GRO, 1));
    int sender = udp(Sockaddr.allocate(arena));
    MMsgHdr out = batch(1, 1050, MsgHdr.controlSpace(2));
    out.message(0).addSegmentSize(100);
    out.message(0).name(out.name(0).copyOf(there));
    assertEquals(1, Mmsg.sendmmsg(sender, out, 0, 1, 0));
    assertEquals(1050, out.length(0));

    MMsgHdr in = batch(1, 4096, MsgHdr.controlSpace(4));
    assertEquals(1, Mmsg.recvmmsg(receiver, in, 0, 1, 0));
    assertEquals(1050, in.length(0));
    MsgHdr joined = in.message(0);
    int at = joined.firstControl();
    assertEquals(Socket.SOL_UDP, joined.controlLevel(at));
    assertEquals(Socket.UDP_GRO, joined.controlType(at));
    assertEquals(100, joined.controlInt(at, 0));
  }

  @Test
  void anErrorOfAnEarlierDatagramComesWithTheAddressItWasSentTo() {
    Sockaddr nobody = Sockaddr.allocate(arena);
    fds.close(udp(nobody));
    int sender = udp(Sockaddr.allocate(arena));
    ok(Socket.setsockoptInt(sender, Socket.IPPROTO_IP, Socket.IP_RECVERR, 1));
    ok(Socket.sendto(sender, memory, 0, 1, 0, nobody));
    MsgHdr error = batch(1, 16, 512).message(0);
    Sockaddr about = Sockaddr.allocate(arena);
    error.name(about);
    assertEquals(1, Socket.recvmsg(sender, error, Socket.MSG_ERRQUEUE));
    int at = error.firstControl();
    assertTrue(SockExtendedErr.isAt(error, at));
    assertEquals(Errno.ECONNREFUSED, SockExtendedErr.errno(error, at));
    assertEquals(Socket.SO_EE_ORIGIN_ICMP, SockExtendedErr.origin(error, at));
    assertEquals(nobody.toString(), about.toString());
    assertErrno(Errno.EAGAIN, Socket.recvmsg(sender, error, Socket.MSG_ERRQUEUE));
  }

  @Test
  void aGroupIsJoinedAndLeftOnAnInterface() throws Exception {
    int loopback = java.net.NetworkInterface.getByName("lo").getIndex();
    int fd = udp(Sockaddr.allocate(arena));
    Sockaddr group = Sockaddr.allocate(arena).inet(new byte[] {(byte) 239, 1, 2, 3}, 0, 0, 0);
    Sockaddr source = Sockaddr.allocate(arena).inet(LOOPBACK, 0, 0, 0);
    MemorySegment any = GroupReq.of(arena, loopback, group, null).segment();
    ok(Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.MCAST_JOIN_GROUP, any));
    ok(Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.MCAST_LEAVE_GROUP, any));
    assertErrno(
        Errno.EADDRNOTAVAIL,
        Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.MCAST_LEAVE_GROUP, any));
    MemorySegment one = GroupReq.of(arena, loopback, group, source).segment();
    ok(Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.MCAST_JOIN_SOURCE_GROUP, one));
    ok(Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.MCAST_LEAVE_SOURCE_GROUP, one));
    MemorySegment on = GroupReq.ofInterface(arena, loopback).segment();
    ok(Socket.setsockopt(fd, Socket.IPPROTO_IP, Socket.IP_MULTICAST_IF, on));
  }
}
