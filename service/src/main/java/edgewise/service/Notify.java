package edgewise.service;

import edgewise.linux.Errno;
import edgewise.linux.File;
import edgewise.linux.Linux;
import edgewise.linux.Sockaddr;
import edgewise.linux.Socket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how this process is, sd_notify(3): a datagram with assignments such as
 * {@code READY=1} to the socket that NOTIFY_SOCKET names. Where that is not set every method does
 * nothing and returns false.
 *
 * <p>Any thread, loops included: nothing waits. A socket is made for each message, as libsystemd
 * does, so there is nothing to close. Needs native access.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>
 */
public final class Notify {
  private static final Logger LOG = LoggerFactory.getLogger(Notify.class);

  private final @Nullable String address;

  private Notify(@Nullable String address) {
    this.address = address;
  }

  /** As NOTIFY_SOCKET says: a path, or an abstract name behind {@code @}. */
  public static Notify fromEnvironment() {
    return to(System.getenv("NOTIFY_SOCKET"));
  }

  /**
   * To a socket.
   *
   * @param address as in NOTIFY_SOCKET; null or another form for nobody
   */
  static Notify to(@Nullable String address) {
    if (address == null || address.isEmpty()) {
      return new Notify(null);
    }
    String trouble =
        !address.startsWith("/") && !address.startsWith("@")
            ? "it is neither a path nor an abstract name"
            : Linux.unavailable();
    if (trouble != null) {
      LOG.warn("NOTIFY_SOCKET={} cannot be used: {}", address, trouble);
      return new Notify(null);
    }
    return new Notify(address);
  }

  /** Whether anybody wants to know. */
  public boolean isActive() {
    return address != null;
  }

  /** Start-up, or a reload, is complete. */
  public boolean ready() {
    return send("READY=1");
  }

  /** The service begins to end. */
  public boolean stopping() {
    return send("STOPPING=1");
  }

  /** The service takes up its configuration anew; {@link #ready} ends that. */
  public boolean reloading() {
    // HotSpot's nanoTime is CLOCK_MONOTONIC on Linux, which is the clock the manager compares with.
    return send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
  }

  /** The service is alive; see {@link Watchdog}. */
  public boolean watchdog() {
    return send("WATCHDOG=1");
  }

  /** What it does, for people: one line. */
  public boolean status(String line) {
    return send("STATUS=" + line.replaceAll("\\s*\\R\\s*", " "));
  }

  /** Another process is the service from now on. */
  public boolean mainPid(long pid) {
    return send("MAINPID=" + pid);
  }

  /**
   * Sends assignments, divided by newlines.
   *
   * @return whether the message is on its way: false if nobody wants it, the manager's queue is
   *     full just now (EAGAIN), or it cannot be reached, which is logged
   */
  public boolean send(String assignments) {
    String to = address;
    if (to == null) {
      return false;
    }
    int result = send(to, assignments.getBytes(StandardCharsets.UTF_8));
    if (result == -Errno.EAGAIN) {
      LOG.debug("NOTIFY_SOCKET={} takes no message just now", to);
    } else if (result < 0) {
      LOG.warn("NOTIFY_SOCKET={}: sendto: {}", to, Errno.describe(-result));
    }
    return result >= 0;
  }

  private static int send(String to, byte[] message) {
    int type = Socket.SOCK_DGRAM | Socket.SOCK_CLOEXEC | Socket.SOCK_NONBLOCK;
    int fd = Socket.socket(Socket.AF_UNIX, type, 0);
    if (fd < 0) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      var address = Sockaddr.allocate(arena);
      byte[] name = to.getBytes(StandardCharsets.UTF_8);
      if (to.startsWith("@")) {
        address.abstractName(java.util.Arrays.copyOfRange(name, 1, name.length));
      } else {
        address.unix(name);
      }
      MemorySegment octets = arena.allocate(Math.max(1, message.length));
      octets.copyFrom(MemorySegment.ofArray(message));
      return Socket.sendto(fd, octets, 0, message.length, Socket.MSG_NOSIGNAL, address);
    } catch (IllegalArgumentException tooLong) {
      return -Errno.ENAMETOOLONG;
    } finally {
      File.close(fd);
    }
  }
}
