package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** send(2) and recv(2) of 64 bytes through a pair of unix sockets: two calls. */
public class SendRecvCalls extends Piece {
  private static final int LENGTH = 64;
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SEND = Raw.plain("send", TYPE);
  private static final MethodHandle RECV = Raw.plain("recv", TYPE);
  private static final MethodHandle SEND_NO_ERRNO = Raw.withoutErrno("send", TYPE);
  private static final MethodHandle RECV_NO_ERRNO = Raw.withoutErrno("recv", TYPE);
  private static final MethodHandle SEND_CRITICAL = Raw.critical("send", TYPE);
  private static final MethodHandle RECV_CRITICAL = Raw.critical("recv", TYPE);

  private final int[] fds = SocketPair.nonBlocking();
  private final int from = fds[0];
  private final int to = fds[1];
  private final io.netty.channel.unix.Socket nettyFrom = new io.netty.channel.unix.Socket(from);
  private final io.netty.channel.unix.Socket nettyTo = new io.netty.channel.unix.Socket(to);
  private final MemorySegment out = Arena.global().allocate(LENGTH);
  private final MemorySegment in = Arena.global().allocate(LENGTH);

  @Setup
  public void verify() throws Throwable {
    arrives("binding", binding());
    arrives("JNI", jni());
    arrives("FFM", ffm());
    arrives("FFM without errno", ffmWithoutErrno());
    arrives("FFM critical", ffmCritical());
  }

  /** What has been sent has come; the next subject sends something else. */
  private void arrives(String subject, int result) {
    check(subject, 2 * LENGTH, result);
    check(subject, -1L, in.mismatch(out));
    out.set(JAVA_BYTE, 7, (byte) (out.get(JAVA_BYTE, 7) + 1));
  }

  @Benchmark
  public int binding() {
    return edgewise.linux.Socket.send(from, out, 0, LENGTH, 0)
        + edgewise.linux.Socket.recv(to, in, 0, LENGTH, 0);
  }

  @Benchmark
  public int jni() throws IOException {
    return nettyFrom.sendAddress(out.address(), 0, LENGTH)
        + nettyTo.recvAddress(in.address(), 0, LENGTH);
  }

  @Benchmark
  public int ffm() throws Throwable {
    long sent = (long) SEND.invokeExact(Raw.CAPTURE, from, out.address(), (long) LENGTH, 0);
    long received = (long) RECV.invokeExact(Raw.CAPTURE, to, in.address(), (long) LENGTH, 0);
    return Raw.result(sent) + Raw.result(received);
  }

  @Benchmark
  public int ffmWithoutErrno() throws Throwable {
    long sent = (long) SEND_NO_ERRNO.invokeExact(from, out.address(), (long) LENGTH, 0);
    long received = (long) RECV_NO_ERRNO.invokeExact(to, in.address(), (long) LENGTH, 0);
    return (int) (sent + received);
  }

  @Benchmark
  public int ffmCritical() throws Throwable {
    long sent =
        (long) SEND_CRITICAL.invokeExact(Raw.CAPTURE, from, out.address(), (long) LENGTH, 0);
    long received =
        (long) RECV_CRITICAL.invokeExact(Raw.CAPTURE, to, in.address(), (long) LENGTH, 0);
    return Raw.result(sent) + Raw.result(received);
  }
}
