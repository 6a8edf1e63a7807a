package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Backends;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code edgewise serve --workers N}: processes that share the sockets. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
class WorkersTest {
  /** How long a hook waits for others, and has to find that there are none. */
  private static final Duration HOOKS_OF_OTHERS = Duration.ofSeconds(5);

  @TempDir static Path files;
  @TempDir Path scratch;

  @BeforeEach
  void prepare() throws Exception {
    assumeTrue(Backends.all().getFirst().unavailable() == null, "epoll cannot be used here");
    SampleFiles.in(files);
  }

  private ServeProcess serve(int workers) throws Exception {
    return ServeProcess.edgewise(
        "serve",
        files.toString(),
        "--listen",
        "0",
        "--listen",
        "unix:" + scratch.resolve("app.sock"),
        "--workers",
        Integer.toString(workers));
  }

  /** A child is the JDK's spawn helper at first. */
  private static Set<ProcessHandle> workers(ServeProcess master) {
    return master
        .handle()
        .children()
        .filter(child -> child.isAlive() && child.info().command().orElse("").endsWith("/java"))
        .collect(Collectors.toSet());
  }

  private static SteadyClient client(ServeProcess serve) throws Exception {
    URI url = serve.url();
    return SteadyClient.connectingAnew(
        new InetSocketAddress(url.getHost(), url.getPort()),
        "/index.html",
        SampleFiles.of("index.html"));
  }

  private static void awaitRequests(SteadyClient client, int more) throws InterruptedException {
    int end = client.requests() + more;
    while (client.requests() < end) {
      Thread.sleep(5); // the client goes on by itself, and nobody is told
    }
  }

  @Test
  void theAddressesArePrintedOnceAndEveryWorkerServes() throws Exception {
    try (var serve = serve(3)) {
      assertEquals("epoll backend, edge-triggered, 3 workers with 1 loop", serve.awaitStart());
      assertEquals(2, serve.addresses().size(), serve.addresses()::toString);
      Set<ProcessHandle> workers = workers(serve);
      assertEquals(3, workers.size());
      try (var client = client(serve)) {
        awaitRequests(client, 20);
        client.assertAllAnswered();
      }
      long begun = System.nanoTime();
      var ended = serve.terminate();
      assertEquals(0, ended.exitCode(), ended::toString);
      assertEquals(List.of(), ended.out());
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      assertTrue(took.compareTo(HOOKS_OF_OTHERS) < 0, "idle workers took " + took);
      assertTrue(workers.stream().noneMatch(ProcessHandle::isAlive), "the master waits for them");
      assertFalse(Files.exists(scratch.resolve("app.sock")), "the socket file is left behind");
    }
  }

  /** Who is killed takes its connections with it, and those alone. */
  @Test
  void workersThatAreKilledOneAfterAnotherAreReplaced() throws Exception {
    try (var serve = serve(3)) {
      serve.awaitStart();
      var killed = new HashSet<ProcessHandle>();
      try (var client = client(serve)) {
        for (ProcessHandle worker : workers(serve)) {
          awaitRequests(client, 20);
          worker.destroyForcibly();
          killed.add(worker);
          String line = serve.errorLine();
          assertTrue(line.contains("(pid " + worker.pid() + ") ended with 137"), line);
        }
        while (workers(serve).size() < 3) {
          Thread.sleep(5); // processes of another process: nobody tells
        }
        awaitRequests(client, 50);
        client.stop();
        assertTrue(client.failures().size() <= killed.size(), client.failures()::toString);
      }
      Set<ProcessHandle> after = workers(serve);
      after.retainAll(killed);
      assertEquals(Set.of(), after);
      assertEquals(0, serve.terminate().exitCode());
    }
  }

  @Test
  void aMasterWhoseWorkersDieTooOftenGivesUp() throws Exception {
    try (var serve = serve(1)) {
      serve.awaitStart();
      for (int i = 0; i < 6; i++) {
        ProcessHandle worker = null;
        while (worker == null) {
          Thread.sleep(5); // processes of another process: nobody tells
          worker = workers(serve).stream().findFirst().orElse(null);
        }
        worker.destroyForcibly();
        worker.onExit().get(20, TimeUnit.SECONDS);
      }
      var ended = serve.awaitEnd();
      assertEquals(1, ended.exitCode(), ended::toString);
      assertTrue(
          ended
              .err()
              .getLast()
              .matches(
                  "edgewise: gave up: worker 1 \\(pid \\d+\\) ended with 137, after 5 restarts"
                      + " within 30 seconds"),
          ended::toString);
      assertFalse(Files.exists(scratch.resolve("app.sock")));
    }
  }

  @Test
  void workersEndWithTheirMaster() throws Exception {
    try (var serve = serve(2)) {
      serve.awaitStart();
      Set<ProcessHandle> workers = workers(serve);
      assertEquals(2, workers.size());
      serve.handle().destroyForcibly();
      for (ProcessHandle worker : workers) {
        worker.onExit().get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void workersThatCannotStartAreToldInOneLine() throws Exception {
    try (var serve =
        ServeProcess.edgewise(
            "serve", files.toString(), "--listen", "0", "--workers", "1", "--access-log", "/")) {
      var ended = serve.awaitEnd();
      assertEquals(2, ended.exitCode(), ended::toString);
      String last = ended.err().getLast();
      assertTrue(last.startsWith("edgewise: cannot start the workers: worker 1 "), last);
      assertTrue(last.endsWith("after 5 restarts within 30 seconds"), last);
    }
  }

  @Test
  void selectHasNoWorkers() throws Exception {
    try (var serve = ServeProcess.edgewise("serve", "--backend", "select", "--workers", "2")) {
      var ended = serve.awaitEnd();
      assertEquals(2, ended.exitCode());
      assertEquals(
          List.of(
              "edgewise: the select backend cannot pass or adopt sockets, which --workers takes;"
                  + " use --backend epoll"),
          ended.err());
    }
  }
}
