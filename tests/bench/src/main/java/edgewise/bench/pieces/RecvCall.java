package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgewise.linux.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** recv(2) of a socket that has nothing: EAGAIN, the end of each drain. Netty makes it 0. */
public class RecvCall extends Piece {
  private static final int LENGTH = 65_536;
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle PLAIN = Raw.plain("recv", TYPE);
  private static final MethodHandle NO_ERRNO = Raw.withoutErrno("recv", TYPE);
  private static final MethodHandle CRITICAL = Raw.critical("recv", TYPE);

  private final int fd = SocketPair.nonBlocking()[0];
  private final io.netty.channel.unix.Socket netty = new io.netty.channel.unix.Socket(fd);
  private final MemorySegment buffer = Arena.global().allocate(LENGTH);
  private final long memory = buffer.address();

  @Setup
  public void verify() throws Throwable {
    check("binding", -Errno.EAGAIN, binding());
    check("JNI", 0, jni());
    check("FFM", -Errno.EAGAIN, ffm());
    check("FFM without errno", -1L, ffmWithoutErrno());
    check("FFM critical", -Errno.EAGAIN, ffmCritical());
  }

  @Benchmark
  public int binding() {
    return edgewise.linux.Socket.recv(fd, buffer, 0, LENGTH, 0);
  }

  @Benchmark
  public int jni() throws IOException {
    return netty.recvAddress(memory, 0, LENGTH);
  }

  @Benchmark
  public int ffm() throws Throwable {
    return Raw.result((long) PLAIN.invokeExact(Raw.CAPTURE, fd, memory, (long) LENGTH, 0));
  }

  @Benchmark
  public long ffmWithoutErrno() throws Throwable {
    return (long) NO_ERRNO.invokeExact(fd, memory, (long) LENGTH, 0);
  }

  @Benchmark
  public int ffmCritical() throws Throwable {
    return Raw.result((long) CRITICAL.invokeExact(Raw.CAPTURE, fd, memory, (long) LENGTH, 0));
  }
}
