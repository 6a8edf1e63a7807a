/**
 * The epoll backend: epoll(7) through {@code edgewise.linux}, and nothing but mechanism.
 *
 * <pre>
 *  EventLoop --> EpollPoller --> Kernel (one interface) --> LinuxKernel --> edgewise.linux
 *                 |  owns the epoll descriptor and the eventfd that wakes it
 *                 |  finds a registration by the fd and generation in epoll_data
 *                 +- EpollStream     a connected or connecting socket
 *                 +- EpollListener   a listening socket and its socket file
 *                 +- EpollDatagrams  a datagram socket; EpollIncoming, EpollOutgoing: its memory
 *                 +- EpollWatch      a descriptor of the user's
 *  EpollFileRoot --> EpollFile       files for sendfile(2), opened below a directory only
 * </pre>
 *
 * <p>{@link edgewise.epoll.Kernel} is the seam for tests: a simulated kernel can stand behind it.
 * {@link edgewise.epoll.Failures} turns an errno into the exception that java.nio users expect.
 */
@NullMarked
package edgewise.epoll;

import org.jspecify.annotations.NullMarked;
