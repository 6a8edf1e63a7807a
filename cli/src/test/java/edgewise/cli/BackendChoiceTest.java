package edgewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import edgewise.FileRoot;
import edgewise.Trigger;
import edgewise.spi.Backend;
import edgewise.spi.Poller;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackendChoiceTest {
  private static final Backend EPOLL = new Scripted("epoll", null, Trigger.EDGE);
  private static final Backend NO_EPOLL =
      new Scripted("epoll", "native access is denied: add --flag", Trigger.EDGE);
  private static final Backend SELECT = new Scripted("select", null, Trigger.LEVEL);
  private static final Backend NO_SELECT = new Scripted("select", "no selector", Trigger.LEVEL);

  @Test
  void theBestOneIsTakenAndNothingIsSaidAboutIt() {
    BackendChoice choice = BackendChoice.of(List.of(EPOLL, SELECT), null, null);
    assertEquals("epoll", choice.backend().name());
    assertEquals("edge", choice.triggerName());
    assertNull(choice.insteadOf());
  }

  @Test
  void withoutEpollItIsSelectAndTheReasonIsTold() {
    BackendChoice choice = BackendChoice.of(List.of(NO_EPOLL, SELECT), null, null);
    assertEquals("select", choice.backend().name());
    assertEquals("level", choice.triggerName());
    assertEquals(
        "using the select backend: the epoll backend cannot be used: native access is denied: add"
            + " --flag",
        choice.insteadOf());
  }

  @Test
  void selectByNameIsNoSecondBest() {
    assertNull(BackendChoice.of(List.of(NO_EPOLL, SELECT), "select", null).insteadOf());
  }

  @Test
  void epollByNameIsNotReplacedBehindTheUsersBack() {
    assertRefused(
        "the epoll backend cannot be used: native access is denied: add --flag; or use --backend"
            + " select",
        List.of(NO_EPOLL, SELECT),
        "epoll",
        null);
  }

  @Test
  void aTriggerThatTheBackendLacks() {
    assertRefused(
        "the select backend is level-triggered only; leave out --trigger edge, or use --backend"
            + " epoll",
        List.of(EPOLL, SELECT),
        "select",
        Trigger.EDGE);
    assertEquals(
        Trigger.LEVEL, BackendChoice.of(List.of(EPOLL, SELECT), "select", Trigger.LEVEL).trigger());
  }

  @Test
  void anUnknownName() {
    assertRefused(
        "no backend is called 'uring'; there are: epoll, select",
        List.of(EPOLL, SELECT),
        "uring",
        null);
  }

  @Test
  void noneAtAll() {
    assertRefused(
        "the epoll backend cannot be used: native access is denied: add --flag; the select backend"
            + " cannot be used: no selector",
        List.of(NO_EPOLL, NO_SELECT),
        null,
        null);
  }

  private static void assertRefused(
      String message, List<Backend> all, @Nullable String name, @Nullable Trigger trigger) {
    var refused = assertThrows(CommandFailure.class, () -> BackendChoice.of(all, name, trigger));
    assertEquals(message, refused.getMessage());
    assertEquals(2, refused.exitCode());
  }

  /** A backend that is looked at and never opened. */
  private record Scripted(String name, @Nullable String unavailable, Trigger defaultTrigger)
      implements Backend {
    @Override
    public int rank() {
      return 0;
    }

    @Override
    public boolean has(Feature feature) {
      return defaultTrigger == Trigger.EDGE;
    }

    @Override
    public Poller openPoller(int eventsPerPoll) {
      throw new UnsupportedOperationException("scripted");
    }

    @Override
    public FileRoot openRoot(Path directory) {
      throw new UnsupportedOperationException("scripted");
    }
  }
}
