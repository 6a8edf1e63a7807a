package edgewise.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits of this process and of the kernel, read under /proc: proc(5) needs no native access, and
 * for open files says the same as getrlimit(2).
 */
final class LimitFindings {
  /** A descriptor per connection: below this, the classic ten thousand clients do not fit. */
  private static final long FEW_FILES = 10_240;

  /** The default of Linux since 5.4, and the backlog that ListenOptions asks for. */
  private static final long FULL_BACKLOG = 4096;

  /** A client spends a port per connection to one server address, and for a minute after it. */
  private static final long FEW_PORTS = 10_000;

  /** Ten times what /proc/self/limits has. */
  private static final int MAX_BYTES = 16 << 10;

  private static final Pattern OPEN_FILES =
      Pattern.compile("(?m)^Max open files\\s+(\\w+)\\s+(\\w+)");

  private static final Pattern RANGE = Pattern.compile("(\\d+)\\s+(\\d+)");

  private LimitFindings() {}

  /** The findings under a directory that looks like /proc; none where there is no such thing. */
  static List<Finding> under(Path proc) {
    var findings = new ArrayList<Finding>();
    add(findings, "open files", proc.resolve("self/limits"), LimitFindings::openFiles);
    add(
        findings,
        "net.core.somaxconn",
        proc.resolve("sys/net/core/somaxconn"),
        LimitFindings::backlog);
    add(
        findings,
        "net.ipv4.ip_local_port_range",
        proc.resolve("sys/net/ipv4/ip_local_port_range"),
        LimitFindings::ports);
    return findings;
  }

  private interface Reading {
    Finding of(String name, String text);
  }

  private static void add(List<Finding> findings, String name, Path file, Reading reading) {
    try {
      findings.add(reading.of(name, read(file).strip()));
    } catch (NoSuchFileException absent) {
      findings.add(Finding.ok(name, "not known: there is no " + file));
    } catch (IOException | RuntimeException e) {
      findings.add(Finding.warn(name, "not known", file + " cannot be read: " + e));
    }
  }

  /**
   * In one read: files under /proc/sys give everything to the first and end with it, and {@link
   * Files#readString} believes their size, which is 0, and begins with a single byte.
   */
  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII);
    }
  }

  private static Finding openFiles(String name, String limits) {
    Matcher matcher = OPEN_FILES.matcher(limits);
    if (!matcher.find()) {
      return Finding.warn(name, "not known", "the limits of this process do not name it");
    }
    String value = "soft " + matcher.group(1) + ", hard " + matcher.group(2);
    return number(matcher.group(1)) >= FEW_FILES
        ? Finding.ok(name, value)
        : Finding.warn(
            name,
            value,
            "each connection takes one; raise it with ulimit -n 65536, or LimitNOFILE=65536 in a"
                + " systemd unit");
  }

  private static long number(String limit) {
    return limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit);
  }

  private static Finding backlog(String name, String value) {
    return Long.parseLong(value) >= FULL_BACKLOG
        ? Finding.ok(name, value)
        : Finding.warn(
            name,
            value,
            "bursts of new connections are cut off there; sysctl -w net.core.somaxconn=4096");
  }

  private static Finding ports(String name, String range) {
    Matcher ends = RANGE.matcher(range);
    if (!ends.matches()) {
      return Finding.warn(name, "not known", "not a range of ports: " + range);
    }
    long ports = Long.parseLong(ends.group(2)) - Long.parseLong(ends.group(1)) + 1;
    String value = "%s to %s (%d ports)".formatted(ends.group(1), ends.group(2), ports);
    return ports >= FEW_PORTS
        ? Finding.ok(name, value)
        : Finding.warn(
            name,
            value,
            "outgoing connections may run out of ports; sysctl -w"
                + " net.ipv4.ip_local_port_range='32768 60999'");
  }
}
