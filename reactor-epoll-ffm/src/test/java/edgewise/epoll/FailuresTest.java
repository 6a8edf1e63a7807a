package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

/** Law 2: above the binding an errno is the exception that java.nio users expect. */
class FailuresTest {
  private static void assertSocket(Class<? extends IOException> expected, int errno) {
    assertEquals(expected, Failures.socket("connect", "fd 5", -errno).getClass());
  }

  @Test
  void anErrnoOfASocketBecomesTheExceptionThatJavaNioHasForIt() {
    assertSocket(ConnectException.class, Errno.ECONNREFUSED);
    assertSocket(ConnectException.class, Errno.ETIMEDOUT);
    assertSocket(BindException.class, Errno.EADDRINUSE);
    assertSocket(BindException.class, Errno.EADDRNOTAVAIL);
    assertSocket(NoRouteToHostException.class, Errno.EHOSTUNREACH);
    assertSocket(NoRouteToHostException.class, Errno.ENETUNREACH);
    assertSocket(SocketException.class, Errno.ECONNRESET);
    assertSocket(SocketException.class, Errno.EPIPE);
    assertSocket(SocketException.class, Errno.EMFILE);
  }

  @Test
  void theMessageHasTheCallItsObjectAndTheNameOfTheErrno() {
    String message = Failures.socket("recv", "fd 5", -Errno.ECONNRESET).getMessage();
    assertEquals("recv fd 5: ECONNRESET (Connection reset by peer)", message);
  }

  @Test
  void anUnknownErrnoStaysANumber() {
    String message = String.valueOf(Failures.io("read", "fd 5", -4000).getMessage());
    assertTrue(message.contains("4000"), message);
  }

  @Test
  void anAddressThatCannotBeBoundSaysWhatToDo() {
    IOException failure = Failures.bind("127.0.0.1:80", -Errno.EADDRINUSE);
    assertEquals(BindException.class, failure.getClass());
    String taken = String.valueOf(failure.getMessage());
    assertTrue(taken.contains("EADDRINUSE") && taken.contains("choose another"), taken);
    String refused = String.valueOf(Failures.bind("127.0.0.1:80", -Errno.EACCES).getMessage());
    assertTrue(refused.contains("more rights"), refused);
    String absent = String.valueOf(Failures.bind("10.9.8.7:80", -Errno.EADDRNOTAVAIL).getMessage());
    assertTrue(absent.contains("not an address of this machine"), absent);
  }

  @Test
  void aResultIsPassedOnAndAFailureThrown() throws IOException {
    assertEquals(7, Failures.checked(7, "socket", "for a test"));
    assertEquals(0, Failures.checked(0, "socket", "for a test"));
    assertThrows(
        SocketException.class, () -> Failures.checked(-Errno.EMFILE, "socket", "for a test"));
  }
}
