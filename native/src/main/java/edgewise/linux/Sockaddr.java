package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A socket address and its length: a struct sockaddr_storage that calls read, and a socklen_t
 * beside it that calls update. Its memory belongs to the arena given; not for use by two threads at
 * a time.
 *
 * <p>AF_UNIX addresses, unix(7), are told apart by their length:
 *
 * <pre>
 * unnamed    length 2                 a socket that was not bound; to bind it means autobind
 * pathname   length 2 + path + NUL    the path has no NUL inside and at most 107 bytes
 * pathname   length 2 + path          of 108 bytes, without a NUL: Linux takes it, many programs do not
 * abstract   length 2 + NUL + name    all bytes of the name count, NULs too; at most 107
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">ip(7)</a>
 * @see <a href="https://man7.org/linux/man-pages/man7/ipv6.7.html">ipv6(7)</a>
 */
public final class Sockaddr {
  /** The longest path: all of sun_path. */
  public static final int UNIX_PATH_MAX = 108;

  /** The longest abstract name: sun_path without the leading NUL. */
  public static final int UNIX_NAME_MAX = 107;

  /** Bytes of the storage and of the length beside it. */
  static final int SIZEOF = Struct.SockaddrStorage.SIZEOF + 8;

  private static final int CAPACITY = Struct.SockaddrStorage.SIZEOF;
  private static final int PATH = Struct.SockaddrUn.SUN_PATH;
  private static final int FAMILY_SIZE = 2;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  // sin_port and sin6_port lie at the same place, in network order
  private static final java.lang.foreign.ValueLayout.OfShort NET_SHORT =
      JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final java.lang.foreign.ValueLayout.OfInt NET_INT =
      JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

  private final MemorySegment storage;
  private final MemorySegment length;

  /** A view of memory of {@link #SIZEOF} bytes. */
  Sockaddr(MemorySegment both) {
    storage = both.asSlice(0, CAPACITY);
    length = both.asSlice(CAPACITY, JAVA_INT.byteSize());
  }

  /** An empty address, of length 0. */
  public static Sockaddr allocate(Arena arena) {
    return new Sockaddr(arena.allocate(CAPACITY + JAVA_INT.byteSize(), 8));
  }

  /**
   * An IPv4 or IPv6 address.
   *
   * @param address 4 or 16 bytes in network order
   * @param port 0 to 65535
   * @param scopeId of a link-local IPv6 address, the interface's index, else 0; unused by IPv4
   * @param flowinfo traffic class and flow label of IPv6, else 0; unused by IPv4
   * @return this
   */
  public Sockaddr inet(byte[] address, int port, int scopeId, int flowinfo) {
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("a port is 0 to 65535: " + port);
    }
    switch (address.length) {
      case IPV4_BYTES -> {
        start(Socket.AF_INET, Struct.SockaddrIn.SIZEOF);
        copyIn(address, Struct.SockaddrIn.SIN_ADDR);
      }
      case IPV6_BYTES -> {
        start(Socket.AF_INET6, Struct.SockaddrIn6.SIZEOF);
        copyIn(address, Struct.SockaddrIn6.SIN6_ADDR);
        storage.set(NET_INT, Struct.SockaddrIn6.SIN6_FLOWINFO, flowinfo);
        storage.set(JAVA_INT, Struct.SockaddrIn6.SIN6_SCOPE_ID, scopeId);
      }
      default ->
          throw new IllegalArgumentException(
              "an IP address has 4 or 16 bytes, not " + address.length);
    }
    storage.set(NET_SHORT, Struct.SockaddrIn.SIN_PORT, (short) port);
    return this;
  }

  /**
   * The address of a unix socket file.
   *
   * @param path 1 to 108 bytes without a NUL, as the file system has them
   * @return this
   */
  public Sockaddr unix(byte[] path) {
    if (path.length == 0) {
      throw new IllegalArgumentException("the path of a unix socket is empty");
    }
    for (byte b : path) {
      if (b == 0) {
        throw new IllegalArgumentException(
            "the path of a unix socket contains NUL; abstract names have a method of their own");
      }
    }
    checkUnixLength("the path of a unix socket", path, UNIX_PATH_MAX);
    start(Socket.AF_UNIX, PATH + Math.min(path.length + 1, UNIX_PATH_MAX));
    copyIn(path, PATH);
    return this;
  }

  /**
   * An address in Linux's abstract namespace, which is no file.
   *
   * @param name 0 to 107 bytes, without the NUL that the kernel puts first; any byte is allowed
   * @return this
   */
  public Sockaddr abstractName(byte[] name) {
    checkUnixLength("an abstract unix name", name, UNIX_NAME_MAX);
    start(Socket.AF_UNIX, PATH + 1 + name.length);
    copyIn(name, PATH + 1);
    return this;
  }

  /**
   * The unix address without a name: bind(2) then picks a free abstract one (autobind).
   *
   * @return this
   */
  public Sockaddr unnamed() {
    start(Socket.AF_UNIX, FAMILY_SIZE);
    return this;
  }

  /**
   * Another address, byte by byte.
   *
   * @return this
   */
  public Sockaddr copyOf(Sockaddr other) {
    int bytes = other.length();
    MemorySegment.copy(other.storage, 0, storage, 0, bytes);
    length.set(JAVA_INT, 0, bytes);
    return this;
  }

  /**
   * No address, of length 0.
   *
   * @return this
   */
  public Sockaddr none() {
    length.set(JAVA_INT, 0, 0);
    return this;
  }

  /** Whether the other one has the same bytes. */
  public boolean isSameAs(Sockaddr other) {
    int bytes = length();
    return bytes == other.length()
        && MemorySegment.mismatch(storage, 0, bytes, other.storage, 0, bytes) < 0;
  }

  /**
   * An address that {@link #toBytes} gave out.
   *
   * @return this
   */
  public Sockaddr fromBytes(byte[] address) {
    if (address.length > CAPACITY) {
      throw new IllegalArgumentException("an address has at most " + CAPACITY + " bytes");
    }
    MemorySegment.copy(address, 0, storage, JAVA_BYTE, 0, address.length);
    length.set(JAVA_INT, 0, address.length);
    return this;
  }

  /** The bytes that count, a new array. */
  public byte[] toBytes() {
    return copyOut(0, length());
  }

  /** AF_INET, AF_INET6, AF_UNIX or another; AF_UNSPEC where a call gave no address. */
  public int family() {
    return length() < FAMILY_SIZE
        ? Socket.AF_UNSPEC
        : Short.toUnsignedInt(storage.get(JAVA_SHORT, Struct.SockaddrStorage.SS_FAMILY));
  }

  /** The bytes of the address that count, at most those of a struct sockaddr_storage. */
  public int length() {
    // A call that had to cut the address off reports the length it would have had.
    return Math.min(length.get(JAVA_INT, 0), CAPACITY);
  }

  /** The port of an IP address. */
  public int port() {
    checkInet();
    return Short.toUnsignedInt(storage.get(NET_SHORT, Struct.SockaddrIn.SIN_PORT));
  }

  /** The 4 or 16 bytes of an IP address, a new array. */
  public byte[] address() {
    checkInet();
    return family() == Socket.AF_INET
        ? copyOut(Struct.SockaddrIn.SIN_ADDR, IPV4_BYTES)
        : copyOut(Struct.SockaddrIn6.SIN6_ADDR, IPV6_BYTES);
  }

  /** The interface index of an IPv6 address; 0 for IPv4. */
  public int scopeId() {
    checkInet();
    return family() == Socket.AF_INET6
        ? storage.get(JAVA_INT, Struct.SockaddrIn6.SIN6_SCOPE_ID)
        : 0;
  }

  /** Traffic class and flow label of an IPv6 address; 0 for IPv4. */
  public int flowinfo() {
    checkInet();
    return family() == Socket.AF_INET6 ? storage.get(NET_INT, Struct.SockaddrIn6.SIN6_FLOWINFO) : 0;
  }

  /** Whether this is a unix address without a name. */
  public boolean isUnnamed() {
    return family() == Socket.AF_UNIX && length() == FAMILY_SIZE;
  }

  /** Whether this is a unix address in the abstract namespace. */
  public boolean isAbstract() {
    return family() == Socket.AF_UNIX && length() > PATH && storage.get(JAVA_BYTE, PATH) == 0;
  }

  /** The path of a unix socket file without its NUL, a new array; empty for an unnamed address. */
  public byte[] unixPath() {
    checkFamily(family() == Socket.AF_UNIX && !isAbstract(), "a unix path");
    int end = PATH;
    while (end < length() && storage.get(JAVA_BYTE, end) != 0) {
      end++;
    }
    return copyOut(PATH, end - PATH);
  }

  /** The abstract name without the NUL before it, a new array. */
  public byte[] abstractName() {
    checkFamily(isAbstract(), "an abstract unix name");
    return copyOut(PATH + 1, length() - PATH - 1);
  }

  /** For messages and logs: "127.0.0.1:80", "[::1]:80", "unix:/run/app.sock", "unix:@name". */
  @Override
  public String toString() {
    return switch (family()) {
      case Socket.AF_INET, Socket.AF_INET6 -> hostText() + ":" + port();
      case Socket.AF_UNIX ->
          isAbstract()
              ? "unix:@" + new String(abstractName(), StandardCharsets.UTF_8).replace('\0', '@')
              : "unix:" + new String(unixPath(), StandardCharsets.UTF_8);
      case Socket.AF_UNSPEC -> "no address";
      default -> "address family " + family();
    };
  }

  private String hostText() {
    try {
      java.net.InetAddress host = java.net.InetAddress.getByAddress(address());
      String scope = scopeId() == 0 ? "" : "%" + scopeId();
      return family() == Socket.AF_INET
          ? host.getHostAddress()
          : "[" + host.getHostAddress() + scope + "]";
    } catch (java.net.UnknownHostException impossible) {
      throw new IllegalStateException("4 and 16 bytes are the lengths it takes", impossible);
    }
  }

  /** The address, for calls that read it: bind(2), connect(2), sendto(2). */
  MemorySegment storage() {
    return storage;
  }

  /** The address as a call is to overwrite it: all of the storage, and its length says so. */
  MemorySegment cleared() {
    length.set(JAVA_INT, 0, CAPACITY);
    return storage;
  }

  /** The socklen_t that accept(2) and its kin read and write. */
  MemorySegment lengthSegment() {
    return length;
  }

  /** For recvmsg(2), which returns the length elsewhere. */
  void length(int bytes) {
    length.set(JAVA_INT, 0, bytes);
  }

  /** Zeroes it all, so that padding, and the NUL behind a path, are what they must be. */
  private void start(int family, int bytes) {
    storage.fill((byte) 0);
    storage.set(JAVA_SHORT, Struct.SockaddrStorage.SS_FAMILY, (short) family);
    length.set(JAVA_INT, 0, bytes);
  }

  private void copyIn(byte[] bytes, int offset) {
    MemorySegment.copy(bytes, 0, storage, JAVA_BYTE, offset, bytes.length);
  }

  private byte[] copyOut(int offset, int count) {
    return storage.asSlice(offset, count).toArray(JAVA_BYTE);
  }

  private static void checkUnixLength(String what, byte[] name, int most) {
    if (name.length > most) {
      throw new IllegalArgumentException(
          "%s has at most %d bytes, this one has %d: %s"
              .formatted(what, most, name.length, new String(name, StandardCharsets.UTF_8)));
    }
  }

  private void checkInet() {
    int family = family();
    checkFamily(family == Socket.AF_INET || family == Socket.AF_INET6, "a port or IP address");
  }

  private void checkFamily(boolean has, String what) {
    if (!has) {
      throw new IllegalStateException("this address has no such part as " + what + ": " + this);
    }
  }
}
