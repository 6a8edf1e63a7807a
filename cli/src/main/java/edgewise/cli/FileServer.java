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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What the commands that serve have in common: options, the files of a directory, and how it
 * starts, what it prints, and how it stops. A command mixes it in and adds routes of its own.
 */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footerHeading =
        """

        ADDRESS is one of:
          8080                TCP on 127.0.0.1, for this machine only
          HOST:8080           TCP; 0.0.0.0:8080 is for everybody, on IPv4
          [::1]:8080          TCP over IPv6
          unix:/run/app.sock  a unix socket file, removed on exit
          unix:@name          an abstract unix name (Linux)
          fd:NAME, fd:3       a socket that the service manager, or --take-over, has passed

        Ctrl-C or SIGTERM finishes what is in hand and ends with exit code 0; a second
        Ctrl-C ends at once. Exit code 2: the command, or something on the machine,
        has to be put right first; one line on stderr says what.

        Examples:
        """)
final class FileServer {
  /** A thread each; far above any number of processors that helps. */
  private static final int MAX_LOOPS = 1024;

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The directory to serve; default: .")
  private Path directory = Path.of(".");

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      converter = ListenAddress.class,
      description =
          "Where to listen; may be repeated. Port 0 takes a free one. Default: 127.0.0.1:8080")
  private List<Asked> addresses = List.of();

  @Option(
      names = "--backend",
      paramLabel = "epoll|select",
      description = "How to wait for I/O; default: the best that works here.")
  private @Nullable String backend;

  @Option(
      names = "--trigger",
      paramLabel = "edge|level",
      converter = TriggerName.class,
      description = "How readiness is reported; default: edge on epoll, level on select.")
  private @Nullable Trigger trigger;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description =
          "Event loops, a thread each; default: one per processor, divided by the workers.")
  private @Nullable Integer loops;

  @Option(
      names = "--gzip",
      description = "Compress text, JSON and the like for clients that accept gzip.")
  private boolean gzip;

  @Option(
      names = "--precompressed",
      description = "Send NAME.br or NAME.gz in place of NAME to clients that accept it.")
  private boolean precompressed;

  @Option(
      names = "--cache-control",
      paramLabel = "PATTERN=VALUE",
      description =
          "Cache-Control for the files like PATTERN, such as '*.html=no-cache'; may be repeated,"
              + " the first that fits counts.")
  private List<String> cacheRules = List.of();

  @Option(
      names = "--access-log",
      paramLabel = "FILE|-",
      description = "Append a line for each response to FILE, or print it on stdout.")
  private @Nullable String accessLog;

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private SocketFileFlags socketFiles;

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private ServiceOptions service;

  /**
   * Serves until a signal ends the process; returns only if that fails, or a successor has taken
   * over.
   *
   * @param routes adds what the command answers besides the files
   * @return the exit code
   */
  int run(Consumer<HttpServer.Builder> routes) {
    PrintWriter err = spec.commandLine().getErr();
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
      PrintWriter out = spec.commandLine().getOut();
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
