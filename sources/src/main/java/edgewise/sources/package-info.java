/**
 * Sources: descriptors of many kinds on an event loop, each with a handler that says what has
 * happened. On the epoll backend; elsewhere each refuses with UnsupportedOperationException.
 *
 * <pre>
 *  Source               a descriptor that a loop watches and drains: what all the others are
 *  |- KernelTimer       timerfd: also on the wall clock, and across suspends
 *  |- Counter           eventfd: any thread adds, the loop hears of it
 *  |- Signals           what a process is sent, by way of the JDK
 *  |- BlockedSignals    the same by signalfd, with who has sent it; takes a prepared process
 *  |- DirectoryWatch    inotify: a directory, or a tree of them
 *  |- ProcessExit       pidfd: the end of any process
 *  |- ChildProcess      a program with its pipes on the loop
 *  |- PipeReader        the reading end of a pipe or FIFO, or stdin
 *  |- PipeWriter        the writing end
 *  `- Terminal          keys, the size of the window, raw mode
 * </pre>
 *
 * <p>A source belongs to its loop's thread, as a connection does; what may be called from other
 * threads says so. It owns its descriptor and closes it once: by {@link
 * edgewise.sources.Source#close}, at the end of what it reports, after an exception of its handler,
 * or with the loop. A handler that throws ends its source and nothing else.
 */
@NullMarked
package edgewise.sources;

import org.jspecify.annotations.NullMarked;
