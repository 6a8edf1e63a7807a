package edgewise.http;

import java.time.Duration;

/**
 * How an {@link AccessLog} keeps lines until they are written.
 *
 * @param maxQueuedBytes the memory for lines, of which one half fills while the other is written;
 *     where the output is slower than that, lines are dropped and counted; 1 MiB, some 5,000 lines
 * @param maxFieldBytes the request line, the referrer, the user agent and the address are each cut
 *     after so many octets, and three dots say so; 2 KiB, so that no client fills the disk with a
 *     few requests
 * @param flushInterval how long a line may wait for others, to be written with them; 100
 *     milliseconds
 * @param closeTimeout how long {@link AccessLog#close} waits for lines to be written; 5 seconds
 */
public record AccessLogOptions(
    int maxQueuedBytes, int maxFieldBytes, Duration flushInterval, Duration closeTimeout) {
  /** The options as described above. */
  public static final AccessLogOptions DEFAULT =
      new AccessLogOptions(1 << 20, 2 << 10, Duration.ofMillis(100), Duration.ofSeconds(5));

  /**
   * Options that can work.
   *
   * @throws IllegalArgumentException if the longest line does not fit into half of the queue, or a
   *     time is not positive
   */
  public AccessLogOptions {
    if (maxFieldBytes < 16 || maxFieldBytes > 64 << 10) {
      throw new IllegalArgumentException("maxFieldBytes must be 16 to 65536, not " + maxFieldBytes);
    }
    int least = 2 * AccessLine.maxBytes(maxFieldBytes);
    if (maxQueuedBytes < least) {
      throw new IllegalArgumentException(
          "maxQueuedBytes must be at least " + least + ", two lines of the longest fields");
    }
    if (!flushInterval.isPositive() || !closeTimeout.isPositive()) {
      throw new IllegalArgumentException("flushInterval and closeTimeout must be positive");
    }
  }

  public AccessLogOptions withMaxQueuedBytes(int bytes) {
    return new AccessLogOptions(bytes, maxFieldBytes, flushInterval, closeTimeout);
  }

  public AccessLogOptions withMaxFieldBytes(int bytes) {
    return new AccessLogOptions(maxQueuedBytes, bytes, flushInterval, closeTimeout);
  }

  public AccessLogOptions withFlushInterval(Duration interval) {
    return new AccessLogOptions(maxQueuedBytes, maxFieldBytes, interval, closeTimeout);
  }

  public AccessLogOptions withCloseTimeout(Duration timeout) {
    return new AccessLogOptions(maxQueuedBytes, maxFieldBytes, flushInterval, timeout);
  }
}
