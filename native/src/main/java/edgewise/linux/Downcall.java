package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Binds functions of the C library to method handles that capture errno.
 *
 * <p>Each handle belongs in a {@code static final} field of a holder class of its own: it is then
 * bound at the first call of that function, and start-up does not pay for the others; and the JIT
 * treats it as a constant and inlines it. The first argument of a bound handle is the segment that
 * receives errno, {@link Scratch#capture}.
 *
 * <p>Binding never throws: class initialisation would turn a clear refusal into
 * NoClassDefFoundError at the second call. What cannot be bound becomes a handle that throws, each
 * time, an exception with the reason.
 */
final class Downcall {
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

  private Downcall() {}

  /** A function with a fixed number of arguments. */
  static MethodHandle bind(String function, MemoryLayout result, MemoryLayout... arguments) {
    return bind(function, FunctionDescriptor.of(result, arguments), CAPTURE);
  }

  /** A function that returns nothing, and so cannot fail. */
  static MethodHandle bindVoid(String function, MemoryLayout... arguments) {
    return bind(function, FunctionDescriptor.ofVoid(arguments), CAPTURE);
  }

  /**
   * A function with a fixed number of arguments, to be called with one more: a segment that the
   * function does not look at, and whose arena the linker keeps open until the call has returned.
   *
   * <p>This is how memory within a segment is passed: its address as a long, where the function
   * expects it, and the segment that it lies in as the last argument. A slice in place of the two
   * is the plain way, as fast, and garbage: the JIT removes it only while all segments that pass by
   * are of one class; in a program that also sent mapped files it stayed, 40 bytes per call. A
   * function does not notice an argument too many: on x86-64, aarch64 and riscv64 it lies in a
   * register that a callee may overwrite, or behind the other arguments on the stack, which the
   * caller takes down.
   */
  static MethodHandle bindHolding(String function, MemoryLayout result, MemoryLayout... arguments) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
    return bind(function, descriptor.appendArgumentLayouts(ValueLayout.ADDRESS), CAPTURE);
  }

  /**
   * A function with a fixed number of arguments, five at most, integers and pointers, for {@link
   * #call}: all of these handles have one type.
   *
   * <p>The linker spins classes for each type of handle that it has not seen yet, and no AOT cache
   * keeps them (JDK 25); on one slow processor that takes 5 to 15 ms. A server met sixteen types
   * before its first answer, most of them for a function that it calls once. The calling
   * conventions of x86-64, aarch64 and riscv64 pass an int in the lower half of a register, and
   * riscv64 wants it sign-extended, as a widened Java int is; a callee sees no argument too many,
   * as in {@link #bindHolding}. The upper half of an int that is returned means nothing. Not for
   * functions with variable arguments: {@link #bindVariadic}, {@link Syscall}.
   */
  static MethodHandle bindPlain(String function) {
    return bindHolding(function, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  }

  /**
   * Calls a function bound by {@link #bindPlain}.
   *
   * @param held the segment that an address among the arguments lies in; NULL where none does, or
   *     in memory of {@link Scratch}, which lives as long as the thread
   * @return what the function has returned, as an int; below 0 it is {@code -errno}
   */
  static int call(
      MethodHandle function, long a, long b, long c, long d, long e, MemorySegment held) {
    Scratch scratch = Scratch.current();
    try {
      return scratch.result(
          (int) (long) function.invokeExact(scratch.capture, a, b, c, d, e, held));
    } catch (Throwable t) {
      throw failure(t);
    }
  }

  /** With integers only. */
  static int call(MethodHandle function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0, MemorySegment.NULL);
  }

  /**
   * A function with variable arguments, for calls with exactly these. Variadic arguments travel
   * differently on some architectures, so the linker must know where they start.
   *
   * @param fixed how many arguments stand before the "..." of the prototype
   */
  static MethodHandle bindVariadic(
      String function, int fixed, MemoryLayout result, MemoryLayout... arguments) {
    return bind(
        function,
        FunctionDescriptor.of(result, arguments),
        CAPTURE,
        Linker.Option.firstVariadicArg(fixed));
  }

  private static MethodHandle bind(
      String function, FunctionDescriptor descriptor, Linker.Option... options) {
    MethodType type =
        descriptor.toMethodType().insertParameterTypes(0, MemorySegment.class); // the capture
    String refusal = Linux.refusal();
    if (refusal != null) {
      return Abi.unsupported() == null
          ? thrower(type, () -> new IllegalCallerException(refusal))
          : thrower(type, () -> new UnsupportedOperationException(refusal));
    }
    Optional<MemorySegment> address = find(function);
    if (address.isEmpty()) {
      return thrower(
          type,
          () ->
              new UnsupportedOperationException(
                  "the C library of this system has no function " + function));
    }
    return Linker.nativeLinker().downcallHandle(address.get(), descriptor, options);
  }

  /** Where the function is in this process; empty where the C library lacks it. */
  static Optional<MemorySegment> find(String function) {
    return Linker.nativeLinker().defaultLookup().find(function);
  }

  /** A handle of the given type that throws a new exception at each call. */
  private static MethodHandle thrower(MethodType type, Supplier<RuntimeException> reason) {
    try {
      MethodHandle supply =
          MethodHandles.lookup()
              .findVirtual(Supplier.class, "get", MethodType.methodType(Object.class))
              .bindTo(reason)
              .asType(MethodType.methodType(RuntimeException.class));
      MethodHandle raise = MethodHandles.throwException(type.returnType(), RuntimeException.class);
      return MethodHandles.dropArguments(
          MethodHandles.foldArguments(raise, supply), 0, type.parameterList());
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("Supplier.get", impossible);
    }
  }

  /**
   * What to throw for a Throwable that came out of a handle. Bound functions throw nothing
   * themselves; the linker refuses arguments with unchecked exceptions (a closed arena, a confined
   * arena of another thread), which pass through unchanged.
   */
  static RuntimeException failure(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException refused) {
      return refused;
    }
    return new IllegalStateException("a system call threw a checked exception", thrown);
  }
}
