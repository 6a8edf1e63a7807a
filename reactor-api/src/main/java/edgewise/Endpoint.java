package edgewise;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The address of a socket. {@link #parse} reads what {@code toString} writes.
 *
 * <table><caption>Forms</caption>
 * <tr><td>{@code 8080}<td>TCP, loopback, IPv4
 * <tr><td>{@code host:8080}<td>TCP; the name is looked up at once
 * <tr><td>{@code [::1]:8080}<td>TCP over IPv6
 * <tr><td>{@code unix:/run/app.sock}<td>AF_UNIX, a socket file
 * <tr><td>{@code unix:@name}<td>AF_UNIX, the abstract namespace (Linux, unix(7))
 * </table>
 */
public sealed interface Endpoint {
  /**
   * The longest path of a socket file in bytes: all of sun_path, unix(7). The last byte is that of
   * the NUL, which Linux does without and others do not: a path that programs of all kinds are to
   * use has 107 bytes at most, with the JDK's channels 106.
   */
  int MAX_UNIX_PATH_BYTES = 108;

  /** The longest abstract name in bytes: the 108 of sun_path less the leading NUL, unix(7). */
  int MAX_UNIX_NAME_BYTES = 107;

  /** A TCP address; port 0 asks for a free one when listening. */
  record Inet(InetAddress address, int port) implements Endpoint {
    public Inet {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
      }
    }

    @Override
    public String toString() {
      String host = address.getHostAddress();
      return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** A socket file. */
  record Unix(Path path) implements Endpoint {
    public Unix {
      int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > MAX_UNIX_PATH_BYTES) {
        throw new IllegalArgumentException(
            "a socket path has 1 to %d bytes, this one has %d; choose a shorter one: %s"
                .formatted(MAX_UNIX_PATH_BYTES, length, path));
      }
    }

    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** A name in Linux's abstract namespace: any bytes, no file. */
  @SuppressWarnings("ArrayRecordComponent") // cloned both ways and compared by content
  record Abstract(byte[] name) implements Endpoint {
    public Abstract {
      if (name.length == 0 || name.length > MAX_UNIX_NAME_BYTES) {
        throw new IllegalArgumentException(
            "an abstract name has 1 to %d bytes, this one has %d"
                .formatted(MAX_UNIX_NAME_BYTES, name.length));
      }
      name = name.clone();
    }

    @Override
    public byte[] name() {
      return name.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Abstract that && Arrays.equals(name, that.name);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(name);
    }

    @Override
    public String toString() {
      return "unix:@" + new String(name, StandardCharsets.UTF_8).replace('\0', '@');
    }
  }

  /** The other end of an AF_UNIX connection whose peer has bound no name. */
  record Unnamed() implements Endpoint {
    @Override
    public String toString() {
      return "unix:";
    }
  }

  /** A TCP address by number or name. Looks a name up, which may block. */
  static Endpoint tcp(String host, int port) {
    try {
      return new Inet(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("unknown host '" + host + "'", e);
    }
  }

  /** TCP on the IPv4 loopback address. */
  static Endpoint loopback(int port) {
    return tcp("127.0.0.1", port);
  }

  /** A socket file. */
  static Endpoint unix(Path path) {
    return new Unix(path);
  }

  /** An abstract name, as UTF-8. */
  static Endpoint abstractName(String name) {
    return new Abstract(name.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads an address in one of the forms above.
   *
   * @throws IllegalArgumentException if it is none of them; the message lists them
   */
  static Endpoint parse(String text) {
    if (text.startsWith("unix:@")) {
      return abstractName(text.substring(6));
    }
    if (text.startsWith("unix:")) {
      return unix(Path.of(text.substring(5)));
    }
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw malformed(text);
    }
    if (host.isEmpty()) {
      throw malformed(text);
    }
    return tcp(host, port(text, text.substring(colon + 1)));
  }

  private static int port(String text, String digits) {
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65_535) {
      throw malformed(text);
    }
    return Integer.parseInt(digits);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is not an address; write PORT, HOST:PORT, [IPV6]:PORT, unix:/path or unix:@name");
  }
}
