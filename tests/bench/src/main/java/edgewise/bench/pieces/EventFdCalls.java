package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgewise.linux.EventFd;
import io.netty.channel.epoll.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** write(2) and read(2) of an eventfd: two calls, a wake-up and its end. Netty's read is void. */
public class EventFdCalls extends Piece {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WRITE = Raw.plain("write", TYPE);
  private static final MethodHandle READ = Raw.plain("read", TYPE);
  private static final MethodHandle WRITE_NO_ERRNO = Raw.withoutErrno("write", TYPE);
  private static final MethodHandle READ_NO_ERRNO = Raw.withoutErrno("read", TYPE);
  private static final MethodHandle WRITE_CRITICAL = Raw.critical("write", TYPE);
  private static final MethodHandle READ_CRITICAL = Raw.critical("read", TYPE);
  private static final long SIZE = 8;

  private final int fd = EventFd.eventfd(0, EventFd.EFD_NONBLOCK);
  private final MemorySegment counter = Arena.global().allocate(JAVA_LONG);

  @Setup
  public void verify() throws Throwable {
    check("binding", 1L, binding());
    jni();
    check("JNI has taken what it wrote", true, EventFd.read(fd) < 0);
    check("FFM", 1L, ffm());
    check("FFM without errno", 1L, ffmWithoutErrno());
    check("FFM critical", 1L, ffmCritical());
  }

  @Benchmark
  public long binding() {
    EventFd.write(fd, 1);
    return EventFd.read(fd);
  }

  @Benchmark
  public void jni() {
    Native.eventFdWrite(fd, 1);
    Native.eventFdRead(fd);
  }

  @Benchmark
  public long ffm() throws Throwable {
    return taken(
        (long) WRITE.invokeExact(Raw.CAPTURE, fd, one(), SIZE),
        (long) READ.invokeExact(Raw.CAPTURE, fd, counter.address(), SIZE));
  }

  @Benchmark
  public long ffmWithoutErrno() throws Throwable {
    return taken(
        (long) WRITE_NO_ERRNO.invokeExact(fd, one(), SIZE),
        (long) READ_NO_ERRNO.invokeExact(fd, counter.address(), SIZE));
  }

  @Benchmark
  public long ffmCritical() throws Throwable {
    return taken(
        (long) WRITE_CRITICAL.invokeExact(Raw.CAPTURE, fd, one(), SIZE),
        (long) READ_CRITICAL.invokeExact(Raw.CAPTURE, fd, counter.address(), SIZE));
  }

  private long one() {
    counter.set(JAVA_LONG, 0, 1);
    return counter.address();
  }

  private long taken(long written, long read) {
    return written == SIZE && read == SIZE ? counter.get(JAVA_LONG, 0) : -1;
  }
}
