package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The C library that this process runs on, which is where the calls of this package are found. */
public final class Libc {
  private static final long VERSION_LENGTH_MAX = 64;

  private Libc() {}

  /**
   * "glibc 2.36", "musl" or "unknown". Any thread; allocates. Where the bindings do not work,
   * "unknown".
   *
   * @see <a href="https://man7.org/linux/man-pages/man3/gnu_get_libc_version.3.html">
   *     gnu_get_libc_version(3)</a>
   */
  public static String description() {
    if (Linux.refusal() != null) {
      return "unknown";
    }
    Optional<MemorySegment> glibcVersion = Downcall.find("gnu_get_libc_version");
    if (glibcVersion.isPresent()) {
      return "glibc " + glibcVersion(glibcVersion.get());
    }
    return isMusl() ? "musl" : "unknown";
  }

  private static String glibcVersion(MemorySegment function) {
    MethodHandle version =
        Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(ADDRESS));
    try {
      MemorySegment text = (MemorySegment) version.invokeExact();
      return text.reinterpret(VERSION_LENGTH_MAX).getString(0);
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  /** musl has no function that names it; but it is its own dynamic linker, mapped by that name. */
  private static boolean isMusl() {
    try (var lines = Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.contains("/ld-musl-"));
    } catch (IOException unreadable) {
      return false; // without /proc there is nothing to go by: "unknown" is then the truth
    }
  }
}
