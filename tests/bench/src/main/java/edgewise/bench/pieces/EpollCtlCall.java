package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import edgewise.linux.Epoll;
import edgewise.linux.Errno;
import edgewise.linux.EventFd;
import io.netty.channel.epoll.Native;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * epoll_ctl(2) that changes a descriptor in the set, or one that is not in it: ENOENT, which Netty
 * throws.
 */
public class EpollCtlCall extends Piece {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle PLAIN = Raw.plain("epoll_ctl", TYPE);
  private static final MethodHandle NO_ERRNO = Raw.withoutErrno("epoll_ctl", TYPE);
  private static final MethodHandle CRITICAL = Raw.critical("epoll_ctl", TYPE);

  @Param({"MOD", "ENOENT"})
  public String what = "MOD";

  private final int epoll = Epoll.create1(0);
  private final int fd = EventFd.eventfd(0, EventFd.EFD_NONBLOCK);
  private final MemorySegment event = Arena.global().allocate(16, 8);

  @Setup
  public void verify() throws Throwable {
    boolean member = what.equals("MOD");
    if (member) {
      check("ADD", 0, Epoll.ctl(epoll, Epoll.EPOLL_CTL_ADD, fd, Epoll.EPOLLIN, fd));
    }
    int expected = member ? 0 : -Errno.ENOENT;
    check("binding", expected, binding());
    check("JNI", expected, jni());
    check("FFM", expected, ffm());
    check("FFM without errno", member ? 0 : -1, ffmWithoutErrno());
    check("FFM critical", expected, ffmCritical());
  }

  @Benchmark
  public int binding() {
    return Epoll.ctl(epoll, Epoll.EPOLL_CTL_MOD, fd, Epoll.EPOLLIN, fd);
  }

  @Benchmark
  public int jni() {
    try {
      Native.epollCtlMod(epoll, fd, Epoll.EPOLLIN);
      return 0;
    } catch (IOException e) {
      return -Errno.ENOENT; // its class and message tell; nobody would ask here
    }
  }

  @Benchmark
  public int ffm() throws Throwable {
    return Raw.result(
        (int) PLAIN.invokeExact(Raw.CAPTURE, epoll, Epoll.EPOLL_CTL_MOD, fd, event()));
  }

  @Benchmark
  public int ffmWithoutErrno() throws Throwable {
    return (int) NO_ERRNO.invokeExact(epoll, Epoll.EPOLL_CTL_MOD, fd, event());
  }

  @Benchmark
  public int ffmCritical() throws Throwable {
    return Raw.result(
        (int) CRITICAL.invokeExact(Raw.CAPTURE, epoll, Epoll.EPOLL_CTL_MOD, fd, event()));
  }

  private long event() {
    event.set(JAVA_INT_UNALIGNED, 0, Epoll.EPOLLIN);
    event.set(JAVA_INT_UNALIGNED, 4, fd);
    return event.address();
  }
}
