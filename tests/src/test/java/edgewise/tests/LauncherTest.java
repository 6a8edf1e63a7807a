package edgewise.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The script {@code edgewise} beside the sources. */
class LauncherTest extends CommandProcess {
  private static final Path SOURCES = Path.of(System.getProperty("basedir", ".")).resolve("..");

  @Test
  void theLauncherServes() throws Exception {
    assumeLauncherIsBuilt();
    try (var serve =
        ServeProcess.start(List.of(launcher(), "serve", files.toString(), "--listen", "0"))) {
      serve.awaitStart();
      assertServed(path -> fetch(serve.url().resolve(path)));
      assertEndsInPeace(serve.terminate());
    }
  }

  private static String launcher() {
    return SOURCES.resolve("edgewise").toString();
  }

  /** Otherwise it would build, inside this build. */
  private static void assumeLauncherIsBuilt() throws IOException {
    Path stamp = SOURCES.resolve("cli/target/edgewise/built");
    assumeTrue(Files.exists(stamp), "the launcher has no jars: run mvn package -pl cli -am");
    FileTime built = Files.getLastModifiedTime(stamp);
    for (String module : List.of("native", "reactor-api", "http", "cli")) {
      try (var sources = Files.walk(SOURCES.resolve(module).resolve("src/main"))) {
        for (Path source : sources.toList()) {
          assumeTrue(
              Files.getLastModifiedTime(source).compareTo(built) <= 0,
              "the launcher's jars are older than " + source);
        }
      }
    }
  }
}
