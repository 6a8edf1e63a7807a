package edgewise.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * uname(2): the kernel that runs.
 *
 * @param sysname "Linux"
 * @param nodename the host's name
 * @param release the kernel's version, such as "6.1.0-18-amd64"
 * @param version when and how the kernel was built
 * @param machine the architecture, such as "x86_64", "aarch64" or "riscv64"
 * @see <a href="https://man7.org/linux/man-pages/man2/uname.2.html">uname(2)</a>
 */
public record Uname(
    String sysname, String nodename, String release, String version, String machine) {

  /** uname(2), which cannot fail. Any thread; allocates. */
  public static Uname uname() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment names = arena.allocate(Struct.Utsname.SIZEOF);
      int result = (int) Call.CALL.invokeExact(Scratch.current().capture, names);
      if (result < 0) {
        throw new IllegalStateException("uname: " + Scratch.current().negatedErrno());
      }
      return new Uname(
          names.getString(Struct.Utsname.SYSNAME),
          names.getString(Struct.Utsname.NODENAME),
          names.getString(Struct.Utsname.RELEASE),
          names.getString(Struct.Utsname.VERSION),
          names.getString(Struct.Utsname.MACHINE));
    } catch (Throwable t) {
      throw Downcall.failure(t);
    }
  }

  private static final class Call {
    static final MethodHandle CALL = Downcall.bind("uname", JAVA_INT, ADDRESS);
  }
}
