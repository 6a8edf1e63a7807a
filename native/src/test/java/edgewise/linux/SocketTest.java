package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(OpenDescriptors.class)
class SocketTest {
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final byte[] LOOPBACK6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  private static final int NONBLOCK = Socket.SOCK_NONBLOCK | Socket.SOCK_CLOEXEC;

  private final Sockaddr address = Sockaddr.allocate(Arena.ofAuto());
  private final Sockaddr peer = Sockaddr.allocate(Arena.ofAuto());
  private final MemorySegment memory = Arena.ofAuto().allocate(64);
  private Descriptors fds = new Descriptors();

  @BeforeEach
  void open() {
    fds = new Descriptors();
  }

  @AfterEach
  void close() {
    fds.close();
  }

  @Test
  void bytesGoBothWaysAndTheEndIsZero() {
    int[] tcp = tcpPair();
    MemorySegment text = Arena.ofAuto().allocateFrom("hello");
    assertEquals(4, Socket.send(tcp[0], text, 1, 4, 0));
    assertEquals(2, Socket.recv(tcp[1], memory, 10, 2, 0));
    assertEquals(2, Socket.recv(tcp[1], memory, 12, 50, 0));
    assertEquals("ello", memory.asSlice(10).getString(0, StandardCharsets.UTF_8));
    assertErrno(Errno.EAGAIN, Socket.recv(tcp[1], memory, 0, 64, 0));
    ok(Socket.shutdown(tcp[0], Socket.SHUT_WR));
    assertEquals(0, Socket.recv(tcp[1], memory, 0, 64, 0));
    assertEquals(3, Socket.send(tcp[1], memory, 10, 3, 0), "the other way is open");
    assertEquals(3, Socket.recv(tcp[0], memory, 0, 64, 0));
  }

  @Test
  void peekedBytesStay() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 77);
    ok(Socket.send(pair[0], memory, 0, 3, 0));
    assertEquals(1, Socket.recv(pair[1], memory, 8, 1, Socket.MSG_PEEK));
    assertEquals(77, memory.get(ValueLayout.JAVA_BYTE, 8));
    assertEquals(3, Socket.recv(pair[1], memory, 8, 8, 0));
  }

  @Test
  void aFullBufferIsEagainOnceEverythingElseIsTaken() {
    int[] tcp = tcpPair();
    MemorySegment big = Arena.ofAuto().allocate(1 << 20);
    int n = Socket.send(tcp[0], big, 0, big.byteSize(), Socket.MSG_NOSIGNAL);
    while (n > 0) {
      n = Socket.send(tcp[0], big, 0, big.byteSize(), Socket.MSG_NOSIGNAL);
    }
    assertErrno(Errno.EAGAIN, n);
  }

  @Test
  void acceptNamesThePeerAndConnectNamesTheListener() {
    int listener = listener(Socket.AF_INET, LOOPBACK);
    int client = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM | NONBLOCK);
    assertErrno(Errno.EAGAIN, Socket.accept4(listener, peer, NONBLOCK));
    assertErrno(Errno.EINPROGRESS, Socket.connect(client, address));
    int server = fds.own(Socket.accept4(listener, peer, NONBLOCK));
    ok(Socket.getsockname(client, address));
    assertEquals(address.toString(), peer.toString());
    assertArrayEquals(LOOPBACK, peer.address());
    assertTrue(peer.port() > 0);
    ok(Socket.getpeername(client, address));
    ok(Socket.getsockname(server, peer));
    assertEquals(address.toString(), peer.toString());
    assertEquals(0, Socket.getsockoptInt(client, Socket.SOL_SOCKET, Socket.SO_ERROR));
    assertEquals(File.FD_CLOEXEC, File.fcntl(server, File.F_GETFD));
  }

  @Test
  void ipv6ListensAloneIfAskedTo() {
    int any = Socket.socket(Socket.AF_INET6, Socket.SOCK_STREAM | NONBLOCK, 0);
    assumeTrue(any >= 0, "this machine has no IPv6");
    fds.own(any);
    ok(Socket.setsockoptInt(any, Socket.IPPROTO_IPV6, Socket.IPV6_V6ONLY, 1));
    assertEquals(1, Socket.getsockoptInt(any, Socket.IPPROTO_IPV6, Socket.IPV6_V6ONLY));
    int bound = Socket.bind(any, address.inet(LOOPBACK6, 0, 0, 0));
    assumeTrue(bound != -Errno.EADDRNOTAVAIL, "this machine has no ::1");
    ok(bound);
    ok(Socket.listen(any, 1));
    ok(Socket.getsockname(any, address));
    assertArrayEquals(LOOPBACK6, address.address());
    assertTrue(address.port() > 0);
    int client = fds.socket(Socket.AF_INET6, Socket.SOCK_STREAM);
    ok(Socket.connect(client, address));
    fds.own(Socket.accept4(any, peer, NONBLOCK));
    assertArrayEquals(LOOPBACK6, peer.address());
    assertEquals(0, peer.scopeId());
  }

  @Test
  void aRefusedConnectionIsEconnrefusedAtOnceOrBySoError() {
    int listener = listener(Socket.AF_INET, LOOPBACK);
    fds.close(listener);
    int blocking = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    assertErrno(Errno.ECONNREFUSED, Socket.connect(blocking, address));

    int client = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM | NONBLOCK);
    assertErrno(Errno.EINPROGRESS, Socket.connect(client, address));
    int epoll = fds.epoll();
    ok(Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, client, Epoll.EPOLLOUT, 0));
    assertEquals(1, Epoll.wait(epoll, EpollEvents.allocate(Arena.ofAuto(), 1), 1, 5000));
    assertEquals(
        Errno.ECONNREFUSED, Socket.getsockoptInt(client, Socket.SOL_SOCKET, Socket.SO_ERROR));
  }

  @Test
  void aTakenAndAForeignAddressAreTwoErrors() {
    int listener = listener(Socket.AF_INET, LOOPBACK);
    int second = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    assertErrno(Errno.EADDRINUSE, Socket.bind(second, address));
    byte[] documentation = {(byte) 192, 0, 2, 1};
    assertErrno(Errno.EADDRNOTAVAIL, Socket.bind(second, address.inet(documentation, 0, 0, 0)));
    assertErrno(Errno.EINVAL, Socket.bind(listener, address.inet(LOOPBACK, 0, 0, 0)));
  }

  @Test
  void aResetIsEconnresetAndThenEpipe() {
    int[] tcp = tcpPair();
    ok(Socket.setsockoptLinger(tcp[0], true, 0));
    fds.close(tcp[0]);
    assertErrno(Errno.ECONNRESET, Socket.recv(tcp[1], memory, 0, 64, 0));
    assertErrno(Errno.EPIPE, Socket.send(tcp[1], memory, 0, 1, Socket.MSG_NOSIGNAL));
    assertErrno(Errno.EPIPE, Socket.send(tcp[1], memory, 0, 1, 0));
  }

  @Test
  void misuseIsAnErrnoOfItsOwn() {
    int socket = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    int noSocket = fds.eventFd(0);
    assertErrno(Errno.EBADF, Socket.recv(-1, memory, 0, 1, 0));
    assertErrno(Errno.EBADF, Socket.send(-1, memory, 0, 1, 0));
    assertErrno(Errno.EBADF, Socket.accept4(-1, null, 0));
    assertErrno(Errno.EBADF, Socket.getsockname(-1, peer));
    assertErrno(Errno.EBADF, Socket.listen(-1, 1));
    assertErrno(Errno.ENOTSOCK, Socket.recv(noSocket, memory, 0, 1, 0));
    assertErrno(Errno.ENOTSOCK, Socket.recvfrom(noSocket, memory, 0, 1, 0, peer));
    assertErrno(Errno.ENOTCONN, Socket.getpeername(socket, peer));
    assertErrno(Errno.ENOTCONN, Socket.recv(socket, memory, 0, 1, 0));
    assertErrno(Errno.ENOTCONN, Socket.shutdown(socket, Socket.SHUT_RDWR));
    assertErrno(Errno.EINVAL, Socket.accept4(socket, peer, 0));
    assertErrno(Errno.EAFNOSUPPORT, Socket.socket(9999, Socket.SOCK_STREAM, 0));
    assertErrno(Errno.EINVAL, Socket.socket(Socket.AF_INET, 9999, 0));
    assertErrno(
        Errno.EOPNOTSUPP, Socket.socketpair(Socket.AF_INET, Socket.SOCK_STREAM, 0, new int[2]));
    assertThrows(
        IllegalArgumentException.class,
        () -> Socket.socketpair(Socket.AF_UNIX, Socket.SOCK_STREAM, 0, new int[1]));
  }

  @Test
  void udpDatagramsKeepBoundsAndSender() {
    int receiver = fds.socket(Socket.AF_INET, Socket.SOCK_DGRAM | NONBLOCK);
    ok(Socket.bind(receiver, address.inet(LOOPBACK, 0, 0, 0)));
    ok(Socket.getsockname(receiver, address));
    int sender = fds.socket(Socket.AF_INET, Socket.SOCK_DGRAM | NONBLOCK);
    assertErrno(Errno.EAGAIN, Socket.recvfrom(receiver, memory, 0, 64, 0, peer));
    assertEquals(7, Socket.sendto(sender, memory, 1, 7, 0, address));
    ok(Socket.getsockname(sender, address));
    assertEquals(7, Socket.recvfrom(receiver, memory, 0, 64, 0, peer));
    assertEquals(address.port(), peer.port());
    assertArrayEquals(LOOPBACK, peer.address());
  }

  @Test
  void aStreamGivesNoSenderAddress() {
    int[] tcp = tcpPair();
    ok(Socket.send(tcp[0], memory, 0, 1, 0));
    peer.inet(LOOPBACK, 1, 0, 0);
    assertEquals(1, Socket.recvfrom(tcp[1], memory, 0, 1, 0, peer));
    assertEquals(Socket.AF_UNSPEC, peer.family());
  }

  @ParameterizedTest
  @CsvSource({
    "IPPROTO_TCP, TCP_NODELAY, 1",
    "IPPROTO_TCP, TCP_CORK, 1",
    "IPPROTO_TCP, TCP_QUICKACK, 1",
    "IPPROTO_TCP, TCP_KEEPIDLE, 77",
    "IPPROTO_TCP, TCP_KEEPINTVL, 7",
    "IPPROTO_TCP, TCP_KEEPCNT, 5",
    "IPPROTO_TCP, TCP_USER_TIMEOUT, 12345",
    "IPPROTO_TCP, TCP_NOTSENT_LOWAT, 16384",
    "SOL_SOCKET, SO_REUSEADDR, 1",
    "SOL_SOCKET, SO_REUSEPORT, 1",
    "SOL_SOCKET, SO_KEEPALIVE, 1",
    "SOL_SOCKET, SO_RCVLOWAT, 17",
    "IPPROTO_IP, IP_TOS, 16",
    "IPPROTO_IP, IP_TTL, 9"
  })
  void anOptionReadsBackAsItWasSet(String level, String name, int value) throws Exception {
    int socket = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    ok(Socket.setsockoptInt(socket, number(level), number(name), value));
    assertEquals(value, Socket.getsockoptInt(socket, number(level), number(name)));
  }

  @Test
  void buffersAreDoubledAsSocket7Says() {
    int socket = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    for (int buffer : new int[] {Socket.SO_SNDBUF, Socket.SO_RCVBUF}) {
      ok(Socket.setsockoptInt(socket, Socket.SOL_SOCKET, buffer, 20_000));
      assertEquals(40_000, Socket.getsockoptInt(socket, Socket.SOL_SOCKET, buffer));
    }
    assertEquals(
        Socket.SOCK_STREAM, Socket.getsockoptInt(socket, Socket.SOL_SOCKET, Socket.SO_TYPE));
    assertEquals(Socket.AF_INET, Socket.getsockoptInt(socket, Socket.SOL_SOCKET, Socket.SO_DOMAIN));
  }

  @Test
  void aNegativeOptionIsNotTakenForAnErrno() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    long off = Socket.getsockoptInt(pair[0], Socket.SOL_SOCKET, Socket.SO_PEEK_OFF);
    assertEquals(0xffff_ffffL, off);
    assertEquals(-1, (int) off);
    assertErrno(Errno.ENOPROTOOPT, Socket.getsockoptInt(pair[0], Socket.SOL_SOCKET, 9999));
    assertErrno(Errno.ENOPROTOOPT, Socket.setsockoptInt(pair[0], Socket.SOL_SOCKET, 9999, 1));
    assertErrno(Errno.EBADF, Socket.getsockoptInt(-1, Socket.SOL_SOCKET, Socket.SO_TYPE));
  }

  @Test
  void lingerAndTimeoutsAreStructures() {
    int socket = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    ok(Socket.setsockoptLinger(socket, true, 42));
    assertEquals(8, Socket.getsockopt(socket, Socket.SOL_SOCKET, Socket.SO_LINGER, memory));
    assertEquals(1, memory.get(ValueLayout.JAVA_INT, Struct.Linger.L_ONOFF));
    assertEquals(42, memory.get(ValueLayout.JAVA_INT, Struct.Linger.L_LINGER));
    ok(Socket.setsockoptLinger(socket, false, 0));
    ok(Socket.getsockopt(socket, Socket.SOL_SOCKET, Socket.SO_LINGER, memory));
    assertEquals(0, memory.get(ValueLayout.JAVA_INT, Struct.Linger.L_ONOFF));

    MemorySegment timeval = memory.asSlice(0, Struct.Timeval.SIZEOF);
    timeval.set(ValueLayout.JAVA_LONG, Struct.Timeval.TV_SEC, 3);
    timeval.set(ValueLayout.JAVA_LONG, Struct.Timeval.TV_USEC, 500_000);
    ok(Socket.setsockopt(socket, Socket.SOL_SOCKET, Socket.SO_RCVTIMEO, timeval));
    memory.fill((byte) 0);
    assertEquals(16, Socket.getsockopt(socket, Socket.SOL_SOCKET, Socket.SO_RCVTIMEO, memory));
    assertEquals(3, memory.get(ValueLayout.JAVA_LONG, Struct.Timeval.TV_SEC));
    assertEquals(500_000, memory.get(ValueLayout.JAVA_LONG, Struct.Timeval.TV_USEC));
  }

  @Test
  void deferAcceptAndFastopenAreForListeners() {
    int listener = listener(Socket.AF_INET, LOOPBACK);
    ok(Socket.setsockoptInt(listener, Socket.IPPROTO_TCP, Socket.TCP_DEFER_ACCEPT, 1));
    assertFalse(Socket.getsockoptInt(listener, Socket.IPPROTO_TCP, Socket.TCP_DEFER_ACCEPT) <= 0);
    ok(Socket.setsockoptInt(listener, Socket.IPPROTO_TCP, Socket.TCP_FASTOPEN, 5));
    assertEquals(5, Socket.getsockoptInt(listener, Socket.IPPROTO_TCP, Socket.TCP_FASTOPEN));
    assertEquals(1, Socket.getsockoptInt(listener, Socket.SOL_SOCKET, Socket.SO_ACCEPTCONN));
  }

  private static int number(String constant) throws Exception {
    return SocketConstants.class.getField(constant).getInt(null);
  }

  /** Listens on a free port and leaves its address in {@link #address}. */
  private int listener(int family, byte[] host) {
    int listener = fds.socket(family, Socket.SOCK_STREAM | NONBLOCK);
    ok(Socket.bind(listener, address.inet(host, 0, 0, 0)));
    ok(Socket.listen(listener, 8));
    ok(Socket.getsockname(listener, address));
    return listener;
  }

  /** A client and a server end, not blocking. */
  private int[] tcpPair() {
    int listener = listener(Socket.AF_INET, LOOPBACK);
    int client = fds.socket(Socket.AF_INET, Socket.SOCK_STREAM);
    ok(Socket.connect(client, address));
    ok(File.fcntl(client, File.F_SETFL, File.O_NONBLOCK));
    int server = fds.own(Socket.accept4(listener, null, NONBLOCK));
    fds.close(listener);
    return new int[] {client, server};
  }
}
