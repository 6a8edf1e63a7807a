package edgewise.linux;

import static edgewise.linux.Descriptors.assertErrno;
import static edgewise.linux.Descriptors.ok;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AF_UNIX names as the kernel sees them. jnr-unixsocket PR 110: wrong lengths. */
@ExtendWith(OpenDescriptors.class)
class UnixSocketTest {
  private final Sockaddr address = Sockaddr.allocate(Arena.ofAuto());
  private final Sockaddr seen = Sockaddr.allocate(Arena.ofAuto());
  private final MemorySegment memory = Arena.ofAuto().allocate(64);
  private Descriptors fds = new Descriptors();

  @TempDir Path folder;

  @BeforeEach
  void open() {
    fds = new Descriptors();
  }

  @AfterEach
  void close() {
    fds.close();
  }

  @Test
  void aListenerAndItsPeersKnowTheirNames() {
    byte[] path = path("a.sock");
    int listener = listen(address.unix(path));
    ok(Socket.getsockname(listener, seen));
    assertEquals(2 + path.length + 1, seen.length());
    assertArrayEquals(path, seen.unixPath());

    int client = connected(address);
    int server = fds.own(Socket.accept4(listener, seen, Socket.SOCK_CLOEXEC));
    assertTrue(seen.isUnnamed(), seen.toString());
    ok(Socket.getpeername(client, seen));
    assertArrayEquals(path, seen.unixPath());
    ok(Socket.getsockname(client, seen));
    assertTrue(seen.isUnnamed());
    ok(Socket.getsockname(server, seen));
    assertArrayEquals(path, seen.unixPath());
  }

  /** The temporary folder's name is shorter than 107 bytes by more than one. */
  @ParameterizedTest
  @ValueSource(ints = {106, 107, 108})
  void aPathOfMaximumLengthWorks(int length) {
    byte[] path = pathOfLength(length);
    int listener = listen(address.unix(path));
    ok(Socket.getsockname(listener, seen));
    assertArrayEquals(path, seen.unixPath());
    connected(address);
    fds.own(Socket.accept4(listener, null, Socket.SOCK_CLOEXEC));
    ok(File.unlink(new String(path, StandardCharsets.UTF_8)));
  }

  /** unix(7): the kernel takes 108 bytes without a NUL, and reports such a name with one. */
  @Test
  void aPathOf108BytesBoundByAnotherProgramIsReadWhole() {
    byte[] path = pathOfLength(108);
    address.unix(Arrays.copyOf(path, 107));
    address.storage().set(ValueLayout.JAVA_BYTE, 2 + 107, path[107]);
    int listener = listen(address);
    ok(Socket.getsockname(listener, seen));
    assertEquals(111, seen.length());
    assertArrayEquals(path, seen.unixPath());
    ok(File.unlink(new String(path, StandardCharsets.UTF_8)));
  }

  @Test
  void aPathWithoutItsNulIsTheSamePath() {
    byte[] path = path("b.sock");
    address.unix(path);
    address.length(2 + path.length);
    int listener = listen(address);
    ok(Socket.getsockname(listener, seen));
    assertArrayEquals(path, seen.unixPath());
    connected(seen);
  }

  @Test
  void abstractNamesDifferInEveryByteNulsIncluded() {
    String unique = "edgewise-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    byte[] name = (unique + "\0\0x\0").getBytes(StandardCharsets.UTF_8);
    int listener = listen(address.abstractName(name));
    ok(Socket.getsockname(listener, seen));
    assertArrayEquals(name, seen.abstractName());

    int client = connected(seen);
    ok(Socket.getpeername(client, seen));
    assertArrayEquals(name, seen.abstractName());

    int other = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    seen.abstractName(Arrays.copyOf(name, name.length - 1));
    assertErrno(Errno.ECONNREFUSED, Socket.connect(other, seen));
    seen.abstractName(Arrays.copyOf(name, name.length + 1));
    assertErrno(Errno.ECONNREFUSED, Socket.connect(other, seen));
  }

  @Test
  void anAbstractNameOf107BytesWorks() {
    byte[] name = new byte[107];
    Arrays.fill(name, (byte) 'n');
    byte[] unique = Long.toString(System.nanoTime()).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(unique, 0, name, 0, unique.length);
    int listener = listen(address.abstractName(name));
    ok(Socket.getsockname(listener, seen));
    assertArrayEquals(name, seen.abstractName());
    connected(seen);
  }

  @Test
  void theUnnamedAddressBindsToAFreeAbstractName() {
    int listener = listen(address.unnamed());
    ok(Socket.getsockname(listener, seen));
    assertTrue(seen.isAbstract());
    assertEquals(5, seen.abstractName().length, "five hexadecimal digits, says unix(7)");
    connected(seen);
  }

  @Test
  void bothEndsOfAPairAreUnnamed() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    ok(Socket.getsockname(pair[0], seen));
    assertTrue(seen.isUnnamed());
    ok(Socket.getpeername(pair[0], seen));
    assertTrue(seen.isUnnamed());
  }

  @Test
  void aTakenAMissingADeadAndAForeignFileAreFourErrors() throws Exception {
    address.unix(path("c.sock"));
    int listener = listen(address);
    int second = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    assertErrno(Errno.EADDRINUSE, Socket.bind(second, address));
    fds.close(listener);
    assertErrno(Errno.ECONNREFUSED, Socket.connect(second, address));
    assertErrno(Errno.EADDRINUSE, Socket.bind(second, address));
    assertErrno(Errno.ENOENT, Socket.connect(second, address.unix(path("missing"))));
    Files.writeString(folder.resolve("regular"), "");
    assertErrno(Errno.ECONNREFUSED, Socket.connect(second, address.unix(path("regular"))));
  }

  @Test
  void aFullBacklogIsEagain() {
    int listener = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    ok(Socket.bind(listener, address.unix(path("d.sock"))));
    ok(Socket.listen(listener, 0));
    int type = Socket.SOCK_STREAM | Socket.SOCK_NONBLOCK;
    ok(Socket.connect(fds.socket(Socket.AF_UNIX, type), address));
    assertErrno(Errno.EAGAIN, Socket.connect(fds.socket(Socket.AF_UNIX, type), address));
  }

  @Test
  void thePeerCredentialsAreThoseOfThisProcess() {
    int[] pair = fds.pair(Socket.SOCK_STREAM);
    Ucred peer = Ucred.allocate(Arena.ofAuto());
    assertEquals(12, Socket.getsockoptPeerCred(pair[0], peer));
    assertEquals(ProcessHandle.current().pid(), peer.pid());
    assertEquals(Unistd.geteuid(), peer.uid());
    assertEquals(Unistd.getegid(), peer.gid());
  }

  @Test
  void aSocketThatIsNotConnectedHasAnUnknownPeer() {
    Ucred peer = Ucred.allocate(Arena.ofAuto());
    int socket = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    assertEquals(12, Socket.getsockoptPeerCred(socket, peer));
    assertEquals(0, peer.pid());
    assertEquals(0xffff_ffffL, peer.uid());
    assertEquals(0xffff_ffffL, peer.gid());
  }

  @Test
  void datagramsKeepTheirBoundsAndTheirSender() {
    int receiver = fds.socket(Socket.AF_UNIX, Socket.SOCK_DGRAM);
    ok(Socket.bind(receiver, address.unix(path("r"))));
    int sender = fds.socket(Socket.AF_UNIX, Socket.SOCK_DGRAM);
    ok(Socket.bind(sender, seen.unix(path("s"))));
    assertEquals(3, Socket.sendto(sender, memory, 0, 3, 0, address));
    assertEquals(5, Socket.sendto(sender, memory, 0, 5, 0, address));
    assertEquals(0, Socket.sendto(sender, memory, 0, 0, 0, address));
    assertEquals(3, Socket.recvfrom(receiver, memory, 0, 64, 0, seen.unnamed()));
    assertArrayEquals(path("s"), seen.unixPath());
    assertEquals(5, Socket.recv(receiver, memory, 0, 2, Socket.MSG_TRUNC));
    assertEquals(0, Socket.recv(receiver, memory, 0, 64, 0));
  }

  @Test
  void fileModesOfASocketCanBeSetBeforeItListens() throws Exception {
    int socket = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    ok(Socket.bind(socket, address.unix(path("m.sock"))));
    String path = folder.resolve("m.sock").toString();
    ok(File.chmod(path, 0600));
    Stat stat = Stat.allocate(Arena.ofAuto());
    ok(File.statx(File.AT_FDCWD, path, 0, Stat.STATX_BASIC_STATS, stat));
    assertEquals(Stat.S_IFSOCK | 0600, stat.mode());
  }

  private int listen(Sockaddr name) {
    int listener = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    ok(Socket.bind(listener, name));
    ok(Socket.listen(listener, 8));
    return listener;
  }

  private int connected(Sockaddr name) {
    int client = fds.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    ok(Socket.connect(client, name));
    return client;
  }

  private byte[] path(String name) {
    return folder.resolve(name).toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] pathOfLength(int length) {
    String prefix = folder + "/";
    return (prefix + "p".repeat(length - prefix.length())).getBytes(StandardCharsets.UTF_8);
  }
}
