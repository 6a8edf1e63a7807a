package edgewise.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The native memory that a thread's calls need beside their arguments, allocated once per thread
 * and released by the garbage collector after the thread has ended. Contents are meaningful only
 * within one call of this package; nothing here is handed out. Belongs to one thread, platform or
 * virtual (a virtual thread cannot change its carrier inside a system call, and it has its own
 * block).
 */
final class Scratch {
  /** PATH_MAX of limits.h, with the terminating NUL: longer paths get memory of their own. */
  private static final int PATH_MAX = 4096;

  private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

  /** Where the linker puts errno after each call: the first argument of every bound handle. */
  final MemorySegment capture;

  /** Sixteen bytes, 8-aligned: a timespec, an off_t, an eventfd counter, a pair of ints. */
  final MemorySegment words;

  /** A socklen_t for calls that also need {@link #words}. */
  final MemorySegment length;

  /** Bound to the garbage collector: a thread has no end at which it could close an arena. */
  private final Arena arena = Arena.ofAuto();

  private @Nullable MemorySegment path;

  private @Nullable MemorySegment block;

  private Scratch() {
    capture = arena.allocate(Linker.Option.captureStateLayout());
    words = arena.allocate(16, 8);
    length = arena.allocate(JAVA_INT);
  }

  static Scratch current() {
    return CURRENT.get();
  }

  /** What a method returns whose call has returned this: the same, or the errno negated. */
  int result(int returned) {
    return returned >= 0 ? returned : negatedErrno();
  }

  /** As {@link #result(int)}; byte counts, at most 0x7ffff000, and descriptors fit into an int. */
  int result(long returned) {
    return returned >= 0 ? (int) returned : negatedErrno();
  }

  /** The errno that the call just made has left, negated: what a failing method returns. */
  int negatedErrno() {
    return -capture.get(JAVA_INT, 0);
  }

  /** {@link #words} holding two longs. */
  MemorySegment longs(long first, long second) {
    words.set(JAVA_LONG, 0, first);
    words.set(JAVA_LONG, 8, second);
    return words;
  }

  /** {@link #words} holding two ints. */
  MemorySegment ints(int first, int second) {
    words.set(JAVA_INT, 0, first);
    words.set(JAVA_INT, 4, second);
    return words;
  }

  /** Copies the first two ints of {@link #words}, and returns 0 as the call did. */
  int copyInts(int[] into) {
    into[0] = words.get(JAVA_INT, 0);
    into[1] = words.get(JAVA_INT, 4);
    return 0;
  }

  /**
   * 128 bytes, 8-aligned, not zeroed: the size of a sigset_t, a siginfo_t and a signalfd_siginfo,
   * and room for an itimerspec. Allocated at the first call that needs it.
   */
  MemorySegment block() {
    MemorySegment memory = block;
    if (memory == null) {
      memory = arena.allocate(128, 8);
      block = memory;
    }
    return memory;
  }

  /** {@link #length} holding a value. */
  MemorySegment length(int value) {
    length.set(JAVA_INT, 0, value);
    return length;
  }

  /**
   * A path as the kernel reads it, UTF-8 with a NUL at the end, valid until this thread's next
   * path.
   *
   * @throws IllegalArgumentException for a path that would reach the kernel as another one: with a
   *     NUL inside, where C stops reading, or with half of a surrogate pair, which has no encoding
   */
  MemorySegment path(String name) {
    checkEncodable(name);
    int worstCase = 3 * name.length() + 1;
    MemorySegment memory = worstCase <= PATH_MAX ? pathMemory() : arenaForLong(worstCase);
    memory.setString(0, name);
    return memory;
  }

  private MemorySegment pathMemory() {
    MemorySegment memory = path;
    if (memory == null) {
      memory = arena.allocate(PATH_MAX);
      path = memory;
    }
    return memory;
  }

  /** Most likely ENAMETOOLONG, but that is for the kernel to say. */
  private static MemorySegment arenaForLong(int size) {
    return Arena.ofAuto().allocate(size);
  }

  private static void checkEncodable(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException("a path cannot contain NUL (at index " + i + ")");
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < name.length()
          && Character.isLowSurrogate(name.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException("half a surrogate pair in a path, at index " + i);
      }
    }
  }

  /** A path given as bytes: native memory with a NUL inside its bounds. */
  static MemorySegment path(MemorySegment name) {
    Memory.checkNative(name);
    for (long i = 0; i < name.byteSize(); i++) {
      if (name.get(JAVA_BYTE, i) == 0) {
        return name;
      }
    }
    throw new IllegalArgumentException("a path in a segment must end with a NUL byte");
  }
}
