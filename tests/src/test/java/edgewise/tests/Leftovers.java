package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The descriptors and threads that were there before a test, and that there are no more after it.
 */
final class Leftovers {
  private final Map<Integer, String> descriptors = Descriptors.open();
  private final Set<Thread> threads = alive();

  private static Set<Thread> alive() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !thread.isDaemon() && !thread.getName().startsWith("junit-"))
        .collect(Collectors.toSet());
  }

  /** Foreign peers and the JDK may close a little later; so it looks again for a while. */
  void assertNone() {
    Rig.eventually(() -> Descriptors.count() <= descriptors.size());
    Map<Integer, String> left = Descriptors.open();
    int more = left.size() - descriptors.size();
    left.keySet().removeAll(descriptors.keySet());
    assertTrue(more <= 0, () -> "descriptors left open: " + left);
    Rig.eventually(() -> threads.containsAll(alive()));
    Set<Thread> alive = alive();
    alive.removeAll(threads);
    assertEquals(Set.of(), alive, "threads left");
  }
}
