package edgewise.epoll;

import edgewise.Endpoint;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Endpoints to and from {@code struct sockaddr}, in memory that one thread reuses. Without a {@code
 * switch} over types, whose linkage at run time a server would wait for when it starts
 * (docs/startup.md).
 */
final class Addresses {
  private final Sockaddr sockaddr = Sockaddr.allocate(Arena.ofAuto());

  /** AF_INET, AF_INET6 or AF_UNIX. */
  static int family(Endpoint endpoint) {
    if (endpoint instanceof Endpoint.Inet inet) {
      return inet.address() instanceof Inet6Address ? Socket.AF_INET6 : Socket.AF_INET;
    }
    if (endpoint instanceof Endpoint.Unnamed) {
      throw new IllegalArgumentException("an unnamed socket has no address to use");
    }
    return Socket.AF_UNIX;
  }

  /** As {@link #family}; a datagram socket may have the kernel choose its name. */
  static int familyOfDatagrams(Endpoint endpoint) {
    return endpoint instanceof Endpoint.Unnamed ? Socket.AF_UNIX : family(endpoint);
  }

  /** The endpoint for the kernel; valid until the next call. */
  Sockaddr toKernel(Endpoint endpoint) {
    if (endpoint instanceof Endpoint.Inet inet) {
      int scope = inet.address() instanceof Inet6Address six ? six.getScopeId() : 0;
      return sockaddr.inet(inet.address().getAddress(), inet.port(), scope, 0);
    }
    if (endpoint instanceof Endpoint.Unix unix) {
      return sockaddr.unix(unix.path().toString().getBytes(StandardCharsets.UTF_8));
    }
    return endpoint instanceof Endpoint.Abstract name
        ? sockaddr.abstractName(name.name())
        : sockaddr.unnamed();
  }

  /** The memory itself, for a call whose answer does not matter. */
  Sockaddr scratch() {
    return sockaddr;
  }

  /** getsockname(2). */
  Endpoint local(Kernel kernel, int fd) throws IOException {
    Failures.checked(kernel.getsockname(fd, sockaddr), "getsockname", "fd " + fd);
    return fromKernel();
  }

  /** getpeername(2). */
  Endpoint remote(Kernel kernel, int fd) throws IOException {
    Failures.checked(kernel.getpeername(fd, sockaddr), "getpeername", "fd " + fd);
    return fromKernel();
  }

  private Endpoint fromKernel() throws IOException {
    return endpoint(sockaddr);
  }

  /** What the kernel has said. */
  static Endpoint endpoint(Sockaddr sockaddr) throws UnknownHostException {
    int family = sockaddr.family();
    if (family == Socket.AF_INET) {
      return new Endpoint.Inet(InetAddress.getByAddress(sockaddr.address()), sockaddr.port());
    }
    if (family == Socket.AF_INET6) {
      return new Endpoint.Inet(inet6(sockaddr.address(), sockaddr.scopeId()), sockaddr.port());
    }
    if (family != Socket.AF_UNIX || sockaddr.isUnnamed()) { // an unbound sender has no address
      return new Endpoint.Unnamed();
    }
    return sockaddr.isAbstract()
        ? new Endpoint.Abstract(sockaddr.abstractName())
        : new Endpoint.Unix(Path.of(new String(sockaddr.unixPath(), StandardCharsets.UTF_8)));
  }

  /** An IPv4-mapped address becomes an IPv4 one, as everywhere in java.net. */
  private static InetAddress inet6(byte[] address, int scope) throws UnknownHostException {
    InetAddress plain = InetAddress.getByAddress(address);
    return scope != 0 && plain instanceof Inet6Address
        ? Inet6Address.getByAddress(null, address, scope)
        : plain;
  }
}
