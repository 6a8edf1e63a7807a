package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgewise.linux.Epoll;
import edgewise.linux.EpollEvents;
import edgewise.linux.EventFd;
import io.netty.channel.epoll.NettyEpoll;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** epoll_wait(2) that does not wait, of a set with one descriptor, which is ready or not. */
public class EpollWaitCall extends Piece {
  private static final int CAPACITY = 64;
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
  private static final MethodHandle PLAIN = Raw.plain("epoll_wait", TYPE);
  private static final MethodHandle NO_ERRNO = Raw.withoutErrno("epoll_wait", TYPE);
  private static final MethodHandle CRITICAL = Raw.critical("epoll_wait", TYPE);

  /** Descriptors that are ready. */
  @Param({"0", "1"})
  public int ready;

  private final int epoll = Epoll.create1(0);
  private final EpollEvents events = EpollEvents.allocate(Arena.global(), CAPACITY);
  private final long memory = Arena.global().allocate(16 * CAPACITY, 8).address();
  private final NettyEpoll netty = new NettyEpoll(epoll, CAPACITY);

  @Setup
  public void verify() throws Throwable {
    int fd = EventFd.eventfd(ready, EventFd.EFD_NONBLOCK);
    check("epoll_ctl", 0, Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, fd, Epoll.EPOLLIN, fd));
    check("binding", ready, binding());
    check("JNI", ready, jni());
    if (ready == 1) {
      check("binding's event", (long) fd, events.data(0));
      check("JNI's event", fd, netty.fd(0));
    }
    check("FFM", ready, ffm());
    check("FFM without errno", ready, ffmWithoutErrno());
    check("FFM critical", ready, ffmCritical());
  }

  @Benchmark
  public int binding() {
    return Epoll.wait(epoll, events, CAPACITY, 0);
  }

  @Benchmark
  public int jni() throws IOException {
    return netty.poll();
  }

  @Benchmark
  public int ffm() throws Throwable {
    return Raw.result((int) PLAIN.invokeExact(Raw.CAPTURE, epoll, memory, CAPACITY, 0));
  }

  @Benchmark
  public int ffmWithoutErrno() throws Throwable {
    return (int) NO_ERRNO.invokeExact(epoll, memory, CAPACITY, 0);
  }

  @Benchmark
  public int ffmCritical() throws Throwable {
    return Raw.result((int) CRITICAL.invokeExact(Raw.CAPTURE, epoll, memory, CAPACITY, 0));
  }
}
