package edgewise.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a descriptor open, or closes one that is not its own. */
final class OpenDescriptors implements BeforeEachCallback, AfterEachCallback {
  private Map<Integer, String> before = new TreeMap<>();

  @Override
  public void beforeEach(ExtensionContext context) {
    before = list();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Map<Integer, String> after = list();
    // The JDK closes the pipes of a child some time after that has ended, in any test that follows.
    before
        .entrySet()
        .removeIf(e -> e.getValue().startsWith("pipe:") && !after.containsKey(e.getKey()));
    assertEquals(before, after, "open descriptors before and after the test");
  }

  /** Number and target of each, without those the JVM opens when it pleases: jars and modules. */
  static Map<Integer, String> list() {
    Map<Integer, String> open = new TreeMap<>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path entry : entries) {
        String target = target(entry);
        if (!target.isEmpty() && !target.endsWith(".jar") && !target.endsWith("/lib/modules")) {
          open.put(Integer.valueOf(entry.getFileName().toString()), target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  /** Empty for the descriptor that lists the directory. */
  private static String target(Path entry) throws IOException {
    try {
      String target = Files.readSymbolicLink(entry).toString();
      return target.matches("/proc/\\d+/fd") ? "" : target;
    } catch (NoSuchFileException closedMeanwhile) {
      return "";
    }
  }
}
