package edgewise.cli;

import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.Trigger;
import edgewise.http.AccessLog;
import edgewise.http.Compression;
import edgewise.http.FileHandler;
import edgewise.http.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the commands that serve have in common: options, the files of a directory, and how it
 * starts, what it prints, and how it stops. A command has one and adds routes of its own.
 */
final class FileServer {
  /** What the help says at its end, before the examples of the command. */
  static final String FOOTER =
      """

      ADDRESS is one of:
        8080                TCP on 127.0.0.1, for this machine only
        HOST:8080           TCP; 0.0.0.0:8080 is for everybody, on IPv4
        [::1]:8080          TCP over IPv6
        unix:/run/app.sock  a unix socket file, removed on exit
        unix:@name          an abstract unix name (Linux)
        fd:NAME, fd:3       a socket that the service manager, or --take-over, passed

      Ctrl-C or SIGTERM finishes what is in hand and ends with exit code 0; a second
      Ctrl-C ends at once. Exit code 2: the command, or something on the machine,
      has to be put right first; one line on stderr says what.

      Examples:
      """;

  /** A thread each; far above any number of processors that helps. */
  private static final int MAX_LOOPS = 1024;

  private final List<Asked> addresses = new ArrayList<>();
  private final List<String> cacheRules = new ArrayList<>();
  private final SocketFileFlags socketFiles = new SocketFileFlags();
  private final ServiceOptions service = new ServiceOptions();
  private Path directory = Path.of(".");
  private @Nullable String backend;
  private @Nullable Trigger trigger;
  private @Nullable Integer loops;
  private boolean gzip;
  private boolean precompressed;
  private @Nullable String accessLog;

  /** All, in the order of the help. */
  List<Option> options() {
    var options = new ArrayList<Option>();
    options.add(
        Option.operand(
            "DIR", "The directory to serve; default: .", text -> directory = Path.of(text)));
    options.addAll(howToListen());
    options.addAll(howToServe());
    options.addAll(socketFiles.options());
    options.addAll(service.options());
    return options;
  }

  private List<Option> howToListen() {
    return List.of(
        Option.repeated(
            "--listen",
            "ADDRESS",
            "Where to listen; may be repeated. Port 0 takes a free one. Default: 127.0.0.1:8080",
            text -> addresses.add(ListenAddress.parse(text))),
        Option.value(
            "--backend",
            "epoll|select",
            "How to wait for I/O; default: the best that works here.",
            text -> backend = text),
        Option.value(
            "--trigger",
            "edge|level",
            "How readiness is reported; default: edge on epoll, level on select.",
            text -> trigger = TriggerName.parse(text)),
        Option.number(
            "--loops",
            "N",
            "Event loops, a thread each; default: one per processor, divided by the workers.",
            number -> loops = number));
  }

  private List<Option> howToServe() {
    return List.of(
        Option.flag(
            "--gzip",
            "Compress text, JSON and the like for clients that accept gzip.",
            on -> gzip = on),
        Option.flag(
            "--precompressed",
            "Send NAME.br or NAME.gz in place of NAME to clients that accept it.",
            on -> precompressed = on),
        Option.repeated(
            "--cache-control",
            "PATTERN=VALUE",
            "Cache-Control for the files like PATTERN, such as '*.html=no-cache'; may be repeated,"
                + " the first that fits counts.",
            cacheRules::add),
        Option.value(
            "--access-log",
            "FILE|-",
            "Append a line for each response to FILE, or print it on stdout.",
            text -> accessLog = text));
  }

  /**
   * Serves until a signal ends the process; returns only if that fails, or a successor has taken
   * over.
   *
   * @param routes adds what the command answers besides the files
   * @return the exit code
   */
  int run(Consumer<HttpServer.Builder> routes, PrintWriter out, PrintWriter err) {
    int count = loops == null ? service.defaultLoops() : loops;
    checkLoops(count);
    checkDirectory();
    BackendChoice choice = BackendChoice.of(backend, trigger);
    if (choice.insteadOf() != null && !service.isWorker()) {
      Main.printLine(err, choice.insteadOf());
    }
    List<Asked> asked = service.isWorker() ? List.of() : addresses;
    service.check(choice.backend(), asked);
    for (Asked address : asked) {
      if (address.endpoint() != null) {
        ListenAddress.check(address.endpoint(), choice.backend());
      }
    }
    Consumer<FileHandler.Builder> files = ServedFiles.of(precompressed, cacheRules);
    var failure = new CompletableFuture<Throwable>();
    Reactor reactor = openReactor(service.isMaster() ? 1 : count, choice, failure);
    try (var sockets = ListenSockets.open(reactor.loops().getFirst(), service.predecessor())) {
      List<ListenSockets.Chosen> chosen = sockets.choose(asked, err);
      var start = new Start(reactor, service, sockets, out, err, failure);
      if (service.isMaster()) {
        return start.serveByWorkers(chosen, socketFiles.listening(), count);
      }
      AccessLog log = openLog();
      return start.serve(builder(reactor, log, files, routes), chosen, log);
    } catch (CommandFailure e) {
      reactor.close();
      throw e;
    }
  }

  private static void checkLoops(int count) {
    if (count < 1 || count > MAX_LOOPS) {
      throw CommandFailure.ofUser(
          "--loops "
              + count
              + " is not between 1 and "
              + MAX_LOOPS
              + "; leave it out for one per processor");
    }
  }

  private void checkDirectory() {
    String trouble =
        !Files.exists(directory)
            ? "does not exist; name a directory to serve"
            : !Files.isDirectory(directory)
                ? "is not a directory; name the directory it is in"
                : !Files.isReadable(directory) || !Files.isExecutable(directory)
                    ? "may not be read by this user; change its permissions or name another"
                    : null;
    if (trouble != null) {
      throw CommandFailure.ofUser("'" + directory + "' " + trouble);
    }
  }

  private @Nullable AccessLog openLog() {
    try {
      return accessLog == null
          ? null
          : accessLog.equals("-") ? AccessLog.to(System.out) : AccessLog.toFile(Path.of(accessLog));
    } catch (IOException | InvalidPathException e) {
      throw CommandFailure.ofUser(
          "cannot write the access log '%s', name another file: %s".formatted(accessLog, e));
    }
  }

  private static Reactor openReactor(
      int count, BackendChoice choice, CompletableFuture<Throwable> failure) {
    var options =
        LoopOptions.builder()
            .backend(choice.backend().name())
            .trigger(choice.trigger())
            .observer((loop, cause) -> failure.complete(cause))
            .build();
    try {
      return Reactor.open(count, options);
    } catch (IOException | UnsupportedOperationException e) {
      throw CommandFailure.ofUser(
          "cannot open %d loops on the %s backend: %s; 'edgewise doctor' tells what works here"
              .formatted(count, choice.backend().name(), e.getMessage()));
    }
  }

  private HttpServer.Builder builder(
      Reactor reactor,
      @Nullable AccessLog log,
      Consumer<FileHandler.Builder> files,
      Consumer<HttpServer.Builder> routes) {
    var builder =
        HttpServer.builder()
            .reactor(reactor)
            .listenOptions(socketFiles.listening())
            .files("/", directory, files);
    routes.accept(builder);
    if (gzip) {
      builder.filter(Compression.gzip());
    }
    if (log != null) {
      builder.accessLog(log);
    }
    return builder;
  }
}
