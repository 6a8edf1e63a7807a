package edgewise.linux;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the bindings of this package work in this process, and if not, why and what to do. */
public final class Linux {
  /** What an event loop cannot do without. Other functions are looked for when first called. */
  private static final List<String> NEEDED =
      List.of(
          "epoll_create1",
          "epoll_ctl",
          "epoll_wait",
          "eventfd",
          "socket",
          "bind",
          "listen",
          "accept4",
          "connect",
          "getsockname",
          "getpeername",
          "getsockopt",
          "setsockopt",
          "shutdown",
          "recv",
          "send",
          "read",
          "write",
          "close",
          "fcntl",
          "sendfile",
          "syscall");

  /** Only success is remembered: native access can still be granted to a module at run time. */
  private static volatile boolean available;

  private Linux() {}

  /**
   * Null where the bindings work, else one sentence that says why they do not, with the remedy:
   * another operating system, an unknown architecture, native access denied, a C library without a
   * needed function. Never throws; after the first success it reads one field.
   *
   * <p>Where the JVM was started without {@code --enable-native-access} for this module, and not
   * with {@code --illegal-native-access=deny}, the JDK allows native access with a warning on
   * stderr, once. The only way to learn which of the two holds is to try, so this method then
   * causes that warning, as any first call of a binding would. Ask {@link #nativeAccessEnabled()}
   * first to avoid it.
   */
  public static @Nullable String unavailable() {
    if (available) {
      return null;
    }
    String reason = refusal();
    if (reason == null) {
      reason = missingFunction();
    }
    available = reason == null;
    return reason;
  }

  /**
   * Whether native access was granted to this module, on the command line, in a manifest or by a
   * module layer. False does not mean that the bindings fail; see {@link #unavailable()}. Causes no
   * warning.
   */
  public static boolean nativeAccessEnabled() {
    return Linux.class.getModule().isNativeAccessEnabled();
  }

  /**
   * The option of the {@code java} command that grants native access: "--enable-native-access=" and
   * this module, or ALL-UNNAMED where this class is on the class path.
   */
  public static String nativeAccessOption() {
    Module module = Linux.class.getModule();
    return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }

  /** Why no function at all can be bound, or null. */
  static @Nullable String refusal() {
    String reason = Abi.unsupported();
    if (reason == null && !nativeAccessEnabled() && nativeAccessDenied()) {
      reason = deniedText();
    }
    return reason;
  }

  static String deniedText() {
    Module module = Linux.class.getModule();
    return "native access is denied to "
        + (module.isNamed() ? "module " + module.getName() : "the class path")
        + ": start java with "
        + nativeAccessOption();
  }

  /** The cheapest restricted method there is: a view of nothing. */
  private static boolean nativeAccessDenied() {
    try {
      return MemorySegment.NULL.reinterpret(0).address() != 0;
    } catch (IllegalCallerException denied) {
      return true;
    }
  }

  private static @Nullable String missingFunction() {
    try {
      SymbolLookup libc = Linker.nativeLinker().defaultLookup();
      for (String function : NEEDED) {
        if (libc.find(function).isEmpty()) {
          return "the C library of this system has no function " + function;
        }
      }
      return null;
    } catch (UnsupportedOperationException noLinker) {
      return "this JDK has no native linker: " + noLinker.getMessage();
    }
  }
}
