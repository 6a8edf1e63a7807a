package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.netty.channel.epoll.Native;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * The way into native code and back, to a function that returns a constant: getpagesize(3), which
 * asks no kernel, and in Netty's library the size of struct epoll_event.
 */
public class EmptyCall extends Piece {
  private static final FunctionDescriptor TYPE = FunctionDescriptor.of(JAVA_INT);
  private static final MethodHandle PLAIN = Raw.plain("getpagesize", TYPE);
  private static final MethodHandle NO_ERRNO = Raw.withoutErrno("getpagesize", TYPE);
  private static final MethodHandle CRITICAL = Raw.critical("getpagesize", TYPE);
  private static final MethodHandle LEAST = Raw.criticalWithoutErrno("getpagesize", TYPE);

  @Setup
  public void verify() throws Throwable {
    check("JNI", 12, jni());
    check("FFM", 4096, ffm());
    check("FFM without errno", 4096, ffmWithoutErrno());
    check("FFM critical", 4096, ffmCritical());
    check("FFM critical without errno", 4096, ffmCriticalWithoutErrno());
  }

  @Benchmark
  public int jni() {
    return Native.sizeofEpollEvent();
  }

  @Benchmark
  public int ffm() throws Throwable {
    return (int) PLAIN.invokeExact(Raw.CAPTURE);
  }

  @Benchmark
  public int ffmWithoutErrno() throws Throwable {
    return (int) NO_ERRNO.invokeExact();
  }

  @Benchmark
  public int ffmCritical() throws Throwable {
    return (int) CRITICAL.invokeExact(Raw.CAPTURE);
  }

  @Benchmark
  public int ffmCriticalWithoutErrno() throws Throwable {
    return (int) LEAST.invokeExact();
  }
}
