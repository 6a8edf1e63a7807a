package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * socket(7): stream, datagram and unix sockets. Any thread; descriptors are the caller's, and are
 * closed with {@link File#close}. Every method returns {@code >= 0} or {@code -errno}; end of
 * stream is 0. Byte counts are ints although ssize_t is wider: the kernel moves at most 0x7ffff000
 * bytes per call.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/socket.7.html">socket(7)</a>
 */
public final class Socket extends SocketConstants {
  private Socket() {}

  /**
   * socket(2).
   *
   * @return a new descriptor, or {@code -errno}
   */
  public static int socket(int domain, int type, int protocol) {
    return Downcall.call(Create.CALL, domain, type, protocol);
  }

  /**
   * socketpair(2).
   *
   * @param fds receives the two descriptors
   * @return 0 or {@code -errno}
   */
  public static int socketpair(int domain, int type, int protocol, int[] fds) {
    Memory.checkPair(fds);
    Scratch scratch = Scratch.current();
    try {
      int result =
          (int) Pair.CALL.invokeExact(scratch.capture, domain, type, protocol, scratch.words);
      return result >= 0 ? scratch.copyInts(fds) : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * bind(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int bind(int fd, Sockaddr address) {
    return reading(Bind.CALL, fd, address);
  }

  /**
   * listen(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int listen(int fd, int backlog) {
    return Downcall.call(Listen.CALL, fd, backlog, 0);
  }

  /**
   * accept4(2).
   *
   * @param peer receives the peer's address; null where it is not wanted
   * @param flags SOCK_NONBLOCK, SOCK_CLOEXEC
   * @return a new descriptor, or {@code -errno}
   */
  public static int accept4(int fd, @Nullable Sockaddr peer, int flags) {
    if (peer == null) {
      return Downcall.call(Accept4.CALL, fd, 0, 0, flags, 0, MemorySegment.NULL);
    }
    MemorySegment address = peer.cleared();
    long length = peer.lengthSegment().address();
    return Downcall.call(Accept4.CALL, fd, address.address(), length, flags, 0, address);
  }

  /**
   * connect(2). A non-blocking TCP socket returns {@code -EINPROGRESS} and says by SO_ERROR, once
   * it is writable, how it went; a unix socket whose peer's backlog is full returns {@code
   * -EAGAIN}.
   *
   * @return 0 or {@code -errno}
   */
  public static int connect(int fd, Sockaddr address) {
    return reading(Connect.CALL, fd, address);
  }

  /**
   * getsockname(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int getsockname(int fd, Sockaddr into) {
    return filling(Getsockname.CALL, fd, into);
  }

  /**
   * getpeername(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int getpeername(int fd, Sockaddr into) {
    return filling(Getpeername.CALL, fd, into);
  }

  /**
   * shutdown(2).
   *
   * @return 0 or {@code -errno}
   */
  public static int shutdown(int fd, int how) {
    return Downcall.call(Shutdown.CALL, fd, how, 0);
  }

  /**
   * recv(2) into {@code length} bytes of a native segment from {@code offset} on.
   *
   * @return bytes received, 0 at the end of the stream (or where length is 0), or {@code -errno}
   */
  public static int recv(int fd, MemorySegment buffer, long offset, long length, int flags) {
    long address = Memory.writable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long)
              Recv.CALL.invokeExact(
                  scratch.capture, (long) fd, address, length, (long) flags, 0L, buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * send(2) of {@code length} bytes of a native segment from {@code offset} on. Without
   * MSG_NOSIGNAL a connection that is gone raises SIGPIPE, which the JVM ignores.
   *
   * @return bytes taken by the kernel, which may be fewer, or {@code -errno}
   */
  public static int send(int fd, MemorySegment buffer, long offset, long length, int flags) {
    long address = Memory.readable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long)
              Send.CALL.invokeExact(
                  scratch.capture, (long) fd, address, length, (long) flags, 0L, buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * recvfrom(2): as {@link #recv}, and says who sent.
   *
   * @param from receives the sender's address, or becomes {@code AF_UNSPEC} where there is none
   */
  public static int recvfrom(
      int fd, MemorySegment buffer, long offset, long length, int flags, Sockaddr from) {
    long address = Memory.writable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long)
              Recvfrom.CALL.invokeExact(
                  scratch.capture,
                  fd,
                  address,
                  length,
                  flags,
                  from.cleared(),
                  from.lengthSegment(),
                  buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** sendto(2): as {@link #send}, to the given address. */
  public static int sendto(
      int fd, MemorySegment buffer, long offset, long length, int flags, Sockaddr to) {
    long address = Memory.readable(buffer, offset, length);
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long)
              Sendto.CALL.invokeExact(
                  scratch.capture, fd, address, length, flags, to.storage(), to.length(), buffer));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * recvmsg(2).
   *
   * @param message says where to put data, address and control messages, and receives their lengths
   *     and the flags
   * @return bytes received, 0 at the end of the stream, or {@code -errno}
   */
  public static int recvmsg(int fd, MsgHdr message, int flags) {
    Scratch scratch = Scratch.current();
    try {
      long n =
          (long)
              Recvmsg.CALL.invokeExact(
                  scratch.capture, fd, message.toReceive(), flags, message.held());
      return n >= 0 ? message.received((int) n) : scratch.negatedErrno();
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * sendmsg(2).
   *
   * @return bytes taken by the kernel, or {@code -errno}
   */
  public static int sendmsg(int fd, MsgHdr message, int flags) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (long)
              Sendmsg.CALL.invokeExact(
                  scratch.capture, fd, message.toSend(), flags, message.held()));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /**
   * setsockopt(2) with a structure.
   *
   * @param value native; its size is the length of the option
   * @return 0 or {@code -errno}
   */
  public static int setsockopt(int fd, int level, int name, MemorySegment value) {
    Memory.checkNative(value);
    return set(fd, level, name, value, value.byteSize());
  }

  /**
   * setsockopt(2) with an int.
   *
   * @return 0 or {@code -errno}
   */
  public static int setsockoptInt(int fd, int level, int name, int value) {
    return set(fd, level, name, Scratch.current().ints(value, 0), Integer.BYTES);
  }

  /**
   * SO_LINGER, socket(7).
   *
   * @param on false to let close(2) return at once, which is how a socket starts out
   * @param seconds how long close waits for data to be sent; 0 resets the connection
   * @return 0 or {@code -errno}
   */
  public static int setsockoptLinger(int fd, boolean on, int seconds) {
    MemorySegment linger = Scratch.current().ints(on ? 1 : 0, seconds);
    return set(fd, SOL_SOCKET, SO_LINGER, linger, Struct.Linger.SIZEOF);
  }

  /**
   * getsockopt(2) of a structure.
   *
   * @param value native; receives the option
   * @return bytes written to {@code value}, or {@code -errno}
   */
  public static int getsockopt(int fd, int level, int name, MemorySegment value) {
    Memory.checkNative(value);
    Memory.checkWritable(value);
    return get(fd, level, name, value, value.byteSize());
  }

  /**
   * getsockopt(2) of an int.
   *
   * @return the option's 32 bits as 0 to 2^32-1, so that cast to int it is the value, a negative
   *     one included ({@code (int) result}); below 0 it is {@code -errno}
   */
  public static long getsockoptInt(int fd, int level, int name) {
    MemorySegment value = Scratch.current().ints(0, 0);
    int result = get(fd, level, name, value, Integer.BYTES);
    return result >= 0 ? Integer.toUnsignedLong(value.get(JAVA_INT, 0)) : result;
  }

  /**
   * SO_PEERCRED, unix(7): who connected, or who listened.
   *
   * @return bytes of the structure, or {@code -errno}
   */
  public static int getsockoptPeerCred(int fd, Ucred into) {
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, into.segment());
  }

  /** A call that reads an address. */
  private static int reading(MethodHandle function, int fd, Sockaddr address) {
    MemorySegment storage = address.storage();
    return Downcall.call(function, fd, storage.address(), address.length(), 0, 0, storage);
  }

  /** A call that writes an address. */
  private static int filling(MethodHandle function, int fd, Sockaddr into) {
    MemorySegment storage = into.cleared();
    long length = into.lengthSegment().address();
    return Downcall.call(function, fd, storage.address(), length, 0, 0, storage);
  }

  private static int set(int fd, int level, int name, MemorySegment value, long size) {
    int length = Math.toIntExact(size);
    return Downcall.call(Setsockopt.CALL, fd, level, name, value.address(), length, value);
  }

  private static int get(int fd, int level, int name, MemorySegment value, long size) {
    MemorySegment length = Scratch.current().length(Math.toIntExact(size));
    int result =
        Downcall.call(Getsockopt.CALL, fd, level, name, value.address(), length.address(), value);
    return result >= 0 ? length.get(JAVA_INT, 0) : result;
  }

  private static final class Create {
    static final MethodHandle CALL = Downcall.bindPlain("socket");
  }

  private static final class Pair {
    static final MethodHandle CALL =
        Downcall.bind("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  }

  private static final class Bind {
    static final MethodHandle CALL = Downcall.bindPlain("bind");
  }

  private static final class Listen {
    static final MethodHandle CALL = Downcall.bindPlain("listen");
  }

  private static final class Accept4 {
    static final MethodHandle CALL = Downcall.bindPlain("accept4");
  }

  private static final class Connect {
    static final MethodHandle CALL = Downcall.bindPlain("connect");
  }

  private static final class Getsockname {
    static final MethodHandle CALL = Downcall.bindPlain("getsockname");
  }

  private static final class Getpeername {
    static final MethodHandle CALL = Downcall.bindPlain("getpeername");
  }

  private static final class Shutdown {
    static final MethodHandle CALL = Downcall.bindPlain("shutdown");
  }

  private static final class Recv {
    static final MethodHandle CALL = Downcall.bindPlain("recv");
  }

  private static final class Send {
    static final MethodHandle CALL = Downcall.bindPlain("send");
  }

  private static final class Recvfrom {
    static final MethodHandle CALL =
        Downcall.bindHolding(
            "recvfrom", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);
  }

  private static final class Sendto {
    static final MethodHandle CALL =
        Downcall.bindHolding(
            "sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Recvmsg {
    static final MethodHandle CALL =
        Downcall.bindHolding("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Sendmsg {
    static final MethodHandle CALL =
        Downcall.bindHolding("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  }

  private static final class Setsockopt {
    static final MethodHandle CALL = Downcall.bindPlain("setsockopt");
  }

  private static final class Getsockopt {
    static final MethodHandle CALL = Downcall.bindPlain("getsockopt");
  }
}
