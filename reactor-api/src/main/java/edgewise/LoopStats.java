package edgewise;

/**
 * Counters of a loop since it was opened.
 *
 * @param turns calls of the poller
 * @param events events given to channels
 * @param staleEvents events dropped because their channel was closed before they were looked at
 * @param wakeups times that another thread woke the loop from its sleep
 */
public record LoopStats(long turns, long events, long staleEvents, long wakeups) {}
