package edgewise.cli;

import edgewise.spi.Backend;
import edgewise.spi.Poller;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether each backend works, the best one first. */
final class BackendFindings {
  private BackendFindings() {}

  /** At least one finding, and the first is about the best backend. */
  static List<Finding> of(List<Backend> backends) {
    if (backends.isEmpty()) {
      return List.of(
          Finding.fail(
              "backend",
              "none found",
              "put edgewise-reactor-epoll-ffm and edgewise-reactor-select on the module path"));
    }
    var findings = new ArrayList<Finding>();
    for (Backend backend : backends) {
      findings.add(finding(backend, findings.isEmpty()));
    }
    return findings;
  }

  private static Finding finding(Backend backend, boolean best) {
    String name = "backend " + backend.name();
    String reason = backend.unavailable();
    if (reason == null) {
      reason = failureOf(backend);
    }
    if (reason != null) {
      return best
          ? Finding.fail(name, "cannot be used", reason)
          : Finding.warn(name, "cannot be used", reason);
    }
    String trigger = backend.defaultTrigger().name().toLowerCase(Locale.ROOT);
    return Finding.ok(name, "works, " + trigger + "-triggered" + (best ? ", used by default" : ""));
  }

  /** Its poller is opened and woken: a sandbox may refuse calls that the C library has. */
  private static @Nullable String failureOf(Backend backend) {
    try {
      Poller poller = backend.openPoller(1);
      try {
        poller.wakeup();
        poller.poll(0);
        return null;
      } finally {
        poller.close();
      }
    } catch (IOException | RuntimeException e) {
      return e + "; a container or sandbox that filters system calls has to let it pass";
    }
  }
}
