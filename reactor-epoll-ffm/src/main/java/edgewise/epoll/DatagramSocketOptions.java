package edgewise.epoll;

import edgewise.DatagramOptions;
import edgewise.Endpoint;
import edgewise.linux.GroupReq;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;

/** Options of datagram sockets; socket(7), ip(7), ipv6(7), udp(7), unix(7). */
final class DatagramSocketOptions {
  /** Where the kernel keeps an option, by the family of the socket. */
  private record Place(int level, int name) {}

  private DatagramSocketOptions() {}

  /** What {@link DatagramOptions} ask for; what is so anyway is not set. */
  static void apply(Kernel kernel, int fd, int family, DatagramOptions options) throws IOException {
    flag(kernel, fd, options.reuseAddress(), StandardSocketOptions.SO_REUSEADDR);
    flag(kernel, fd, options.reusePort(), StandardSocketOptions.SO_REUSEPORT);
    flag(kernel, fd, options.broadcast(), StandardSocketOptions.SO_BROADCAST);
    if (options.receiveBufferBytes() > 0) {
      SocketOptions.set(kernel, fd, StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
    }
    if (options.sendBufferBytes() > 0) {
      SocketOptions.set(kernel, fd, StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
    }
    if (family == Socket.AF_UNIX) {
      if (options.passCredentials()) {
        set(kernel, fd, Socket.SOL_SOCKET, Socket.SO_PASSCRED, 1, "SO_PASSCRED");
      }
      return;
    }
    applyInet(kernel, fd, family, options);
    if (options.coalescing()) {
      // The kernel may be older than 5.0, which brought it; then datagrams just come one by one.
      kernel.setsockopt(fd, Socket.SOL_UDP, Socket.UDP_GRO, 1);
    }
  }

  private static void applyInet(Kernel kernel, int fd, int family, DatagramOptions options)
      throws IOException {
    boolean six = family == Socket.AF_INET6;
    // A socket gets what it has joined, and not what others on this machine have; as in the JDK.
    kernel.setsockopt(fd, Socket.IPPROTO_IP, Socket.IP_MULTICAST_ALL, 0);
    if (six) {
      kernel.setsockopt(fd, Socket.IPPROTO_IPV6, Socket.IPV6_MULTICAST_ALL, 0); // since Linux 4.20
    }
    // Off as well: an adopted socket may have it on, and EPOLLERR stays until the queue is empty.
    int errors = options.networkErrors() ? 1 : 0;
    set(kernel, fd, Socket.IPPROTO_IP, Socket.IP_RECVERR, errors, "IP_RECVERR");
    if (six) {
      set(kernel, fd, Socket.IPPROTO_IPV6, Socket.IPV6_RECVERR, errors, "IPV6_RECVERR");
    }
    if (!options.multicastLoop()) {
      set(kernel, fd, family, StandardSocketOptions.IP_MULTICAST_LOOP, false);
    }
    if (options.multicastTtl() != 1) {
      set(kernel, fd, family, StandardSocketOptions.IP_MULTICAST_TTL, options.multicastTtl());
    }
    if (options.multicastInterface() != null) {
      set(kernel, fd, family, StandardSocketOptions.IP_MULTICAST_IF, options.multicastInterface());
    }
  }

  private static void flag(Kernel kernel, int fd, boolean on, SocketOption<Boolean> option)
      throws IOException {
    if (on) {
      SocketOptions.set(kernel, fd, option, true);
    }
  }

  private static void set(Kernel kernel, int fd, int level, int name, int value, String option)
      throws IOException {
    Failures.checked(kernel.setsockopt(fd, level, name, value), "setsockopt " + option, "fd " + fd);
  }

  static <T> void set(Kernel kernel, int fd, int family, SocketOption<T> option, T value)
      throws IOException {
    if (value instanceof NetworkInterface out) {
      multicastInterface(kernel, fd, family, out.getIndex());
      return;
    }
    Place place = place(family, option);
    if (place == null) {
      SocketOptions.set(kernel, fd, option, value);
    } else {
      int number = value instanceof Boolean on ? (on ? 1 : 0) : ((Number) value).intValue();
      set(kernel, fd, place.level, place.name, number, option.name());
    }
  }

  static <T> T read(Kernel kernel, int fd, int family, SocketOption<T> option) throws IOException {
    Place place = place(family, option);
    if (place == null) {
      return SocketOptions.read(kernel, fd, option);
    }
    long result = kernel.getsockopt(fd, place.level, place.name);
    if (result < 0) {
      throw Failures.socket("getsockopt " + option.name(), "fd " + fd, (int) result);
    }
    Object value = option.type() == Boolean.class ? (Object) (result != 0) : (Integer) (int) result;
    return option.type().cast(value);
  }

  private static void multicastInterface(Kernel kernel, int fd, int family, int index)
      throws IOException {
    if (family == Socket.AF_INET6) {
      int level = Socket.IPPROTO_IPV6;
      set(kernel, fd, level, Socket.IPV6_MULTICAST_IF, index, "IPV6_MULTICAST_IF");
      return;
    }
    var value = GroupReq.ofInterface(Arena.ofAuto(), index).segment();
    Failures.checked(
        kernel.setsockopt(fd, Socket.IPPROTO_IP, Socket.IP_MULTICAST_IF, value),
        "setsockopt IP_MULTICAST_IF",
        "fd " + fd);
  }

  /** Null for options that are not of IP. */
  private static @Nullable Place place(int family, SocketOption<?> option) {
    boolean six = family == Socket.AF_INET6;
    int level = six ? Socket.IPPROTO_IPV6 : Socket.IPPROTO_IP;
    if (option.equals(StandardSocketOptions.IP_MULTICAST_LOOP)) {
      return new Place(level, six ? Socket.IPV6_MULTICAST_LOOP : Socket.IP_MULTICAST_LOOP);
    }
    if (option.equals(StandardSocketOptions.IP_MULTICAST_TTL)) {
      return new Place(level, six ? Socket.IPV6_MULTICAST_HOPS : Socket.IP_MULTICAST_TTL);
    }
    if (option.equals(StandardSocketOptions.IP_TOS)) {
      return new Place(level, six ? Socket.IPV6_TCLASS : Socket.IP_TOS);
    }
    return null;
  }

  /** Joins or leaves a group, by the protocol-independent options of RFC 3678 section 5. */
  static void membership(
      Kernel kernel,
      int fd,
      boolean join,
      InetAddress group,
      NetworkInterface on,
      @Nullable InetAddress source)
      throws IOException {
    if (!group.isMulticastAddress()) {
      throw new IllegalArgumentException("not a multicast address: " + group.getHostAddress());
    }
    int level = group instanceof Inet6Address ? Socket.IPPROTO_IPV6 : Socket.IPPROTO_IP;
    int option =
        source == null
            ? (join ? Socket.MCAST_JOIN_GROUP : Socket.MCAST_LEAVE_GROUP)
            : (join ? Socket.MCAST_JOIN_SOURCE_GROUP : Socket.MCAST_LEAVE_SOURCE_GROUP);
    Sockaddr from = source == null ? null : sockaddr(source);
    var value = GroupReq.of(Arena.ofAuto(), on.getIndex(), sockaddr(group), from).segment();
    String call = join ? "join multicast group" : "leave multicast group";
    Failures.checked(
        kernel.setsockopt(fd, level, option, value),
        call,
        group.getHostAddress() + " on " + on.getName());
  }

  private static Sockaddr sockaddr(InetAddress address) {
    return new Addresses().toKernel(new Endpoint.Inet(address, 0));
  }
}
