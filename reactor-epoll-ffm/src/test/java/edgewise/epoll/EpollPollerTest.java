package edgewise.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Trigger;
import edgewise.linux.Errno;
import edgewise.spi.Readiness;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The poller's own descriptors, and what it refuses. */
class EpollPollerTest {
  private static AlteredKernel linux() {
    return new AlteredKernel(new LinuxKernel());
  }

  private static void assertOpenFails(AlteredKernel altered, String errno) {
    IOException failure =
        assertThrows(IOException.class, () -> EpollPoller.open(altered.kernel, 8));
    assertTrue(String.valueOf(failure.getMessage()).contains(errno), failure.getMessage());
    assertEquals(Set.of(), altered.open, "left open");
  }

  @Test
  void itOpensTwoDescriptorsAndClosesThemOnce() throws IOException {
    AlteredKernel altered = linux();
    EpollPoller poller = EpollPoller.open(altered.kernel, 8);
    assertEquals(2, altered.open.size());
    poller.close();
    poller.close();
    assertEquals(Set.of(), altered.open);
  }

  @Test
  void withoutAnEpollInstanceNothingIsLeftOpen() {
    assertOpenFails(linux().answer("epollCreate", () -> -Errno.EMFILE), "EMFILE");
  }

  @Test
  void withoutAnEventfdTheEpollInstanceIsClosed() {
    assertOpenFails(linux().answer("eventfd", () -> -Errno.ENFILE), "ENFILE");
  }

  @Test
  void whenTheEventfdCannotBeAddedBothAreClosed() {
    assertOpenFails(linux().answer("epollCtl", () -> -Errno.ENOSPC), "ENOSPC");
  }

  @Test
  void anInterruptedWaitHasNoEventsAndAFailedOneIsAFailure() throws IOException {
    AlteredKernel altered = linux();
    EpollPoller poller = EpollPoller.open(altered.kernel, 8);
    altered.answer("epollWait", () -> -Errno.EINTR);
    assertEquals(0, poller.poll(0));
    altered.answer("epollWait", () -> -Errno.EINVAL);
    assertThrows(IOException.class, () -> poller.poll(0));
    poller.close();
  }

  @Test
  void aWakeUpBeforeAWaitEndsItOnceAndIsNobodysEvent() throws IOException {
    EpollPoller poller = EpollPoller.open(linux().kernel, 8);
    poller.wakeup();
    assertEquals(1, poller.poll(Faults.SECOND));
    assertNull(poller.attachment(0));
    assertEquals(0, poller.staleEvents());
    assertEquals(0, poller.poll(0));
    poller.close();
  }

  @Test
  void aRefusedRegistrationLeavesTheNumberFree() throws IOException {
    AlteredKernel altered = linux();
    EpollPoller poller = EpollPoller.open(altered.kernel, 8);
    int fd = altered.kernel.eventfd();
    altered.answer("epollCtl", () -> -Errno.ENOMEM);
    assertThrows(IOException.class, () -> poller.watch(fd, "first", Readiness.READ, Trigger.LEVEL));
    altered.answer("epollCtl", () -> AlteredKernel.MAKE_THE_CALL);
    poller.watch(fd, "second", Readiness.READ, Trigger.LEVEL);
    altered.kernel.eventfdWrite(fd);
    assertEquals(1, poller.poll(Faults.SECOND));
    assertEquals("second", poller.attachment(0));
    altered.kernel.close(fd);
    poller.close();
  }
}
