package edgewise.cli;

import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import edgewise.Listener;
import edgewise.Reactor;
import edgewise.http.AccessLog;
import edgewise.http.HttpServer;
import edgewise.service.Inherited;
import edgewise.service.Offered;
import edgewise.service.WorkerCommand;
import edgewise.service.Workers;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * From sockets to what runs on them: a server in this process, or a master and its workers, each of
 * which is the same command and comes by here as a server.
 *
 * @param reactor closed by whoever calls, if starting fails
 * @param failure completes when a loop fails
 */
record Start(
    Reactor reactor,
    ServiceOptions options,
    ListenSockets sockets,
    PrintWriter out,
    PrintWriter err,
    CompletableFuture<Throwable> failure) {

  /** Serves in this process; returns the exit code. */
  int serve(
      HttpServer.Builder builder, List<ListenSockets.Chosen> chosen, @Nullable AccessLog log) {
    HttpServer server = listen(builder, chosen);
    var running = new RunningServer(server, reactor, log, failure);
    var service = new Service(running, running::drain, options, loop());
    int count = reactor.loops().size();
    return run(service, offered(server, chosen), count + (count == 1 ? " loop" : " loops"));
  }

  /** Serves in other processes; returns the exit code. */
  int serveByWorkers(List<ListenSockets.Chosen> chosen, ListenOptions how, int loopsEach) {
    var offered = new ArrayList<Offered>();
    Workers workers;
    try {
      for (ListenSockets.Chosen socket : chosen) {
        offered.add(paused(socket, how));
      }
      var many = Workers.Options.of(options.workers());
      workers = Workers.start(loop(), offered, many, WorkerCommand::sameProgram);
    } catch (IOException | IllegalArgumentException e) {
      throw cannotListen(e);
    }
    var running = new RunningWorkers(workers, reactor, offered, failure);
    var service = new Service(running, running::drain, options, loop());
    try {
      workers.awaitReady(Workers.Options.of(options.workers()).readyWithin());
    } catch (IOException e) {
      service.close();
      throw CommandFailure.ofUser("cannot start the workers: " + e.getMessage());
    }
    String each = loopsEach == 1 ? "1 loop" : loopsEach + " loops";
    int count = options.workers();
    return run(service, offered, count + (count == 1 ? " worker" : " workers") + " with " + each);
  }

  private int run(Service service, List<Offered> offered, String what) {
    StopOnSignal stop = StopOnSignal.install(service, err);
    try {
      service.begin(sockets, offered);
    } catch (CommandFailure e) {
      stop.uninstall();
      service.close();
      throw e;
    }
    if (!options.isWorker()) {
      print(offered, what);
      service.tellReady("serving on " + addresses(offered), reactor.loops());
    }
    return stop.await();
  }

  private EventLoop loop() {
    return reactor.loops().getFirst();
  }

  private HttpServer listen(HttpServer.Builder builder, List<ListenSockets.Chosen> chosen) {
    for (ListenSockets.Chosen socket : chosen) {
      Inherited inherited = socket.inherited();
      if (inherited != null) {
        builder.listen(inherited.descriptor());
      } else if (socket.endpoint() != null) {
        builder.listen(socket.endpoint());
      }
    }
    try {
      return builder.start();
    } catch (SocketException | UnsupportedOperationException | IllegalArgumentException e) {
      throw cannotListen(e);
    } catch (IOException e) {
      throw CommandFailure.ofUser("cannot serve: " + e.getMessage());
    }
  }

  private static CommandFailure cannotListen(Exception e) {
    return CommandFailure.ofUser("cannot listen, try another --listen ADDRESS: " + e.getMessage());
  }

  private Offered paused(ListenSockets.Chosen socket, ListenOptions how) throws IOException {
    Inherited inherited = socket.inherited();
    return inherited != null
        ? Offered.paused(loop(), socket.name(), inherited)
        : Offered.paused(loop(), socket.name(), Objects.requireNonNull(socket.endpoint()), how);
  }

  /** In the order of the choice; a server lists those of addresses first, then those of sockets. */
  private static List<Offered> offered(HttpServer server, List<ListenSockets.Chosen> chosen) {
    List<Reactor.Listening> all = server.listenings();
    int anew = (int) chosen.stream().filter(socket -> socket.inherited() == null).count();
    var made = all.subList(0, anew).iterator();
    var adopted = all.subList(anew, all.size()).iterator();
    var offered = new ArrayList<Offered>();
    for (ListenSockets.Chosen socket : chosen) {
      Reactor.Listening listening = socket.inherited() == null ? made.next() : adopted.next();
      offered.add(new Offered(socket.name(), listening, socket.ownsFile()));
    }
    return offered;
  }

  /** Each once. Not by distinct(): a record's hash code is linked at run time, docs/startup.md. */
  private static List<Endpoint> addresses(List<Offered> offered) {
    var addresses = new ArrayList<Endpoint>();
    var texts = new HashSet<String>();
    for (Offered each : offered) {
      for (Listener listener : each.listeners()) {
        if (texts.add(listener.endpoint().toString())) {
          addresses.add(listener.endpoint());
        }
      }
    }
    return addresses;
  }

  /** What runs, asked of what runs. */
  private void print(List<Offered> offered, String what) {
    for (Endpoint endpoint : addresses(offered)) {
      out.println(PrintedAddress.of(endpoint));
    }
    String trigger = BackendChoice.name(loop().trigger());
    out.println(reactor.backend().name() + " backend, " + trigger + "-triggered, " + what);
    out.flush();
  }
}
