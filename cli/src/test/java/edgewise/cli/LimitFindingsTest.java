package edgewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.cli.Finding.Grade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitFindingsTest {
  private static final String LIMITS =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             15391                15391                processes
      Max open files            %s %s files
      Max locked memory         67108864             67108864             bytes
      """;

  @TempDir Path proc;

  @Test
  void aGenerousMachineIsOk() throws Exception {
    write("self/limits", LIMITS.formatted("65536               ", "1048576             "));
    write("sys/net/core/somaxconn", "4096\n");
    write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    assertEquals(
        List.of(
            Finding.ok("open files", "soft 65536, hard 1048576"),
            Finding.ok("net.core.somaxconn", "4096"),
            Finding.ok("net.ipv4.ip_local_port_range", "32768 to 60999 (28232 ports)")),
        LimitFindings.under(proc));
  }

  @Test
  void aLowLimitComesWithTheCommandThatRaisesIt() throws Exception {
    write("self/limits", LIMITS.formatted("1024", "4096"));
    write("sys/net/core/somaxconn", "128\n");
    write("sys/net/ipv4/ip_local_port_range", "60000 60999\n");
    List<Finding> findings = LimitFindings.under(proc);
    assertEquals(
        List.of(Grade.WARN, Grade.WARN, Grade.WARN),
        findings.stream().map(Finding::grade).toList());
    assertTrue(findings.get(0).advice().contains("ulimit -n 65536"), findings.get(0).advice());
    assertTrue(findings.get(1).advice().contains("sysctl -w net.core.somaxconn=4096"));
    assertTrue(findings.get(2).advice().contains("ip_local_port_range='32768 60999'"));
  }

  @Test
  void unlimitedIsEnough() throws Exception {
    write("self/limits", LIMITS.formatted("unlimited", "unlimited"));
    assertEquals(
        Finding.ok("open files", "soft unlimited, hard unlimited"),
        LimitFindings.under(proc).getFirst());
  }

  @Test
  void withoutProcNothingIsKnownAndNothingFails() {
    List<Finding> findings = LimitFindings.under(proc.resolve("absent"));
    assertEquals(3, findings.size());
    for (Finding finding : findings) {
      assertEquals(Grade.OK, finding.grade());
      assertTrue(finding.value().startsWith("not known"), finding.value());
    }
  }

  @Test
  void nonsenseIsReportedAndNothingFails() throws Exception {
    write("self/limits", "");
    write("sys/net/core/somaxconn", "a lot");
    write("sys/net/ipv4/ip_local_port_range", "all");
    for (Finding finding : LimitFindings.under(proc)) {
      assertEquals(Grade.WARN, finding.grade());
      assertEquals("not known", finding.value());
    }
  }

  private void write(String name, String text) throws IOException {
    Path file = proc.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
