package edgewise.cli;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.service.Activation;
import edgewise.service.Inherited;
import edgewise.service.TakeOver;
import edgewise.spi.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that other processes have passed to this one, the service manager and a predecessor,
 * matched with what the command line asks for.
 */
final class ListenSockets implements AutoCloseable {
  /** To connect, and for an answer: the other process has nothing to start first. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * One socket to listen on.
   *
   * @param endpoint where to listen anew; null for an inherited socket
   * @param inherited the socket; null for one that is to be made
   */
  record Chosen(String name, @Nullable Endpoint endpoint, @Nullable Inherited inherited) {
    /** Whether the socket file is this process's, once it is the one that serves. */
    boolean ownsFile() {
      return inherited == null || inherited.ownsFile();
    }
  }

  private final List<Inherited> inherited;
  private final @Nullable TakeOver takeOver;

  private ListenSockets(List<Inherited> inherited, @Nullable TakeOver takeOver) {
    this.inherited = inherited;
    this.takeOver = takeOver;
  }

  /** Has all that is passed to this process; asks the predecessor for it, if there is one. */
  static ListenSockets open(EventLoop loop, @Nullable Endpoint predecessor) {
    try {
      List<Inherited> activated =
          loop.backend().has(Backend.Feature.DESCRIPTORS) ? Activation.sockets() : List.of();
      var all = new ArrayList<>(activated);
      TakeOver takeOver = predecessor == null ? null : TakeOver.ask(loop, predecessor, PATIENCE);
      if (takeOver != null) {
        all.addAll(takeOver.sockets());
      }
      return new ListenSockets(all, takeOver);
    } catch (IOException e) {
      throw CommandFailure.ofUser(
          (predecessor == null ? "cannot use the sockets passed: " : "cannot take over: ")
              + e.getMessage());
    }
  }

  @Nullable TakeOver takeOver() {
    return takeOver;
  }

  /**
   * What to listen on: what is asked for, and where nothing is, all that was passed, or the
   * default. What was passed and is not asked for is closed, which is told.
   */
  List<Chosen> choose(List<Asked> asked, PrintWriter err) {
    var chosen = new ArrayList<Chosen>();
    for (Asked address : asked) {
      chosen.addAll(choose(address));
    }
    if (asked.isEmpty()) {
      inherited.forEach(socket -> chosen.add(new Chosen(socket.name(), null, socket)));
      inherited.clear();
    }
    if (chosen.isEmpty()) {
      Endpoint endpoint = Endpoint.loopback(8080);
      chosen.add(new Chosen(endpoint.toString(), endpoint, null));
    }
    for (Inherited left : inherited) {
      Main.printLine(
          err,
          "the socket %s (%s) was passed, but no --listen names it; it is closed"
              .formatted(left.name(), left.endpoint()));
      left.descriptor().close();
    }
    return chosen;
  }

  private List<Chosen> choose(Asked address) {
    List<Chosen> found =
        inherited.stream()
            .filter(address::means)
            .map(socket -> new Chosen(address.name(), null, socket))
            .toList();
    inherited.removeIf(address::means);
    if (!found.isEmpty()) {
      return found;
    }
    if (address.endpoint() == null) {
      throw CommandFailure.ofUser(
          "no socket called '%s' was passed to this process; %s"
              .formatted(
                  address.name(), inherited.isEmpty() ? "none was" : "there are: " + names()));
    }
    return List.of(new Chosen(address.name(), address.endpoint(), null));
  }

  private String names() {
    return String.join(
        ", ",
        inherited.stream()
            .map(socket -> "%s (fd:%d)".formatted(socket.name(), socket.descriptor().fd()))
            .toList());
  }

  /** Closes what is not listened on, and the connection to the predecessor. */
  @Override
  public void close() {
    inherited.forEach(socket -> socket.descriptor().close());
    if (takeOver != null) {
      takeOver.close();
    }
  }
}
