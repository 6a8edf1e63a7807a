package edgewise.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What {@code --version} prints: Edgewise, the JDK and the system, as a bug report needs them. */
final class Version {
  private Version() {}

  static String text() throws IOException {
    return String.join(
        System.lineSeparator(),
        "edgewise " + version(),
        "Java %s (%s)"
            .formatted(
                System.getProperty("java.runtime.version"), System.getProperty("java.vendor")),
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
  }

  /** The build writes it into a resource: it stands in the POM and nowhere else. */
  private static String version() throws IOException {
    var properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return properties.getProperty("version", "of unknown version");
  }
}
