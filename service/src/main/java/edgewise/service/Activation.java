package edgewise.service;

import edgewise.Descriptor;
import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Linux;
import edgewise.linux.Socket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Socket activation: the service manager listens, and starts the server with the sockets as
 * descriptors 3, 4, ... and their number in LISTEN_FDS. LISTEN_PID says for which process they are,
 * LISTEN_FDNAMES what the unit files call them. A JVM keeps them through its start, and so does a
 * shell script that ends in {@code exec java}.
 *
 * <p>Needs native access. Any thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html">sd_listen_fds(3)</a>
 */
public final class Activation {
  /** SD_LISTEN_FDS_START. */
  public static final int FIRST_DESCRIPTOR = 3;

  /** A service has a few; more than this is a mistake, and would be asked about one by one. */
  private static final int MAX_DESCRIPTORS = 1024;

  /** What a socket is called whose name is not told, as sd_listen_fds_with_names(3) has it. */
  private static final String UNNAMED = "unknown";

  private static boolean taken;

  private Activation() {}

  /**
   * The sockets that this process was started with, in order, each owned by the caller and
   * close-on-exec; none if it was started without. They can be had once: a second call gives none.
   *
   * @throws IOException if one is not open, or not a stream socket that listens, or the variables
   *     contradict each other; the message says which, and all that were there are closed
   */
  public static synchronized List<Inherited> sockets() throws IOException {
    if (taken) {
      return List.of();
    }
    taken = true;
    return sockets(System.getenv(), ProcessHandle.current().pid(), FIRST_DESCRIPTOR);
  }

  /** Whether {@link #sockets} gives any, as far as the environment tells. Takes nothing. */
  public static boolean isOffered() {
    return !System.getenv().getOrDefault("LISTEN_FDS", "0").equals("0")
        && isForProcess(System.getenv("LISTEN_PID"), ProcessHandle.current().pid());
  }

  private static boolean isForProcess(@Nullable String listenPid, long pid) {
    return Long.toString(pid).equals(listenPid);
  }

  static List<Inherited> sockets(Map<String, String> environment, long pid, int first)
      throws IOException {
    String number = environment.get("LISTEN_FDS");
    if (number == null || !isForProcess(environment.get("LISTEN_PID"), pid)) {
      return List.of(); // for a parent, which has not unset the variables
    }
    int count = count(number);
    if (count > 0 && Linux.unavailable() != null) {
      throw new IOException("LISTEN_FDS cannot be used: " + Linux.unavailable());
    }
    var owned = new ArrayList<Descriptor>();
    try {
      List<String> names = names(environment.get("LISTEN_FDNAMES"), count);
      for (int i = 0; i < count; i++) {
        owned.add(own(first + i, names.get(i)));
      }
      var sockets = new ArrayList<Inherited>();
      for (int i = 0; i < count; i++) {
        int fd = owned.get(i).fd();
        checkListening(fd, names.get(i));
        sockets.add(new Inherited(names.get(i), LocalAddress.of(fd), false, owned.get(i)));
      }
      return sockets;
    } catch (Throwable t) {
      owned.forEach(Descriptor::close);
      throw t;
    }
  }

  private static int count(String number) throws IOException {
    int count = number.matches("[0-9]{1,9}") ? Integer.parseInt(number) : -1;
    if (count < 0 || count > MAX_DESCRIPTORS) {
      throw new IOException(
          "LISTEN_FDS=%s is not a number from 0 to %d".formatted(number, MAX_DESCRIPTORS));
    }
    return count;
  }

  private static List<String> names(@Nullable String told, int count) throws IOException {
    var names = new ArrayList<String>();
    if (told != null && !told.isEmpty()) {
      for (String name : told.split(":", -1)) {
        names.add(name.isEmpty() ? UNNAMED : name);
      }
    }
    if (names.size() > count) {
      throw new IOException(
          "LISTEN_FDNAMES=%s names %d sockets, but LISTEN_FDS=%d"
              .formatted(told, names.size(), count));
    }
    while (names.size() < count) {
      names.add(UNNAMED);
    }
    return names;
  }

  private static Descriptor own(int fd, String name) throws IOException {
    int result = File.fcntl(fd, File.F_SETFD, File.FD_CLOEXEC);
    if (result < 0) {
      throw new IOException(
          "descriptor %d, which LISTEN_FDS counts (%s), is not there: %s"
              .formatted(fd, name, Errno.describe(-result)));
    }
    return new Descriptor(fd, File::close);
  }

  private static void checkListening(int fd, String name) throws IOException {
    long domain = Socket.getsockoptInt(fd, Socket.SOL_SOCKET, Socket.SO_DOMAIN);
    String trouble =
        domain < 0
            ? "is not a socket: " + Errno.describe((int) -domain)
            : !isServed((int) domain)
                ? "is a socket of family " + domain + ", not AF_INET, AF_INET6 or AF_UNIX"
                : option(fd, Socket.SO_TYPE) != Socket.SOCK_STREAM
                    ? "is not a stream socket; use ListenStream= in its unit"
                    : option(fd, Socket.SO_ACCEPTCONN) != 1
                        ? "does not listen; use Accept=no in its unit"
                        : null;
    if (trouble != null) {
      throw new IOException("descriptor %d (%s) %s".formatted(fd, name, trouble));
    }
  }

  private static boolean isServed(int domain) {
    return domain == Socket.AF_INET || domain == Socket.AF_INET6 || domain == Socket.AF_UNIX;
  }

  private static long option(int fd, int option) {
    return Socket.getsockoptInt(fd, Socket.SOL_SOCKET, option);
  }
}
