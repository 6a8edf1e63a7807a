import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes the AOT cache (JEP 514) that {@code ./edgewise} starts with: a training run of {@code
 * edgewise serve} on the JVM that runs this, which answers some requests and is told to end.
 *
 * <p>{@code AotCache LIB CACHE}: LIB is the folder of the jars, CACHE the file to make. Beside it a
 * text file remembers which JVM and which jars it was made with, so that a build that changed
 * nothing trains nothing. A training that fails does not fail the build: it says so, and there is
 * no cache.
 */
public final class AotCache {
  /** For the server to start, to answer, to write the cache: each takes a second or two. */
  private static final long PATIENCE_SECONDS = 60;

  private static final int ROUNDS = 20;

  /** A file, a listing, a file that is not there, one that has not changed, a part of one. */
  private static final List<String> REQUESTS =
      List.of(
          "GET /a.txt HTTP/1.1\r\nHost: localhost\r\n",
          "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: training\r\nAccept: */*\r\n",
          "GET /none HTTP/1.1\r\nHost: localhost\r\n",
          "GET /a.txt HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n",
          "GET /a.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=1-9\r\n",
          "HEAD /a.txt HTTP/1.1\r\nHost: localhost\r\n");

  private final Path lib;
  private final Path cache;
  private final Path memory;

  private AotCache(Path lib, Path cache) {
    this.lib = lib;
    this.cache = cache;
    this.memory = Path.of(cache + ".txt");
  }

  public static void main(String[] args) throws IOException {
    new AotCache(Path.of(args[0]).toRealPath(), Path.of(args[1]).toAbsolutePath()).run();
  }

  private void run() throws IOException {
    String ingredients = ingredients();
    if (Files.exists(cache)
        && Files.exists(memory)
        && Files.readString(memory).equals(ingredients)) {
      return;
    }
    Files.deleteIfExists(cache);
    Path made = Path.of(cache + ".new");
    Path work = null;
    try {
      work = Files.createTempDirectory("edgewise-aot");
      train(work, made);
      Files.writeString(memory, ingredients);
      Files.move(made, cache, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | ExecutionException | TimeoutException e) {
      System.err.println("edgewise: no AOT cache, ./edgewise starts without one: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the build ends, and says so itself
    } finally {
      Files.deleteIfExists(made);
      delete(work);
    }
  }

  /** With what a server that was killed has left there: its socket, the lock beside it. */
  private static void delete(Path directory) throws IOException {
    if (directory != null) {
      try (var all = Files.walk(directory)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  /** What the JVM compares before it uses a cache. */
  private String ingredients() throws IOException {
    var lines = new ArrayList<String>();
    lines.add(Runtime.version() + " " + String.join(" ", command()));
    try (var jars = Files.list(lib)) {
      for (Path jar : jars.sorted().toList()) {
        lines.add(jar + " " + Files.size(jar) + " " + Files.getLastModifiedTime(jar));
      }
    }
    return String.join("\n", lines);
  }

  /** As in ./edgewise: the JVM ignores a cache made with another module path or other modules. */
  private List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--module-path=" + lib,
        "--add-modules=ALL-MODULE-PATH",
        "--enable-native-access=edgewise.linux");
  }

  private void train(Path work, Path made)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    Path files = Files.createDirectory(work.resolve("files"));
    Files.writeString(files.resolve("a.txt"), "a line\n".repeat(100));
    Path socket = work.resolve("socket");
    Process server = start(made, files, socket, work.resolve("log"));
    try {
      int port = within(() -> port(server));
      within(() -> ask(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
      within(() -> ask(UnixDomainSocketAddress.of(socket)));
      server.destroy(); // SIGTERM: it ends in good order, and then writes the cache
      if (!server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || !Files.exists(made)) {
        throw new IOException("the training run wrote none: " + lastLine(work.resolve("log")));
      }
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly();
    }
  }

  private Process start(Path made, Path files, Path socket, Path log) throws IOException {
    var command = new ArrayList<>(command());
    command.add("-XX:AOTCacheOutput=" + made);
    // By default some 200 lines on stdout, which nobody reads any more: what was left out, and why.
    command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
    command.addAll(List.of("-m", "edgewise.cli/edgewise.cli.Main", "serve", files.toString()));
    command.addAll(List.of("--listen=127.0.0.1:0", "--listen=unix:" + socket));
    var builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return builder.start();
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.isEmpty() ? "" : lines.getLast();
  }

  private interface Step<T> {
    T run() throws IOException;
  }

  private static <T> T within(Step<T> step)
      throws InterruptedException, ExecutionException, TimeoutException {
    var result = new CompletableFuture<T>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            result.complete(step.run());
          } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Reads what the server prints up to the last line, "... backend, ...". */
  private static int port(Process server) throws IOException {
    int port = 0;
    BufferedReader out = server.inputReader();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("http:")) {
        port = URI.create(line).getPort();
      } else if (line.contains(" backend, ")) {
        return port;
      }
    }
    throw new IOException("the server of the training run has ended");
  }

  /** On a connection for each request, and on one for all of them. */
  private static boolean ask(SocketAddress address) throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      var all = new StringBuilder();
      for (String request : REQUESTS) {
        exchange(address, request + "Connection: close\r\n\r\n");
        all.append(request).append("\r\n");
      }
      exchange(address, all + REQUESTS.getFirst() + "Connection: close\r\n\r\n");
    }
    return true;
  }

  /** Sends it, and reads until the server has closed the connection. */
  private static void exchange(SocketAddress address, String requests) throws IOException {
    try (SocketChannel channel = SocketChannel.open(address)) {
      ByteBuffer sent = StandardCharsets.US_ASCII.encode(requests);
      while (sent.hasRemaining()) {
        channel.write(sent);
      }
      ByteBuffer answer = ByteBuffer.allocate(1 << 16);
      while (channel.read(answer) >= 0) {
        answer.clear();
      }
    }
  }
}
