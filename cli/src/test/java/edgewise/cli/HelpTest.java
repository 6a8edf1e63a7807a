package edgewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
  @Test
  void theVersionIsThatOfTheBuild() {
    Printed version = Printed.by("--version");
    assertEquals(0, version.exitCode());
    assertTrue(version.out().matches("(?s)edgewise \\d+\\.\\d+\\.\\d+.*"), version.out());
    assertFalse(version.out().contains("${"), version.out());
    assertTrue(version.out().contains(System.getProperty("java.runtime.version")), version.out());
  }

  /** Whatever else is wrong: who asks for help may not know better. */
  @ParameterizedTest
  @ValueSource(
      strings = {"serve --nope --help", "serve -h a b", "serve -hV", "serve --loops 1 -Vh"})
  void helpIsShownBeforeAMistakeIsTold(String commandLine) {
    Printed help = Printed.by(commandLine.split(" ", -1));
    assertEquals(Printed.by("serve", "--help"), help);
    assertTrue(help.out().startsWith("Usage: edgewise serve [-hV] [--gzip]"), help.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "serve --help", "testserver --help", "doctor --help"})
  void helpFitsATerminal(String commandLine) {
    Printed help = Printed.by(commandLine.split(" ", -1));
    assertEquals(0, help.exitCode());
    assertEquals("", help.err());
    help.out().lines().forEach(line -> assertTrue(line.length() <= 80, line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "testserver"})
  void theHelpOfAServerNamesEveryOptionAndFormOfAddress(String command) {
    String help = Printed.by(command, "--help").out();
    assertTrue(help.contains("  edgewise " + command + " --listen 0"), help);
    Stream.of(
            "--listen",
            "--backend",
            "--trigger",
            "--loops",
            "--gzip",
            "--precompressed",
            "--cache-control",
            "--access-log",
            "[::1]:8080",
            "unix:@name",
            "unix:/")
        .forEach(word -> assertTrue(help.contains(word), word + " in\n" + help));
  }

  @Test
  void theHelpOfTestserverNamesEveryRoute() {
    String help = Printed.by("testserver", "--help").out();
    Stream.of("/echo", "/h204")
        .forEach(route -> assertTrue(help.contains("  " + route + " "), route + " in\n" + help));
  }
}
