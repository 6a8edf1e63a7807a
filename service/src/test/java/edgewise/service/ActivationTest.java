package edgewise.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** sd_listen_fds(3), with descriptors from 200 on in place of 3. */
class ActivationTest {
  private static final int FIRST = 200;
  private static final long PID = 4711;

  @AfterEach
  void close() {
    for (int fd = FIRST; fd < FIRST + 4; fd++) {
      File.close(fd); // what a test has left: EBADF otherwise
    }
  }

  private static Map<String, String> environment(String count, String names) {
    return Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", count, "LISTEN_FDNAMES", names);
  }

  private static List<Inherited> sockets(String count, String names) throws IOException {
    return Activation.sockets(environment(count, names), PID, FIRST);
  }

  /** Puts a descriptor at its place, without close-on-exec, as a service manager does. */
  private static void place(int fd, int at) {
    assertEquals(at, File.fcntl(fd, File.F_DUPFD, at));
    File.close(fd);
  }

  private static int listener(int domain) {
    int fd = Socket.socket(domain, Socket.SOCK_STREAM, 0);
    try (Arena arena = Arena.ofConfined()) {
      var address = Sockaddr.allocate(arena);
      switch (domain) {
        case Socket.AF_INET -> address.inet(new byte[] {127, 0, 0, 1}, 0, 0, 0);
        case Socket.AF_INET6 -> {
          var loopback = new byte[16];
          loopback[15] = 1;
          address.inet(loopback, 0, 0, 0);
        }
        default -> address.unnamed();
      }
      assertEquals(0, Socket.bind(fd, address));
    }
    assertEquals(0, Socket.listen(fd, 1));
    return fd;
  }

  private static boolean isOpen(int fd) {
    return File.fcntl(fd, File.F_GETFD) != -Errno.EBADF;
  }

  private static void assertAllClosed(int count) {
    for (int fd = FIRST; fd < FIRST + count; fd++) {
      assertTrue(!isOpen(fd), "descriptor " + fd + " is still open");
    }
  }

  @Test
  void socketsOfEachFamilyComeWithTheirNamesAndCloseOnExec() throws IOException {
    place(listener(Socket.AF_INET), FIRST);
    place(listener(Socket.AF_INET6), FIRST + 1);
    place(listener(Socket.AF_UNIX), FIRST + 2);
    List<Inherited> sockets = sockets("3", "web:web6:local");
    assertEquals(List.of("web", "web6", "local"), sockets.stream().map(Inherited::name).toList());
    for (int i = 0; i < 3; i++) {
      assertEquals(FIRST + i, sockets.get(i).descriptor().fd());
      assertEquals(File.FD_CLOEXEC, File.fcntl(FIRST + i, File.F_GETFD));
    }
    sockets.forEach(socket -> socket.descriptor().close());
    assertAllClosed(3);
  }

  @Test
  void whatHasNoNameIsUnknown() throws IOException {
    place(listener(Socket.AF_INET), FIRST);
    place(listener(Socket.AF_INET), FIRST + 1);
    place(listener(Socket.AF_INET), FIRST + 2);
    var names = sockets("3", ":web").stream().map(Inherited::name).toList();
    assertEquals(List.of("unknown", "web", "unknown"), names);
  }

  @Test
  void socketsForAnotherProcessAreLeftAlone() throws IOException {
    place(listener(Socket.AF_INET), FIRST);
    assertEquals(List.of(), Activation.sockets(environment("1", ""), PID + 1, FIRST));
    assertEquals(List.of(), Activation.sockets(Map.of("LISTEN_FDS", "1"), PID, FIRST));
    assertEquals(List.of(), Activation.sockets(Map.of(), PID, FIRST));
    assertTrue(isOpen(FIRST));
    assertEquals(0, File.fcntl(FIRST, File.F_GETFD), "its flags are as they were");
  }

  private static void assertRefused(String count, String names, String because) {
    var refused = assertThrows(IOException.class, () -> sockets(count, names));
    assertTrue(String.valueOf(refused.getMessage()).contains(because), refused.getMessage());
  }

  @Test
  void aNumberThatIsNoneIsRefused() {
    assertRefused("x", "", "LISTEN_FDS=x is not a number");
    assertRefused("-1", "", "LISTEN_FDS=-1 is not a number");
    assertRefused("99999", "", "from 0 to 1024");
  }

  @Test
  void moreNamesThanSocketsAreRefused() {
    place(listener(Socket.AF_INET), FIRST);
    assertRefused("1", "a:b", "names 2 sockets");
  }

  @Test
  void aDescriptorThatIsNotThereIsNamedAndTheOthersAreClosed() {
    place(listener(Socket.AF_INET), FIRST);
    assertRefused("2", "a:b", "descriptor 201, which LISTEN_FDS counts (b), is not there");
    assertAllClosed(2);
  }

  @Test
  void aFileIsRefused() {
    place(listener(Socket.AF_INET), FIRST);
    place(File.open("/", File.O_RDONLY, 0), FIRST + 1);
    assertRefused("2", "", "is not a socket");
    assertAllClosed(2);
  }

  @Test
  void aDatagramSocketIsRefused() {
    place(Socket.socket(Socket.AF_INET, Socket.SOCK_DGRAM, 0), FIRST);
    assertRefused("1", "dns", "descriptor 200 (dns) is not a stream socket");
    assertAllClosed(1);
  }

  @Test
  void aSocketThatDoesNotListenIsRefused() {
    place(Socket.socket(Socket.AF_INET, Socket.SOCK_STREAM, 0), FIRST);
    assertRefused("1", "", "does not listen");
    assertAllClosed(1);
  }

  @Test
  void aSocketOfAnotherFamilyIsRefused() {
    place(Socket.socket(Socket.AF_NETLINK, Socket.SOCK_RAW, 0), FIRST);
    assertRefused("1", "", "is a socket of family 16");
  }
}
