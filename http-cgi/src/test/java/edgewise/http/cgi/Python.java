package edgewise.http.cgi;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Where python3 is. */
final class Python {
  private Python() {}

  /** Its real path, not one of a wrapper that needs variables; skips the test without it. */
  static String find() throws InterruptedException {
    try {
      var ask = new ProcessBuilder("python3", "-c", "import sys; print(sys.executable)").start();
      String path = new String(ask.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assumeTrue(ask.waitFor() == 0, "python3 does not work here");
      return path;
    } catch (IOException e) {
      assumeTrue(false, "there is no python3");
      throw new AssertionError(e);
    }
  }
}
