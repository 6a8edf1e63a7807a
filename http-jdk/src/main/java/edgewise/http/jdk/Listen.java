package edgewise.http.jdk;

import edgewise.Endpoint;
import edgewise.ListenOptions;
import edgewise.http.HttpHandler;
import edgewise.http.HttpLimits;
import edgewise.http.HttpServer;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Listens as a socket of the JDK does. */
final class Listen {
  private Listen() {}

  /**
   * Opens an Edgewise server on that address.
   *
   * @param backlog 0 or less for the default
   */
  static HttpServer on(
      InetSocketAddress address, int backlog, HttpLimits limits, HttpHandler handler)
      throws IOException {
    if (address.isUnresolved()) {
      throw new SocketException("the host of " + address + " is not known");
    }
    ListenOptions how =
        backlog > 0 ? ListenOptions.DEFAULT.withBacklog(backlog) : ListenOptions.DEFAULT;
    HttpServer.Builder server =
        HttpServer.builder()
            .limits(limits)
            .listenOptions(how)
            .handler(HttpHandler.streaming(handler))
            .listen(endpoint(address));
    return onDaemonThread(server);
  }

  /**
   * To the JDK the wildcard means IPv6 as well, whichever way it is written, unless a program wants
   * IPv4 alone; to the kernel 0.0.0.0 is IPv4 alone, and :: is both, ipv6(7).
   */
  private static Endpoint endpoint(InetSocketAddress address) throws IOException {
    boolean both =
        address.getAddress() instanceof Inet4Address wildcard
            && wildcard.isAnyLocalAddress()
            && !Boolean.getBoolean("java.net.preferIPv4Stack")
            && hasIpv6();
    InetAddress to = both ? InetAddress.getByAddress(new byte[16]) : address.getAddress();
    return new Endpoint.Inet(to, address.getPort());
  }

  /** A kernel without IPv6, or one told to do without, gives no interface such an address. */
  private static boolean hasIpv6() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .anyMatch(Inet6Address.class::isInstance);
  }

  /**
   * Loops are daemons if whoever opens them is. As in the JDK, a server that is bound and never
   * started must not keep the program running; a started one does, by its dispatcher.
   */
  private static HttpServer onDaemonThread(HttpServer.Builder server) throws IOException {
    var started = new CompletableFuture<HttpServer>();
    Thread.ofPlatform()
        .daemon()
        .name("edgewise-http-bind")
        .start(() -> {
          try {
            started.complete(server.start());
          } catch (Throwable t) {
            started.completeExceptionally(t);
          }
        });
    try {
      return started.join();
    } catch (CompletionException e) {
      throw rethrown(e.getCause());
    }
  }

  private static IOException rethrown(@Nullable Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> new IOException(cause);
    };
  }

  /** Where it listens, with the real port. */
  static InetSocketAddress address(HttpServer server) {
    var endpoint = (Endpoint.Inet) server.endpoints().getFirst();
    return new InetSocketAddress(endpoint.address(), endpoint.port());
  }
}
