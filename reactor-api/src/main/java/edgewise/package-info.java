/**
 * The event loop and its channels: the map.
 *
 * <pre>
 *  Reactor            some loops, each on its own thread; listens and connects on them
 *  `- EventLoop       one thread, one poller: run() is the program, read it first
 *      |- Connection  a stream, or messages: its Input drains, its Output queues; calls a Handler
 *      |              Connecting until it is open, Ending once it is to end
 *      |- DatagramSocket  datagrams: DatagramInput, DatagramOutput; calls a DatagramHandler
 *      |- Listener    accepts; calls an Acceptor for the Handler of each connection
 *      |- Watch       readiness of any descriptor
 *      |- Timer       later, on the loop
 *      `- execute     tasks from other threads; Doorbell decides who wakes the loop
 *  Descriptor         a file descriptor with an owner: received, adopted, passed on
 *  Endpoint           an address; FileRoot and OpenFile: files to be sent
 *  LoopOptions, ConnectionOptions, ListenOptions, DatagramOptions: every limit, with its default and reason
 * </pre>
 *
 * <p>The path of a byte:
 *
 * <ol>
 *   <li>the kernel reports it: {@link edgewise.spi.Poller#poll}, called by {@code Polling} for
 *       {@link edgewise.EventLoop#run}
 *   <li>the loop finds the channel: {@code EventLoop.dispatch}, {@code Connection.onReady}
 *   <li>the connection drains: {@code Input.receive}, until {@link
 *       edgewise.spi.StreamSocket#receive} would block or the budget is spent; with a rest it goes
 *       to the back of {@code ReadyQueue}
 *   <li>the protocol sees it: {@link edgewise.Handler#onData}
 *   <li>the answer is staged: {@link edgewise.Connection#write}, {@code Output.write}, {@code
 *       Outbox.stage}
 *   <li>one call sends it at the end of the connection's turn: {@code Output.sendStaged} (long
 *       pieces of what was received leave at once: {@code Output.forward}); what the kernel does
 *       not take waits in {@code Backlog} until the socket is writable
 * </ol>
 *
 * <p>All of this is written once; a backend ({@link edgewise.spi}) only makes the calls.
 */
@NullMarked
package edgewise;

import org.jspecify.annotations.NullMarked;
