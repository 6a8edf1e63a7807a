/**
 * The pieces of Edgewise under JMH, each beside what others do in its place. {@code
 * tests/bench/pieces} runs them.
 *
 * <ul>
 *   <li>System calls, each by the binding of {@code edgewise.linux}, by Netty's JNI library, and by
 *       bare downcalls with and without errno, plain and critical: {@link
 *       edgewise.bench.pieces.EpollWaitCall}, {@link edgewise.bench.pieces.EpollCtlCall}, {@link
 *       edgewise.bench.pieces.RecvCall}, {@link edgewise.bench.pieces.SendRecvCalls}, {@link
 *       edgewise.bench.pieces.EventFdCalls}, {@link edgewise.bench.pieces.AcceptCall}, and the way
 *       there and back alone, {@link edgewise.bench.pieces.EmptyCall}
 *   <li>The parser of requests: {@link edgewise.http.RequestParsing}
 *   <li>The look-up of a field: {@link edgewise.http.HeaderLookup}
 *   <li>Timers: {@link edgewise.TimerCosts}
 *   <li>The queue of tasks: {@link edgewise.TaskHandOver}
 * </ul>
 *
 * <p>The last four stand in the packages of what they measure, which is package-private there. Each
 * checks once, before it is measured, that all its subjects do the same.
 */
@NullMarked
package edgewise.bench.pieces;

import org.jspecify.annotations.NullMarked;
