package edgewise.epoll;

import edgewise.ConnectionOptions;
import edgewise.LinuxOptions;
import edgewise.linux.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Socket options by their Java names; socket(7), tcp(7). */
final class SocketOptions {
  /** Where the kernel keeps an option of int size. */
  private record Place(int level, int name) {}

  private static final Map<SocketOption<?>, Place> PLACES =
      Map.ofEntries(
          socket(StandardSocketOptions.SO_SNDBUF, Socket.SO_SNDBUF),
          socket(StandardSocketOptions.SO_RCVBUF, Socket.SO_RCVBUF),
          socket(StandardSocketOptions.SO_KEEPALIVE, Socket.SO_KEEPALIVE),
          socket(StandardSocketOptions.SO_REUSEADDR, Socket.SO_REUSEADDR),
          socket(StandardSocketOptions.SO_REUSEPORT, Socket.SO_REUSEPORT),
          socket(StandardSocketOptions.SO_BROADCAST, Socket.SO_BROADCAST),
          tcp(StandardSocketOptions.TCP_NODELAY, Socket.TCP_NODELAY),
          tcp(LinuxOptions.TCP_CORK, Socket.TCP_CORK),
          tcp(LinuxOptions.TCP_QUICKACK, Socket.TCP_QUICKACK),
          tcp(LinuxOptions.TCP_DEFER_ACCEPT, Socket.TCP_DEFER_ACCEPT),
          tcp(LinuxOptions.TCP_USER_TIMEOUT, Socket.TCP_USER_TIMEOUT),
          tcp(LinuxOptions.TCP_KEEPIDLE, Socket.TCP_KEEPIDLE),
          tcp(LinuxOptions.TCP_KEEPINTVL, Socket.TCP_KEEPINTVL),
          tcp(LinuxOptions.TCP_KEEPCNT, Socket.TCP_KEEPCNT),
          tcp(LinuxOptions.TCP_NOTSENT_LOWAT, Socket.TCP_NOTSENT_LOWAT));

  private SocketOptions() {}

  private static Map.Entry<SocketOption<?>, Place> socket(SocketOption<?> option, int name) {
    return Map.entry(option, new Place(Socket.SOL_SOCKET, name));
  }

  private static Map.Entry<SocketOption<?>, Place> tcp(SocketOption<?> option, int name) {
    return Map.entry(option, new Place(Socket.IPPROTO_TCP, name));
  }

  /** What {@link ConnectionOptions} ask for. */
  static void apply(Kernel kernel, int fd, boolean tcp, ConnectionOptions options)
      throws IOException {
    if (tcp && options.noDelay()) {
      set(kernel, fd, StandardSocketOptions.TCP_NODELAY, true);
    }
    if (options.keepAlive()) {
      set(kernel, fd, StandardSocketOptions.SO_KEEPALIVE, true);
    }
    if (options.passCredentials()) {
      passCredentials(kernel, fd);
    }
    if (options.receiveBufferBytes() > 0) {
      set(kernel, fd, StandardSocketOptions.SO_RCVBUF, options.receiveBufferBytes());
    }
    if (options.sendBufferBytes() > 0) {
      set(kernel, fd, StandardSocketOptions.SO_SNDBUF, options.sendBufferBytes());
    }
  }

  static void passCredentials(Kernel kernel, int fd) throws IOException {
    int result = kernel.setsockopt(fd, Socket.SOL_SOCKET, Socket.SO_PASSCRED, 1);
    Failures.checked(result, "setsockopt SO_PASSCRED", "fd " + fd);
  }

  static <T> void set(Kernel kernel, int fd, SocketOption<T> option, T value) throws IOException {
    int number = number(option, value);
    if (option.equals(StandardSocketOptions.SO_LINGER)) {
      Failures.checked(kernel.setLinger(fd, number), "setsockopt SO_LINGER", "fd " + fd);
      return;
    }
    Place place = place(option);
    Failures.checked(
        kernel.setsockopt(fd, place.level, place.name, number),
        "setsockopt " + option.name(),
        "fd " + fd);
  }

  /** No switch: one over types is linked at run time, which took a tenth of the start. */
  private static int number(SocketOption<?> option, Object value) {
    if (value instanceof Boolean on) {
      return on ? 1 : 0;
    }
    if (value instanceof Integer number) {
      return number;
    }
    throw unknown(option);
  }

  static <T> T read(Kernel kernel, int fd, SocketOption<T> option) throws IOException {
    if (option.equals(StandardSocketOptions.SO_LINGER)) {
      return option.type().cast(linger(kernel, fd));
    }
    Place place = place(option);
    long result = kernel.getsockopt(fd, place.level, place.name);
    if (result < 0) {
      throw Failures.socket("getsockopt " + option.name(), "fd " + fd, (int) result);
    }
    int number = (int) result;
    if (option.type() == Boolean.class) {
      return option.type().cast(number != 0);
    }
    boolean doubled = place.name == Socket.SO_SNDBUF || place.name == Socket.SO_RCVBUF;
    // Linux doubles these for its own book-keeping, socket(7); java.net gives back what was set.
    return option.type().cast(place.level == Socket.SOL_SOCKET && doubled ? number / 2 : number);
  }

  private static Integer linger(Kernel kernel, int fd) throws IOException {
    MemorySegment both = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, 2);
    Failures.checked(
        kernel.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_LINGER, both),
        "getsockopt SO_LINGER",
        "fd " + fd);
    boolean on = both.getAtIndex(ValueLayout.JAVA_INT, 0) != 0;
    return on ? both.getAtIndex(ValueLayout.JAVA_INT, 1) : -1;
  }

  private static Place place(SocketOption<?> option) {
    @Nullable Place place = PLACES.get(option);
    if (place == null) {
      throw unknown(option);
    }
    return place;
  }

  private static UnsupportedOperationException unknown(SocketOption<?> option) {
    return new UnsupportedOperationException(
        "socket option " + option.name() + " is not known to the epoll backend");
  }
}
