package edgewise.select;

import edgewise.Endpoint;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/** Endpoints and the addresses of the JDK. */
final class Addresses {
  private Addresses() {}

  /**
   * The family is named so that an IPv4 address stays one: the JDK's sockets are of IPv6 otherwise,
   * and a listener on 0.0.0.0 would accept IPv6 as well.
   */
  static ProtocolFamily family(SelectBackend backend, Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Inet inet when inet.address() instanceof Inet4Address ->
          StandardProtocolFamily.INET;
      case Endpoint.Inet _ -> StandardProtocolFamily.INET6;
      case Endpoint.Unix _ -> StandardProtocolFamily.UNIX;
      case Endpoint.Abstract name -> throw lacksAbstract(backend, name);
      case Endpoint.Unnamed _ -> throw unnamed();
    };
  }

  static SocketAddress toJdk(SelectBackend backend, Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Inet inet -> new InetSocketAddress(inet.address(), inet.port());
      case Endpoint.Unix unix -> UnixDomainSocketAddress.of(unix.path());
      case Endpoint.Abstract name -> throw lacksAbstract(backend, name);
      case Endpoint.Unnamed _ -> throw unnamed();
    };
  }

  static Endpoint fromJdk(@Nullable SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet -> new Endpoint.Inet(inet.getAddress(), inet.getPort());
      case UnixDomainSocketAddress unix when !unix.getPath().toString().isEmpty() ->
          new Endpoint.Unix(unix.getPath());
      case null, default -> new Endpoint.Unnamed();
    };
  }

  private static UnsupportedOperationException lacksAbstract(
      SelectBackend backend, Endpoint.Abstract name) {
    return backend.lacks("the abstract name " + name);
  }

  private static IllegalArgumentException unnamed() {
    return new IllegalArgumentException("an endpoint without a name cannot be bound or reached");
  }
}
