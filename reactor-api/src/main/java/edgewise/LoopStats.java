package edgewise;

/**
 * Counters of a loop since it was opened.
 *
 * @param turns turns of the loop; each asks the poller once, or again and again with {@code
 *     busyPoll}
 * @param events events given to channels
 * @param staleEvents events dropped because their channel was closed before they were looked at
 * @param wakeups times that another thread woke the loop from its sleep
 */
public record LoopStats(long turns, long events, long staleEvents, long wakeups) {}
