package edgewise.tests;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A reverse proxy as a process of its own. It listens on a socket file, since a free TCP port would
 * have to be guessed; closing it ends it by its handle.
 */
final class Proxy implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 20;

  private final Process process;
  private final Path log;
  private final Path front;

  private Proxy(List<String> command, Path directory, Path front) throws IOException {
    this.front = front;
    log = directory.resolve("log");
    process = Programs.start(command, log);
  }

  /**
   * nginx with kept connections to the server; paths below {@code /old/} are passed on by HTTP/1.0.
   * One process, which keeps everything in the directory.
   */
  static Proxy nginx(Path scratch, String server) throws IOException {
    Path directory = Files.createTempDirectory(scratch, "nginx");
    Path front = directory.resolve("front");
    Path configuration =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            pid %1$s/pid;
            error_log stderr warn;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              client_max_body_size 0;
              upstream edgewise { server %2$s; keepalive 50; }
              server {
                listen unix:%3$s;
                location / {
                  proxy_pass http://edgewise;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_request_buffering off;
                }
                location /old/ { proxy_pass http://edgewise/; }
              }
            }
            """
                .formatted(directory, server, front));
    var command = List.of("nginx", "-e", "stderr", "-p", directory + "/", "-c", "" + configuration);
    return new Proxy(command, directory, front).awaitStart();
  }

  /**
   * HAProxy with kept connections to the server. One thread, since each has connections its own.
   */
  static Proxy haproxy(Path scratch, String server) throws IOException {
    Path directory = Files.createTempDirectory(scratch, "haproxy");
    Path front = directory.resolve("front");
    Path configuration =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            global
              nbthread 1
              maxconn 200
            defaults
              mode http
              timeout connect 10s
              timeout client 20s
              timeout server 20s
              http-reuse always
            listen front
              bind unix@%s
              server edgewise %s
            """
                .formatted(front, server));
    var command = List.of("haproxy", "-db", "-f", configuration.toString());
    return new Proxy(command, directory, front).awaitStart();
  }

  private Proxy awaitStart() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (!isListening()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        close();
        return fail("the proxy does not start: " + Files.readString(log));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    return this;
  }

  private boolean isListening() {
    try (var probe = SocketChannel.open(UnixDomainSocketAddress.of(front))) {
      return probe.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Runs curl with options, split at blanks, for some paths, each without its first slash. */
  Programs.Ran curl(String options, String... paths) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-sS", "--unix-socket", front.toString()));
    if (!options.isEmpty()) {
      command.addAll(List.of(options.split(" ", -1)));
    }
    for (String path : paths) {
      command.add("http://localhost/" + path);
    }
    Programs.Ran ran = Programs.run(command);
    if (ran.exitCode() != 0) {
      fail(ran + "\n" + Files.readString(log));
    }
    return ran;
  }

  @Override
  public void close() {
    Programs.end(process);
  }
}
