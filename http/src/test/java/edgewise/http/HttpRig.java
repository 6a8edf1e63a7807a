package edgewise.http;

import edgewise.ConnectionOptions;
import edgewise.Endpoint;
import edgewise.EventLoop;
import edgewise.ListenOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** An HTTP server on a loop that the test drives, with clients in memory and a clock of its own. */
final class HttpRig implements AutoCloseable {
  final EventLoop loop;
  final MemoryPoller poller;
  final HttpProtocol protocol;

  HttpRig(HttpHandler handler) {
    this(handler, HttpLimits.DEFAULT);
  }

  HttpRig(HttpHandler handler, HttpLimits limits) {
    try {
      loop = EventLoop.open();
      poller = ((MemoryBackend) loop.backend()).poller;
      protocol = new HttpProtocol(handler, limits, ErrorHandler.PLAIN, null);
      var connections = ConnectionOptions.builder().maxUnconsumedBytes(Integer.MAX_VALUE).build();
      loop.listen(
          Endpoint.loopback(0), ListenOptions.DEFAULT.withConnections(connections), protocol);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client that the server has accepted. */
  MemorySocket connect() {
    MemorySocket client = poller.connectClient();
    run();
    return client;
  }

  /** A client with an address. */
  MemorySocket connectFrom(String address) {
    MemorySocket client = poller.connectClient();
    client.remote = Endpoint.parse(address.contains(":") ? "[" + address + "]:9" : address + ":9");
    run();
    return client;
  }

  /** Runs the loop until nothing happens any more. */
  void run() {
    int quiet = 0;
    while (quiet < 2 && !loop.isClosed()) {
      long before = poller.activity;
      loop.turn(Duration.ZERO);
      quiet = poller.activity == before ? quiet + 1 : 0;
    }
  }

  /** Runs the loop until something that other threads bring about has come true. */
  void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 20 seconds: " + what);
      }
      loop.turn(Duration.ZERO);
      Thread.onSpinWait();
    }
    run();
  }

  /** Lets time pass, in steps, so that one timer can set the next. */
  void pass(Duration time) {
    Duration step = Duration.ofMillis(500);
    for (Duration done = Duration.ZERO; done.compareTo(time) < 0; done = done.plus(step)) {
      poller.advance(step);
      run();
    }
  }

  /** Cuts off all clients. */
  void abortAll() {
    protocol.loops().forEach(HttpLoop::abort);
    run();
  }

  /** Sends octets and returns what comes back. */
  String exchange(String octets) {
    MemorySocket client = connect();
    client.send(octets);
    run();
    return client.received();
  }

  /**
   * What a client has got, as soon as that is so many whole answers, be they from other threads.
   */
  Answers answers(MemorySocket client, int count) {
    await(
        count + " answers",
        () -> {
          List<Answers.Answer> finals = Answers.read(client.received(), false).finals();
          return finals.size() == count && finals.getLast().complete();
        });
    return Answers.read(client.received(), false);
  }

  /** The answer to one request, on a connection of its own. */
  Answers.Answer answer(String request) {
    MemorySocket client = connect();
    client.send(request);
    return answers(client, 1).only();
  }

  @Override
  public void close() {
    loop.close();
  }
}
