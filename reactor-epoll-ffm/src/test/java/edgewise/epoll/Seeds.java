package edgewise.epoll;

import org.junit.jupiter.api.Assertions;

/**
 * Runs a property from many seeds, which are the same in every build. A failure names its seed and
 * shows what happened last; {@code -Dedgewise.seed=N} runs that seed alone, and {@code
 * -Dedgewise.trace=N} shows more lines.
 */
final class Seeds {
  /** Something that holds whatever the seed; all its chance comes from there. */
  @FunctionalInterface
  interface Property {
    void check(long seed, Trace trace) throws Exception;
  }

  /** So many seeds are run however long it takes. */
  private static final int LEAST = 30;

  /** Every so many seeds one is run twice, to see that it does exactly the same. */
  private static final int TWICE = 50;

  private Seeds() {}

  /**
   * Checks the property with one seed after another.
   *
   * @param name tells the seeds of this property from those of others
   * @param most how many seeds, unless the time is over before; 30 at least
   * @param millis how long to go on
   * @return how many seeds there were time for
   */
  static int check(String name, int most, long millis, Property property) {
    Long only = Long.getLong("edgewise.seed");
    if (only != null) {
      checkOne(name, only, property, false);
      return 1;
    }
    long end = System.nanoTime() + millis * 1_000_000;
    int count = 0;
    while (count < Math.min(LEAST, most) || (count < most && System.nanoTime() - end < 0)) {
      checkOne(name, ((long) name.hashCode() << 32) + count, property, count % TWICE == 0);
      count++;
    }
    return count;
  }

  private static void checkOne(String name, long seed, Property property, boolean twice) {
    var trace = new Trace(false);
    try {
      property.check(seed, trace);
    } catch (Throwable t) {
      throw failed(name, seed, property, t, trace);
    }
    if (twice) {
      var again = new Trace(false);
      Assertions.assertDoesNotThrow(() -> property.check(seed, again));
      Assertions.assertEquals(trace.digest(), again.digest(), () -> "seed " + seed + " run twice");
    }
  }

  /** Once more, now with words. */
  private static AssertionError failed(
      String name, long seed, Property property, Throwable first, Trace silent) {
    var trace = new Trace(true);
    String again = "passed";
    try {
      property.check(seed, trace);
    } catch (Throwable t) {
      boolean same = trace.digest().equals(silent.digest());
      again = same ? "failed in the same way" : "failed in another way: " + t;
    }
    return new AssertionError(
        "%s: seed %d: %s\n(to repeat it: -Dedgewise.seed=%d; a second run %s)\n%s"
            .formatted(name, seed, first, seed, again, trace.lastLines()),
        first);
  }
}
