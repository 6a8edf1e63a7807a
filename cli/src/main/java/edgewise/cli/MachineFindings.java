package edgewise.cli;

import edgewise.linux.Libc;
import edgewise.linux.Linux;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Kernel, C library, architecture, JDK, and whether the JDK lets us call the kernel. */
final class MachineFindings {
  private MachineFindings() {}

  static List<Finding> all() {
    // First, because what follows counts as use, and use changes the answer to "granted?".
    boolean granted = Linux.nativeAccessEnabled();
    String refusal = Linux.unavailable();
    return List.of(
        kernel(System.getProperty("os.name", "unknown"), System.getProperty("os.version", "")),
        Finding.ok("libc", refusal == null ? Libc.description() : "not asked: no native access"),
        Finding.ok("architecture", System.getProperty("os.arch", "unknown")),
        Finding.ok(
            "jdk",
            System.getProperty("java.runtime.version")
                + " ("
                + System.getProperty("java.vendor")
                + ")"),
        nativeAccess(granted, refusal));
  }

  static Finding kernel(String name, String version) {
    String value = name + " " + version;
    return name.equals("Linux")
        ? Finding.ok("kernel", value)
        : Finding.warn("kernel", value, "epoll is a part of Linux; here there is --backend select");
  }

  /**
   * The state of --enable-native-access.
   *
   * @param granted whether an option granted it
   * @param refusal why the bindings do not work, or null
   */
  static Finding nativeAccess(boolean granted, @Nullable String refusal) {
    if (refusal != null) {
      return Finding.fail("native access", granted ? "of no use" : "denied", refusal);
    }
    return granted
        ? Finding.ok("native access", "granted by " + Linux.nativeAccessOption())
        : Finding.warn(
            "native access",
            "tolerated, with a warning of the JDK",
            "start java with " + Linux.nativeAccessOption());
  }
}
