/**
 * Linux system calls, as they are.
 *
 * <p>Every method is one call of the C library and nothing more: no retry on EINTR, no loop over
 * short writes, no ownership of descriptors. What it returns is {@code >= 0}, or {@code -errno}
 * ({@code -Errno.EAGAIN}); an errno that this package does not know stays a number. What Java can
 * check before the call (bounds, heap segments, read-only segments, over-long names) is an
 * exception, because it is a bug of the caller and no state of the kernel.
 *
 * <h2>The map</h2>
 *
 * <ul>
 *   <li>{@link edgewise.linux.Linux} tells in words whether the bindings work in this process;
 *       start here.
 *   <li>{@link edgewise.linux.Epoll} and {@link edgewise.linux.EpollEvents}: epoll(7).
 *   <li>{@link edgewise.linux.EventFd}, {@link edgewise.linux.TimerFd}, {@link
 *       edgewise.linux.SignalFd}, {@link edgewise.linux.PidFd}: eventfd(2), timerfd_create(2),
 *       signalfd(2), pidfd_open(2): counters, timers, signals and processes as descriptors.
 *   <li>{@link edgewise.linux.Inotify}: inotify(7); {@link edgewise.linux.Termios}, {@link
 *       edgewise.linux.Ioctl}: terminals.
 *   <li>{@link edgewise.linux.Socket}, {@link edgewise.linux.Sockaddr}, {@link
 *       edgewise.linux.MsgHdr}, {@link edgewise.linux.Ucred}: socket(7), ip(7), tcp(7), unix(7),
 *       cmsg(3).
 *   <li>{@link edgewise.linux.Mmsg}, {@link edgewise.linux.MMsgHdr}, {@link
 *       edgewise.linux.GroupReq}, {@link edgewise.linux.SockExtendedErr}: datagrams, recvmmsg(2),
 *       udp(7).
 *   <li>{@link edgewise.linux.File}, {@link edgewise.linux.OpenHow}, {@link edgewise.linux.Stat},
 *       {@link edgewise.linux.IoVec}: open(2), read(2), sendfile(2), statx(2) and their kin.
 *   <li>{@link edgewise.linux.Resource}, {@link edgewise.linux.Unistd}, {@link
 *       edgewise.linux.Uname}, {@link edgewise.linux.Signal}, {@link edgewise.linux.Libc}: the
 *       process and the machine.
 *   <li>{@link edgewise.linux.Errno}: numbers, names and texts of errors.
 *   <li>{@link edgewise.linux.Abi} has what differs between x86-64, aarch64 and riscv64; {@code
 *       Struct} has the layouts that do not.
 * </ul>
 *
 * <h2>Memory and threads</h2>
 *
 * Buffers are passed as {@link java.lang.foreign.MemorySegment}s, never as raw addresses: the
 * linker then keeps the segment's arena open for as long as the kernel may write into it, so
 * closing a shared arena during a blocking call fails in the thread that closes instead of
 * corrupting memory. All methods may be called from any thread. What a call needs besides its
 * arguments (the errno it captures, a {@code timespec}, a {@code socklen_t}) lies in one small
 * block per thread, allocated at that thread's first call; after warm-up no call allocates on the
 * Java heap, unless its documentation says so. No binding uses {@code Linker.Option.critical}:
 * nearly every call here can block, and a thread that blocks in a critical call stops the garbage
 * collector.
 */
@NullMarked
package edgewise.linux;

import org.jspecify.annotations.NullMarked;
