package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Load generators for a second or less: nothing fails and nothing is left out. How fast it was is
 * not looked at.
 */
@LiveTest
class LoadGeneratorsTest {
  @Test
  @Needs("ab")
  void abKeepsItsConnections(Site site) throws Exception {
    String report = ab("-k", "-n", "5000", "-c", "20", site.url("sub/buffer-and-one.bin"));
    assertEquals(5000, number(report, "Keep-Alive requests:\\s+(\\d+)"), report);
    assertEquals(5000L * ((64 << 10) + 1), number(report, "HTML transferred:\\s+(\\d+)"), report);
  }

  @Test
  @Needs("ab")
  void abConnectsAnewForEachRequest(Site site) throws Exception {
    ab("-n", "1000", "-c", "20", site.url("index.html"));
  }

  @Test
  @Needs("ab")
  void abPosts(Site site) throws Exception {
    Path body = Files.write(site.scratch.resolve("posted"), new byte[20_000]);
    String report =
        ab("-k", "-n", "1000", "-c", "20", "-p", body.toString(), "-T", "x/y", site.url("echo"));
    assertEquals(1000L * 20_000, number(report, "HTML transferred:\\s+(\\d+)"), report);
  }

  /** ab 2.3 prints a line for what went wrong only if something did. */
  private static String ab(String... args) throws Exception {
    var command = new String[args.length + 2];
    command[0] = "ab";
    command[1] = "-q";
    System.arraycopy(args, 0, command, 2, args.length);
    String report = Programs.run(command).assertOk().text();
    assertEquals(number(report, "Complete requests:\\s+(\\d+)"), requested(args), report);
    assertEquals(0, number(report, "Failed requests:\\s+(\\d+)"), report);
    assertFalse(report.contains("Non-2xx responses"), report);
    assertFalse(report.contains("Write errors"), report);
    return report;
  }

  private static long requested(String[] args) {
    return Long.parseLong(args[java.util.Arrays.asList(args).indexOf("-n") + 1]);
  }

  @Test
  @Needs("wrk")
  void wrkSeesNoErrors(Site site) throws Exception {
    String report =
        Programs.run("wrk", "-t", "1", "-c", "32", "-d", "1s", site.url("index.html"))
            .assertOk()
            .text();
    assertTrue(number(report, "(\\d+) requests in ") > 100, report);
    assertFalse(report.contains("Socket errors"), report);
    assertFalse(report.contains("Non-2xx"), report);
  }

  @Test
  @Needs("h2load")
  void h2loadPipelinesWithoutErrors(Site site) throws Exception {
    String report =
        Programs.run("h2load", "--h1", "-n", "5000", "-c", "10", "-m", "8", site.url("index.html"))
            .assertOk()
            .text();
    assertEquals(5000, number(report, "(\\d+) succeeded"), report);
    assertEquals(5000, number(report, "(\\d+) 2xx"), report);
    assertTrue(report.contains(" 0 failed, 0 errored, 0 timeout"), report);
  }

  private static long number(String report, String pattern) {
    var matcher = Pattern.compile(pattern).matcher(report);
    assertTrue(matcher.find(), () -> pattern + " is not in\n" + report);
    return Long.parseLong(matcher.group(1));
  }
}
