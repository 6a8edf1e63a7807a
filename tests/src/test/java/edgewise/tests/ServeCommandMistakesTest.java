package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the user can put right is told in one line. */
class ServeCommandMistakesTest extends CommandProcess {
  @Test
  void aTakenPortIsOneLineAndExitCode2() throws Exception {
    try (var first = serve("--listen", "0")) {
      first.awaitStart();
      String address = "127.0.0.1:" + first.url().getPort();
      try (var second = serve("--listen", address)) {
        assertOneLine("bind " + address + ": EADDRINUSE", second.awaitEnd());
      }
      assertArrayEquals(SampleFiles.of("index.html"), fetch(first.url()));
    }
  }

  @Test
  void aMissingDirectoryIsOneLineAndExitCode2() throws Exception {
    try (var serve = ServeProcess.edgewise("serve", scratch.resolve("absent").toString())) {
      assertOneLine("does not exist; name a directory to serve", serve.awaitEnd());
    }
  }

  @Test
  void anEdgeTriggeredSelectorIsOneLineAndExitCode2() throws Exception {
    assumeBackend("select");
    try (var serve = serve("--backend", "select", "--trigger", "edge")) {
      assertOneLine("the select backend is level-triggered only", serve.awaitEnd());
    }
  }

  @Test
  void anAbstractNameOnSelectIsOneLineAndExitCode2() throws Exception {
    assumeBackend("select");
    try (var serve = serve("--backend", "select", "--listen", "unix:@name")) {
      assertOneLine(
          "the select backend has no abstract unix names such as unix:@name", serve.awaitEnd());
    }
  }

  @Test
  void withoutNativeAccessEpollByNameIsOneLineAndExitCode2() throws Exception {
    try (var serve =
        ServeProcess.edgewise(
            List.of(), List.of("serve", files.toString(), "--backend", "epoll"))) {
      assertOneLine("--enable-native-access=ALL-UNNAMED", serve.awaitEnd());
    }
  }
}
