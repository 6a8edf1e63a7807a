/**
 * The portable backend: {@link java.nio.channels.Selector}, and nothing but mechanism. It runs
 * wherever Java does, needs no native access, and offers level-triggered stream and datagram
 * sockets.
 *
 * <pre>
 *  EventLoop --> SelectPoller --> java.nio.channels.Selector
 *                 |  counts wake-ups, and replaces a selector that spins
 *                 +- SelectStream     a connected or connecting socket
 *                 +- SelectListener   a listening socket and its socket file
 *                 +- SelectDatagrams  a UDP socket
 *                 `- JnrDatagrams     one of AF_UNIX, by jnr-unixsocket; JnrSelector waits for it
 *  SelectFileRoot --> SelectFile      files for FileChannel.transferTo, below a directory only
 * </pre>
 *
 * <p>What it lacks against epoll: edge-triggered and one-shot registrations, descriptors of the
 * user's, abstract names, and news of a peer that hangs up while nobody reads; batches of
 * datagrams, and ICMP errors of sockets that are not connected. Timeouts are whole milliseconds,
 * rounded up.
 *
 * <p>{@link edgewise.select.Failures} gives the JDK's exceptions the types and the words that the
 * epoll backend uses.
 */
@NullMarked
package edgewise.select;

import org.jspecify.annotations.NullMarked;
