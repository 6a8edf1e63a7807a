package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.Errno;
import edgewise.linux.Socket;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The simulated kernel finds the mistakes it is there to find, and does as Linux does. */
class SimulatedKernelTest {
  private final EpollEvents events = EpollEvents.allocate(Arena.ofAuto(), 8);

  private static SimulatedKernel kind() {
    return new SimulatedKernel(Faults.none(1), new Trace(false));
  }

  private static void assertFails(SimulatedKernel kernel, String message, Runnable call) {
    AssertionError failure = assertThrows(AssertionError.class, call::run);
    assertTrue(String.valueOf(failure.getMessage()).contains(message), failure::toString);
    assertThrows(AssertionError.class, kernel::check, "it is remembered");
  }

  @Test
  void aSecondCloseIsAFailure() {
    SimulatedKernel kernel = kind();
    int fd = kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    kernel.close(fd);
    assertFails(kernel, "not open", () -> kernel.close(fd));
  }

  @Test
  void aCallOnANumberThatSomebodyElseHasByNowIsAFailure() {
    var faults = Faults.none(1);
    faults.stranger = 1;
    var kernel = new SimulatedKernel(faults, new Trace(false));
    int fd = kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    kernel.close(fd);
    assertFails(kernel, "somebody else", () -> kernel.shutdownOutput(fd));
  }

  @Test
  void aClosedNumberIsUsedAgainAtOnce() {
    SimulatedKernel kernel = kind();
    int first = kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    int second = kernel.socket(Socket.AF_UNIX, Socket.SOCK_STREAM);
    kernel.close(first);
    assertEquals(first, kernel.eventfd());
    assertEquals(second + 1, kernel.eventfd());
  }

  @Test
  void aWaitThatWouldNeverEndIsAFailure() {
    SimulatedKernel kernel = kind();
    int epfd = kernel.epollCreate();
    assertFails(kernel, "for ever", () -> kernel.epollWait(epfd, events, -1));
  }

  @Test
  void aLoopThatTurnsAndTurnsWithoutProgressIsAFailure() {
    SimulatedKernel kernel = kind();
    int epfd = kernel.epollCreate();
    assertFails(
        kernel,
        "SPIN",
        () -> {
          for (int i = 0; i < 1000; i++) {
            kernel.epollWait(epfd, events, 0);
          }
        });
  }

  @Test
  void aWaitWithATimeoutTakesThatLongAndNoTimeAtAll() {
    SimulatedKernel kernel = kind();
    int epfd = kernel.epollCreate();
    long before = kernel.nanoTime();
    assertEquals(0, kernel.epollWait(epfd, events, 90 * Faults.SECOND));
    assertEquals(90 * Faults.SECOND, kernel.nanoTime() - before);
  }

  @Test
  void anEdgeIsReportedOnceAndAgainWithTheNextOne() {
    SimulatedKernel kernel = kind();
    int epfd = kernel.epollCreate();
    int bell = kernel.eventfd();
    kernel.epollCtl(epfd, Epoll.EPOLL_CTL_ADD, bell, Epoll.EPOLLIN | Epoll.EPOLLET, 7);
    assertEquals(0, kernel.epollWait(epfd, events, 0));
    kernel.eventfdWrite(bell);
    assertEquals(1, kernel.epollWait(epfd, events, 0));
    assertEquals(7, events.data(0));
    assertEquals(0, kernel.epollWait(epfd, events, 0));
    kernel.eventfdWrite(bell);
    assertEquals(1, kernel.epollWait(epfd, events, 0));
  }

  @Test
  void outOfDescriptorsAcceptLeavesTheConnectionInTheQueue() {
    SimulatedKernel kernel = kind();
    int listener = LinuxComparison.listen(kernel, "1");
    LinuxComparison.connect(kernel, "1");
    kernel.descriptors.limit = 5;
    int refused = kernel.accept(listener);
    assertTrue(refused == -Errno.EMFILE || refused == -Errno.ENFILE);
    kernel.descriptors.limit = 6;
    assertEquals(5, kernel.accept(listener));
  }

  /** Loads it where a failure is easier to read. */
  @BeforeAll
  static void linuxIsThere() {
    assertEquals(null, edgewise.linux.Linux.unavailable());
  }

  @Test
  void onUnixSocketsItAnswersEveryCallAsLinuxDoes() {
    Seeds.check("linux", 1000, 2000, (seed, trace) -> new LinuxComparison(seed, trace).run());
  }
}
