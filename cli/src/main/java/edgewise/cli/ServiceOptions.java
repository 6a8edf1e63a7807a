package edgewise.cli;

import edgewise.Endpoint;
import edgewise.service.Activation;
import edgewise.service.WorkerCommand;
import edgewise.service.Workers;
import edgewise.spi.Backend;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options that make a server a service that can be replaced while it runs. */
final class ServiceOptions {
  private static final int MAX_DRAIN_SECONDS = 24 * 60 * 60;

  @Nullable Endpoint control;
  @Nullable Endpoint takeOver;
  private int drainSeconds = 30;
  private int workers;

  /** A worker gets its sockets from its master, whatever its own command line says. */
  private final @Nullable Endpoint master = WorkerCommand.master();

  List<Option> options() {
    return List.of(
        Option.value(
            "--control",
            "unix:/PATH",
            "Offer the listening sockets there to a successor of the same user.",
            text -> control = ControlAddress.parse(text)),
        Option.value(
            "--take-over",
            "unix:/PATH",
            "Take the listening sockets over from the server whose --control this is; it then"
                + " finishes what it has accepted, and ends.",
            text -> takeOver = ControlAddress.parse(text)),
        Option.number(
            "--drain",
            "SECONDS",
            "How long to finish what is accepted once taken over; default: 30",
            number -> drainSeconds = number),
        Option.number(
            "--workers",
            "N",
            "Serve with N processes that share the sockets; one that dies is replaced."
                + " Default: this process alone.",
            number -> workers = number));
  }

  boolean isWorker() {
    return master != null;
  }

  boolean isMaster() {
    return workers > 0 && !isWorker();
  }

  int workers() {
    return workers;
  }

  Duration drain() {
    return Duration.ofSeconds(drainSeconds);
  }

  /** Who has the sockets that this process is to take over; null for nobody. */
  @Nullable Endpoint predecessor() {
    return isWorker() ? master : takeOver;
  }

  /** How many loops if nobody says: one per processor, shared among the workers. */
  int defaultLoops() {
    int processors = Runtime.getRuntime().availableProcessors();
    return workers > 0 ? Math.max(1, processors / workers) : processors;
  }

  void check(Backend backend, List<Asked> asked) {
    if (workers < 0 || workers > Workers.MAX_COUNT) {
      throw CommandFailure.ofUser(
          "--workers %d is not between 0 and %d".formatted(workers, Workers.MAX_COUNT));
    }
    if (drainSeconds < 0 || drainSeconds > MAX_DRAIN_SECONDS) {
      throw CommandFailure.ofUser(
          "--drain %d is not between 0 and %d seconds".formatted(drainSeconds, MAX_DRAIN_SECONDS));
    }
    String used = usedWithDescriptors(asked);
    if (used != null && !backend.has(Backend.Feature.DESCRIPTORS)) {
      throw CommandFailure.ofUser(
          "the %s backend cannot pass or adopt sockets, which %s takes; use --backend epoll"
              .formatted(backend.name(), used));
    }
    if (control != null && !isWorker()) {
      ListenAddress.check(control, backend);
    }
  }

  private @Nullable String usedWithDescriptors(List<Asked> asked) {
    if (isMaster()) {
      return "--workers";
    }
    if (control != null || takeOver != null) {
      return control != null ? "--control" : "--take-over";
    }
    String passed = asked.isEmpty() && Activation.isOffered() ? "LISTEN_FDS" : null;
    return asked.stream()
        .filter(address -> address.endpoint() == null)
        .findFirst()
        .map(address -> "--listen " + address)
        .orElse(passed);
  }
}
