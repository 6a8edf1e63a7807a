package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.EventLoop;
import edgewise.linux.SignalFd;
import edgewise.linux.SignalInfos;
import edgewise.linux.Unistd;
import edgewise.sources.BlockedSignals;
import edgewise.sources.Signals;
import edgewise.sources.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What takes a process of its own: its mask, its end, its terminal. */
class SignalsTest {
  /** The programs that are run; each prints "ready" first. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      try (EventLoop loop = EventLoop.open()) {
        switch (args[0]) {
          case "hup" -> hup(loop);
          case "blocked" -> blocked(loop);
          case "flood" -> flood(loop);
          case "raw" -> raw(loop);
          default -> throw new IllegalArgumentException(args[0]);
        }
        loop.run();
      }
    }

    private static void say(String line) {
      System.out.println(line);
      System.out.flush();
    }

    private static void hup(EventLoop loop) throws IOException {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> say("hook")));
      var ignored =
          Signals.open(
              loop,
              Set.of("HUP", "TERM"),
              (signals, name, times) -> {
                say(name + " " + times);
                if (name.equals("TERM")) {
                  signals.close(); // and the next one is the JVM's again
                }
              });
      say("ready");
    }

    private static void blocked(EventLoop loop) throws IOException {
      int[] numbers = {10, 17, 28, 40};
      var ignored =
          BlockedSignals.open(
              loop,
              numbers,
              (_, signal) -> {
                say(signal.number() + " " + signal.code() + " " + signal.pid());
                if (signal.number() == 40) {
                  loop.stop(Duration.ZERO);
                }
              });
      say("ready");
    }

    /** Signals to the process, from a thread of its own, with many more around. */
    private static void flood(EventLoop loop) throws IOException {
      int[] count = new int[1];
      var ignored =
          BlockedSignals.open(
              loop,
              new int[] {40},
              (_, _) -> {
                if (++count[0] == 5000) {
                  say("all " + count[0]);
                  loop.stop(Duration.ZERO);
                }
              });
      for (int i = 0; i < 5; i++) {
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              for (int n = 0; n < 1000; n++) {
                SignalFd.kill(Unistd.getpid(), 40);
              }
            });
      }
      say("ready");
    }

    private static void raw(EventLoop loop) throws IOException {
      Terminal terminal =
          Terminal.open(
              loop,
              (from, in) -> {
                if (in.get() == 'q') {
                  System.exit(3); // without closing anything
                }
              });
      terminal.onResize(size -> say("size " + size.rows() + " " + size.columns()));
      terminal.raw();
      say("ready");
    }
  }

  private record Running(Process process, BufferedReader output) implements AutoCloseable {
    static Running start(List<String> before, String what) throws IOException {
      var command = new ArrayList<>(before);
      command.addAll(java(what));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new Running(process, process.inputReader());
    }

    String line() throws IOException {
      return String.valueOf(output.readLine());
    }

    void signal(String name) throws Exception {
      Programs.run("sh", "-c", "kill -s " + name + " " + process.pid()).assertOk();
    }

    @Override
    public void close() {
      Programs.end(process);
    }
  }

  static List<String> java(String what) {
    return List.of(
        ProcessHandle.current().info().command().orElseThrow(),
        "--enable-native-access=ALL-UNNAMED",
        "-Xmx64m",
        "-cp",
        System.getProperty("java.class.path"),
        Child.class.getName(),
        what);
  }

  @Test
  void aHangupIsTheProgramsAndAfterItsCloseTheJvmsAgain() throws Exception {
    try (var child = Running.start(List.of(), "hup")) {
      assertEquals("ready", child.line());
      child.signal("HUP");
      assertEquals("HUP 1", child.line());
      child.signal("TERM");
      assertEquals("TERM 1", child.line());
      child.signal("TERM");
      assertEquals("hook", child.line());
      assertEquals(128 + 15, child.process.waitFor());
    }
  }

  @Test
  void signalsThatWereBlockedBeforeTheJvmComeWithTheirSender() throws Exception {
    var env = List.of("env", "--block-signal=USR1,CHLD,WINCH,40");
    try (var child = Running.start(env, "blocked")) {
      assertEquals("ready", child.line());
      for (int signal : new int[] {10, 28, 17, 10, 40}) {
        Process kill =
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + child.process.pid()).start();
        assertEquals(0, kill.waitFor());
        assertEquals(signal + " " + SignalInfos.SI_USER + " " + kill.pid(), child.line());
      }
      assertEquals(0, child.process.waitFor());
    }
  }

  @Test
  void noRealTimeSignalIsLostThatEveryThreadBlocks() throws Exception {
    try (var child = Running.start(List.of("env", "--block-signal=40"), "flood")) {
      assertEquals("ready", child.line());
      assertEquals("all 5000", child.line());
      assertEquals(0, child.process.waitFor());
    }
  }

  @Test
  void withoutThatMaskTheyAreRefused() throws Exception {
    var command = new ArrayList<>(java("blocked"));
    Programs.Ran ran = Programs.run(command);
    assertEquals(1, ran.exitCode());
    assertTrue(ran.err().contains("env --block-signal"), ran.err());
  }

  /** Python gives it a terminal that controls it, and looks at the modes. */
  @Needs("python3")
  @ParameterizedTest
  @CsvSource({"q, 3", "TERM, 143"})
  void aTerminalIsFollowedInSizeAndIsAsItWasAfterTheExit(String ending, int status)
      throws Exception {
    Path script = Path.of("src/test/resources/edgewise/tests/terminal.py").toAbsolutePath();
    var command = new ArrayList<>(List.of("python3", script.toString(), ending));
    command.addAll(java("raw"));
    Programs.Ran ran = Programs.run(command).assertOk();
    assertEquals("cooked\nraw\n" + status + "\ncooked\n", ran.text(), ran.err());
  }
}
