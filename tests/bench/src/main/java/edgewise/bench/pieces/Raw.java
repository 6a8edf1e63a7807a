package edgewise.bench.pieces;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Bare downcalls, for comparison only: memory is passed as an address that nothing keeps alive, and
 * the handles bound with {@link #critical} would stop the garbage collector if they ever blocked.
 * Each belongs in a static final field, so that the JIT inlines it.
 */
final class Raw {
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final Linker.Option CRITICAL = Linker.Option.critical(false);

  /** Where errno is put. */
  static final MemorySegment CAPTURE = Arena.global().allocate(Linker.Option.captureStateLayout());

  private Raw() {}

  /** Captures errno in the segment that is its first argument. */
  static MethodHandle plain(String function, FunctionDescriptor descriptor) {
    return bind(function, descriptor, ERRNO);
  }

  /** The same without the transition of the thread's state. */
  static MethodHandle critical(String function, FunctionDescriptor descriptor) {
    return bind(function, descriptor, ERRNO, CRITICAL);
  }

  /** Leaves errno to chance. */
  static MethodHandle withoutErrno(String function, FunctionDescriptor descriptor) {
    return bind(function, descriptor);
  }

  /** Neither errno nor transition: what a downcall costs at least. */
  static MethodHandle criticalWithoutErrno(String function, FunctionDescriptor descriptor) {
    return bind(function, descriptor, CRITICAL);
  }

  @SuppressWarnings("restricted") // the benchmarks' own downcalls
  private static MethodHandle bind(
      String function, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), descriptor, options);
  }

  /** What a binding would return: the result, or errno negated. */
  static int result(int returned) {
    return returned >= 0 ? returned : -CAPTURE.get(JAVA_INT, 0);
  }

  /** As {@link #result(int)}, of a ssize_t. */
  static int result(long returned) {
    return returned >= 0 ? (int) returned : -CAPTURE.get(JAVA_INT, 0);
  }
}
