package edgewise.cli;

import edgewise.linux.Errno;
import edgewise.linux.Linux;
import java.util.ArrayList;
import java.util.List;

/** What the kernel, and whatever sandbox is around us, lets this process use. */
final class FeatureFindings {
  /**
   * One feature.
   *
   * @param name as in the manual pages
   * @param gives what it is good for
   * @param without what happens without it, and what to do
   * @param probe uses it; returns at least 0, or -errno
   */
  private record Feature(String name, String gives, String without, Probe probe) {}

  private interface Probe {
    int run();
  }

  private static final List<Feature> FEATURES =
      List.of(
          new Feature(
              "eventfd",
              "wakes a loop from another thread",
              "the epoll backend cannot do without it; use --backend select",
              FeatureProbes::eventfd),
          new Feature(
              "epoll_pwait2",
              "timers exact to the nanosecond",
              "timers are rounded up to milliseconds; Linux 5.11 and newer have it",
              FeatureProbes::pwait2),
          new Feature(
              "openat2",
              "served directories closed by the kernel",
              "each part of a path is checked one by one, which is slower; Linux 5.6 and newer"
                  + " have it",
              FeatureProbes::openat2),
          new Feature(
              "sendfile",
              "files sent without copying",
              "the sandbox around this process has to let it pass",
              FeatureProbes::sendfile),
          new Feature(
              "SO_REUSEPORT",
              "a listener per loop on one port",
              "one loop accepts for all, which is the default anyway",
              FeatureProbes::reusePort),
          new Feature(
              "SO_PEERPIDFD",
              "a peer's process, safe against reused ids",
              "peers are known by process id only; Linux 6.5 and newer have it",
              FeatureProbes::peerPidfd),
          new Feature(
              "abstract unix names",
              "sockets without files",
              "use unix:/path instead of unix:@name",
              FeatureProbes::abstractName),
          new Feature(
              "IPv6 loopback",
              "http://[::1]/",
              "listen on IPv4 addresses, or bring up ::1 on the loopback interface",
              FeatureProbes::ipv6Loopback));

  private FeatureFindings() {}

  static List<Finding> all() {
    if (Linux.unavailable() != null) {
      return List.of(
          Finding.warn("kernel features", "not probed", "that takes native access, see above"));
    }
    var findings = new ArrayList<Finding>();
    for (Feature feature : FEATURES) {
      findings.add(finding(feature.name, feature.gives, feature.without, feature.probe.run()));
    }
    return findings;
  }

  static Finding finding(String name, String gives, String without, int result) {
    return result >= 0
        ? Finding.ok(name, gives)
        : Finding.warn(name, Errno.describe(-result), without);
  }
}
