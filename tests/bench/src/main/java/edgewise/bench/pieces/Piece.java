package edgewise.bench.pieces;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How all pieces are measured unless the command line says otherwise: nanoseconds per operation, in
 * a JVM of their own, warmed up for 1.2 seconds and measured for 1.6.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
public abstract class Piece {
  protected Piece() {}

  /** Fails the benchmark, before it is measured, if a subject does not do what it should. */
  protected static void check(String subject, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new IllegalStateException(subject + ": " + actual + " in place of " + expected);
    }
  }
}
