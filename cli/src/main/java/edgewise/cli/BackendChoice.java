package edgewise.cli;

import edgewise.Backends;
import edgewise.Trigger;
import edgewise.spi.Backend;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The backend and the trigger mode that a command runs with.
 *
 * @param backend the one asked for, or the best one available
 * @param trigger the one asked for, or the backend's own
 * @param insteadOf why a better backend was passed over; null if none was
 */
record BackendChoice(Backend backend, Trigger trigger, @Nullable String insteadOf) {

  /**
   * Chooses.
   *
   * @param name null for the best one
   * @param trigger null for the backend's own
   * @throws CommandFailure if there is no such backend or it cannot be used like that
   */
  static BackendChoice of(@Nullable String name, @Nullable Trigger trigger) {
    return of(Backends.all(), name, trigger);
  }

  static BackendChoice of(List<Backend> all, @Nullable String name, @Nullable Trigger trigger) {
    var reasons = new StringBuilder();
    for (Backend backend : all) {
      if (name == null || name.equals(backend.name())) {
        String reason = backend.unavailable();
        if (reason == null) {
          return new BackendChoice(
              backend,
              checked(backend, trigger),
              reasons.isEmpty() ? null : "using the " + backend.name() + " backend: " + reasons);
        }
        reasons.append(reasons.isEmpty() ? "" : "; ").append(cannotBeUsed(backend, reason));
      }
    }
    if (!reasons.isEmpty()) {
      throw CommandFailure.ofUser(reasons + (name == null ? "" : others(all, name)));
    }
    throw CommandFailure.ofUser(
        "no backend is called '" + name + "'; there are: " + String.join(", ", names(all)));
  }

  private static String cannotBeUsed(Backend backend, String reason) {
    return "the " + backend.name() + " backend cannot be used: " + reason;
  }

  private static String others(List<Backend> all, String name) {
    return all.stream()
        .filter(other -> !other.name().equals(name) && other.unavailable() == null)
        .findFirst()
        .map(other -> "; or use --backend " + other.name())
        .orElse("");
  }

  private static List<String> names(List<Backend> all) {
    return all.stream().map(Backend::name).toList();
  }

  private static Trigger checked(Backend backend, @Nullable Trigger trigger) {
    if (trigger == null) {
      return backend.defaultTrigger();
    }
    if (trigger != Trigger.LEVEL && !backend.has(Backend.Feature.TRIGGERS)) {
      throw CommandFailure.ofUser(
          "the %s backend is level-triggered only; leave out --trigger %s, or use --backend epoll"
              .formatted(backend.name(), name(trigger)));
    }
    return trigger;
  }

  private static String name(Trigger trigger) {
    return trigger.name().toLowerCase(Locale.ROOT);
  }

  /** "edge", "level" or "oneshot". */
  String triggerName() {
    return name(trigger);
  }
}
