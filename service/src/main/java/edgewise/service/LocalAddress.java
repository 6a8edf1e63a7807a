package edgewise.service;

import edgewise.Endpoint;
import edgewise.linux.Errno;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a socket is bound to, getsockname(2). */
final class LocalAddress {
  private LocalAddress() {}

  static Endpoint of(int fd) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      var address = Sockaddr.allocate(arena);
      int result = Socket.getsockname(fd, address);
      if (result < 0) {
        throw new IOException("getsockname fd " + fd + ": " + Errno.describe(-result));
      }
      return switch (address.family()) {
        case Socket.AF_INET, Socket.AF_INET6 -> inet(address);
        case Socket.AF_UNIX -> unix(address);
        default -> throw new IOException("fd " + fd + " is of family " + address.family());
      };
    }
  }

  private static Endpoint inet(Sockaddr from) throws IOException {
    InetAddress address = InetAddress.getByAddress(from.address());
    int scope = from.family() == Socket.AF_INET6 ? from.scopeId() : 0;
    boolean scoped = scope != 0 && address instanceof Inet6Address;
    return new Endpoint.Inet(
        scoped ? Inet6Address.getByAddress(null, from.address(), scope) : address, from.port());
  }

  private static Endpoint unix(Sockaddr from) {
    if (from.isUnnamed()) {
      return new Endpoint.Unnamed();
    }
    return from.isAbstract()
        ? new Endpoint.Abstract(from.abstractName())
        : new Endpoint.Unix(Path.of(new String(from.unixPath(), StandardCharsets.UTF_8)));
  }
}
