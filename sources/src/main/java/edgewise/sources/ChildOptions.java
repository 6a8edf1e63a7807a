package edgewise.sources;

import java.time.Duration;

/**
 * How a child's end is dealt with.
 *
 * @param killGrace the time between SIGTERM and SIGKILL of {@link ChildProcess#terminate}; 5
 *     seconds, as service managers give less hasty ones
 * @param outputGrace the time after its exit in which its output may still come; then it is cut
 *     off, as somebody else has the pipe too, such as what it has started; 1 second
 */
public record ChildOptions(Duration killGrace, Duration outputGrace) {
  /** The options as described above. */
  public static final ChildOptions DEFAULT =
      new ChildOptions(Duration.ofSeconds(5), Duration.ofSeconds(1));

  public ChildOptions {
    if (killGrace.isNegative() || outputGrace.isNegative()) {
      throw new IllegalArgumentException("a time cannot be negative");
    }
  }

  /** The same with another {@link #killGrace}. */
  public ChildOptions withKillGrace(Duration grace) {
    return new ChildOptions(grace, outputGrace);
  }

  /** The same with another {@link #outputGrace}. */
  public ChildOptions withOutputGrace(Duration grace) {
    return new ChildOptions(killGrace, grace);
  }
}
