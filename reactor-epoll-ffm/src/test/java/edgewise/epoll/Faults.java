package edgewise.epoll;

import java.util.SplittableRandom;

/**
 * What goes wrong, and when: all chance of a simulation comes from the one generator here. Each
 * rate is a probability per call; 0 in a kind world.
 */
final class Faults {
  static final long MICROSECOND = 1_000;
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000_000_000;

  final SplittableRandom random;

  /** A call is interrupted by a signal (EINTR). */
  double interruption;

  /** A receive or send moves fewer bytes than it could. */
  double shortCount;

  /** A send is refused although there was room: the kernel is short of memory. */
  double memoryPressure;

  /** epoll_wait(2) reports readiness that is not there. */
  double spuriousEvent;

  /** epoll_wait(2) reports fewer events than it could, in another order. */
  double smallBatch;

  /** accept(2) finds that the connection has failed meanwhile. */
  double abortedAccept;

  /** Time passes within a call, so that the world goes on between any two calls of the loop. */
  double slowCall;

  /** A number just closed is taken at once by another part of the program. */
  double stranger;

  /** The longest that bytes are under way. */
  long latencyNanos = 200 * MICROSECOND;

  /** Socket buffers have 2 to the power of at least this and less than that. */
  int leastBufferShift = 3;

  int mostBufferShift = 13;

  Faults(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A world where all of it happens, more or less often. */
  static Faults some(long seed) {
    var faults = new Faults(seed);
    faults.interruption = faults.rate(0.2);
    faults.shortCount = faults.rate(0.5);
    faults.memoryPressure = faults.rate(0.1);
    faults.spuriousEvent = faults.rate(0.1);
    faults.smallBatch = faults.rate(0.8);
    faults.abortedAccept = faults.rate(0.2);
    faults.slowCall = faults.rate(0.5);
    faults.stranger = faults.rate(0.3);
    faults.latencyNanos = 1L << faults.random.nextInt(10, 23);
    return faults;
  }

  int bufferBytes() {
    return 1 << random.nextInt(leastBufferShift, mostBufferShift);
  }

  /** A kind kernel with large buffers. */
  static Faults none(long seed) {
    var faults = new Faults(seed);
    faults.leastBufferShift = 17;
    faults.mostBufferShift = 18;
    return faults;
  }

  /** In half of the worlds nothing of the kind happens, so that rare faults are seen alone too. */
  private double rate(double most) {
    return random.nextBoolean() ? 0 : random.nextDouble(most);
  }

  boolean happens(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** From 1 to {@code most}. */
  int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  /** From 0 to {@code most}, more often short than long. */
  long time(long most) {
    return random.nextInt(4) == 0 ? random.nextLong(most + 1) : random.nextLong(most / 16 + 1);
  }

  long latency() {
    return time(latencyNanos);
  }
}
