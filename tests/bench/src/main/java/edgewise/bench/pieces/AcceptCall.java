package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgewise.linux.Errno;
import edgewise.linux.Sockaddr;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * accept4(2), with room for the peer's address, where nobody waits: EAGAIN, the end of each batch
 * of connections. Netty makes it -1.
 */
public class AcceptCall extends Piece {
  private static final int FLAGS =
      edgewise.linux.Socket.SOCK_NONBLOCK | edgewise.linux.Socket.SOCK_CLOEXEC;
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle PLAIN = Raw.plain("accept4", TYPE);
  private static final MethodHandle NO_ERRNO = Raw.withoutErrno("accept4", TYPE);
  private static final MethodHandle CRITICAL = Raw.critical("accept4", TYPE);

  private final io.netty.channel.unix.Socket netty = listening();
  private final int fd = netty.intValue();
  private final Sockaddr peer = Sockaddr.allocate(Arena.global());
  private final byte[] nettyPeer = new byte[26];
  private final MemorySegment address = Arena.global().allocate(128, 8);
  private final MemorySegment length = Arena.global().allocate(JAVA_INT);

  private static io.netty.channel.unix.Socket listening() {
    Epoll.ensureAvailability();
    var socket = io.netty.channel.unix.Socket.newSocketStream();
    try {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      socket.listen(8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return socket;
  }

  @Setup
  public void verify() throws Throwable {
    check("binding", -Errno.EAGAIN, binding());
    check("JNI", -1, jni());
    check("FFM", -Errno.EAGAIN, ffm());
    check("FFM without errno", -1, ffmWithoutErrno());
    check("FFM critical", -Errno.EAGAIN, ffmCritical());
  }

  @Benchmark
  public int binding() {
    return edgewise.linux.Socket.accept4(fd, peer, FLAGS);
  }

  @Benchmark
  public int jni() throws IOException {
    return netty.accept(nettyPeer);
  }

  @Benchmark
  public int ffm() throws Throwable {
    return Raw.result((int) PLAIN.invokeExact(Raw.CAPTURE, fd, address.address(), length(), FLAGS));
  }

  @Benchmark
  public int ffmWithoutErrno() throws Throwable {
    return (int) NO_ERRNO.invokeExact(fd, address.address(), length(), FLAGS);
  }

  @Benchmark
  public int ffmCritical() throws Throwable {
    return Raw.result(
        (int) CRITICAL.invokeExact(Raw.CAPTURE, fd, address.address(), length(), FLAGS));
  }

  private long length() {
    length.set(JAVA_INT, 0, 128);
    return length.address();
  }
}
