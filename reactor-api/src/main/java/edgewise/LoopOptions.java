package edgewise;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a loop uses and how long a channel's turn may be.
 *
 * @param backend the backend's name; null for the best one available
 * @param trigger the trigger mode of connections and listeners that name none; null for the
 *     backend's own (EDGE on epoll, LEVEL on select), and for listeners LEVEL
 * @param receiveBufferBytes the loop's one receive buffer; 64 KiB
 * @param outputBufferBytes the loop's one output buffer, so the most that one send carries; 64 KiB
 * @param readBudgetBytes what a connection may read in one turn before others have theirs; 256 KiB
 * @param readBudgetCalls the same in calls of recv(2); 16
 * @param writeBudgetBytes what a connection may send of its queue in one turn; 1 MiB
 * @param acceptBudget connections that a listener accepts in one turn; 64
 * @param eventsPerPoll events taken from the kernel at once; 1024
 * @param pooledBytes the buffers that a loop keeps for reuse; 4 MiB
 * @param busyPoll how long the loop, when it has nothing to do, asks the kernel again and again
 *     before it sleeps; zero. What comes meanwhile is seen some microseconds sooner, because nobody
 *     has to wake the thread, at the price of a processor that is busy for that long after each
 *     event. At most a second
 * @param stopTimeout the deadline of {@link Reactor#close}; 10 seconds
 * @param observer is told when a loop has failed
 */
public record LoopOptions(
    @Nullable String backend,
    @Nullable Trigger trigger,
    int receiveBufferBytes,
    int outputBufferBytes,
    int readBudgetBytes,
    int readBudgetCalls,
    int writeBudgetBytes,
    int acceptBudget,
    int eventsPerPoll,
    int pooledBytes,
    Duration busyPoll,
    Duration stopTimeout,
    LoopObserver observer) {
  /** The options as described above. */
  public static final LoopOptions DEFAULT = new Builder().build();

  public LoopOptions {
    Limits.atLeast("receiveBufferBytes", receiveBufferBytes, 256);
    Limits.atLeast("outputBufferBytes", outputBufferBytes, 256);
    Limits.atLeast("readBudgetBytes", readBudgetBytes, 1);
    Limits.atLeast("readBudgetCalls", readBudgetCalls, 1);
    Limits.atLeast("writeBudgetBytes", writeBudgetBytes, 1);
    Limits.atLeast("acceptBudget", acceptBudget, 1);
    Limits.atLeast("eventsPerPoll", eventsPerPoll, 1);
    Limits.atLeast("pooledBytes", pooledBytes, 0);
    if (busyPoll.isNegative() || busyPoll.compareTo(Duration.ofSeconds(1)) > 0) {
      throw new IllegalArgumentException("busyPoll is from zero to a second, not " + busyPoll);
    }
    Limits.positive("stopTimeout", stopTimeout);
  }

  /** A builder that starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets some options and leaves the rest as they are by default. */
  public static final class Builder {
    private @Nullable String backend;
    private @Nullable Trigger trigger;
    private int receiveBufferBytes = 64 << 10;
    private int outputBufferBytes = 64 << 10;
    private int readBudgetBytes = 256 << 10;
    private int readBudgetCalls = 16;
    private int writeBudgetBytes = 1 << 20;
    private int acceptBudget = 64;
    private int eventsPerPoll = 1024;
    private int pooledBytes = 4 << 20;
    private Duration busyPoll = Duration.ZERO;
    private Duration stopTimeout = Duration.ofSeconds(10);
    private LoopObserver observer = (loop, failure) -> {};

    private Builder() {}

    public Builder backend(@Nullable String name) {
      backend = name;
      return this;
    }

    public Builder trigger(@Nullable Trigger mode) {
      trigger = mode;
      return this;
    }

    public Builder receiveBufferBytes(int bytes) {
      receiveBufferBytes = bytes;
      return this;
    }

    public Builder outputBufferBytes(int bytes) {
      outputBufferBytes = bytes;
      return this;
    }

    /** Sets both budgets of a reading turn. */
    public Builder readBudget(int bytes, int calls) {
      readBudgetBytes = bytes;
      readBudgetCalls = calls;
      return this;
    }

    public Builder writeBudgetBytes(int bytes) {
      writeBudgetBytes = bytes;
      return this;
    }

    public Builder acceptBudget(int connections) {
      acceptBudget = connections;
      return this;
    }

    public Builder eventsPerPoll(int events) {
      eventsPerPoll = events;
      return this;
    }

    public Builder pooledBytes(int bytes) {
      pooledBytes = bytes;
      return this;
    }

    /** How long to poll before sleeping; for latency, on a processor of the loop's own. */
    public Builder busyPoll(Duration time) {
      busyPoll = time;
      return this;
    }

    public Builder stopTimeout(Duration timeout) {
      stopTimeout = timeout;
      return this;
    }

    public Builder observer(LoopObserver toTell) {
      observer = toTell;
      return this;
    }

    /** The options. */
    public LoopOptions build() {
      return new LoopOptions(
          backend,
          trigger,
          receiveBufferBytes,
          outputBufferBytes,
          readBudgetBytes,
          readBudgetCalls,
          writeBudgetBytes,
          acceptBudget,
          eventsPerPoll,
          pooledBytes,
          busyPoll,
          stopTimeout,
          observer);
    }
  }
}
