package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** wrk, with connections that are kept, until it is told to report. */
final class Wrk implements AutoCloseable {
  private final Process process;

  Wrk(int connections, URI url) throws IOException {
    var command =
        List.of(
            "env", // a build in the background hands down that SIGINT is ignored
            "--default-signal=INT",
            "wrk",
            "-t",
            "2",
            "-c",
            Integer.toString(connections),
            "-d",
            "10m",
            "--timeout", // one that is late, on a machine that is busy, is not lost
            "60s",
            url.toString());
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Ends it; no connection was refused or reset, no request failed. */
  void assertNoErrors() throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-s", "INT", Long.toString(process.pid())).start();
    assertEquals(0, kill.waitFor());
    String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertTrue(report.contains(" requests in "), report);
    assertFalse(report.contains("Socket errors"), report);
    assertFalse(report.contains("Non-2xx"), report);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
