package edgewise.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the user can put right: exit code 2, one line on stderr that says how, and no more. */
class OneLineErrorsTest {
  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
                                              | which command? There are: serve, testserver, doctor
          serv                                | did you mean 'serve'?
          serve --lisen 8080                  | did you mean '--listen'?
          serve --frobnicate                  | Unknown option: '--frobnicate'; see 'edgewise serve --help'
          serve --gzip=maybe                  | Invalid value for option '--gzip': 'maybe' is not a boolean
          serve --gzip --gzip                 | option '--gzip' should be specified only once
          serve --loops 1 --loops=2           | option '--loops' (N) should be specified only once
          serve --listen --gzip               | Expected parameter for option '--listen' but found '--gzip'
          serve --socket-mode 8               | '8' is not a mode; write three octal digits
          serve --control 8080                | '8080' is not a control socket; write unix:/path
          serve -x --nope                     | Unknown options: '-x', '--nope'
          serve a b c                         | Unmatched arguments from index 2: 'b', 'c'
          serve -- --listen                   | '--listen' does not exist; name a directory
          --nope serve                        | Unknown option: '--nope'; see 'edgewise --help'
          serve . another                     | 'another'
          serve --listen                      | Missing required parameter for option '--listen'
          serve --listen http://x/            | is not an address; write PORT, HOST:PORT, [IPV6]:PORT, unix:/path or unix:@name
          serve --listen 65536                | '65536' is not an address
          serve --listen ::1:8080             | '::1:8080' is not an address
          serve --listen no.such.invalid:80   | unknown host 'no.such.invalid'
          serve --listen unix:@               | an abstract name has 1 to 107 bytes
          serve --listen unix:/no/such/x.sock | /no/such does not exist; create it
          serve --backend kqueue              | no backend is called 'kqueue'; there are: epoll
          serve --trigger sideways            | 'sideways' is neither edge nor level
          serve --trigger oneshot             | 'oneshot' is neither edge nor level
          serve --loops 0                     | --loops 0 is not between 1 and 1024
          serve --loops -1                    | --loops -1 is not between 1 and 1024
          serve --loops 1025                  | --loops 1025 is not between 1 and 1024
          serve --loops many                  | 'many' is not an int
          serve --cache-control no-cache      | 'no-cache' is not PATTERN=VALUE, such as '*.html=no-cache'
          serve --cache-control =no-cache     | '=no-cache' is not PATTERN=VALUE
          serve --cache-control *.html=       | '*.html=' is not PATTERN=VALUE
          serve --cache-control a/**b=x       | --cache-control 'a/**b=x' cannot be:
          serve --access-log /no/such/log     | cannot write the access log '/no/such/log', name another file
          serve no-such-directory             | 'no-such-directory' does not exist; name a directory
          testserv                            | did you mean 'testserver'?
          testserver --lisen 8080             | did you mean '--listen'?
          testserver . another                | 'another'
          testserver --listen http://x/       | is not an address; write PORT, HOST:PORT, [IPV6]:PORT, unix:/path or unix:@name
          testserver --backend kqueue         | no backend is called 'kqueue'; there are: epoll
          testserver --trigger oneshot        | 'oneshot' is neither edge nor level
          testserver --loops 0                | --loops 0 is not between 1 and 1024
          testserver no-such-directory        | 'no-such-directory' does not exist; name a directory
          doctor --quickly                    | Unknown option: '--quickly'; see 'edgewise doctor --help'
          """)
  void aMistakeOnTheCommandLineIsOneLine(@Nullable String commandLine, String expected) {
    String[] args = commandLine == null ? new String[0] : commandLine.split(" +", -1);
    assertOneLine(expected, args);
  }

  @Test
  void aFileIsNotADirectory() throws Exception {
    Path file = Files.createFile(scratch.resolve("page.html"));
    assertOneLine("'" + file + "' is not a directory", "serve", file.toString());
  }

  @Test
  void aTakenPort() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = taken.getInetAddress().getHostAddress() + ":" + taken.getLocalPort();
      assertOneLine(
          "cannot listen, try another --listen ADDRESS: bind " + address + ": EADDRINUSE",
          serve("--listen", address));
    }
  }

  @Test
  void aTakenPortAfterAGoodSocketFileLeavesNoSocketFile() throws Exception {
    Path good = scratch.resolve("good.sock");
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertOneLine(
          "EADDRINUSE",
          serve(
              "--listen",
              "unix:" + good,
              "--listen",
              taken.getInetAddress().getHostAddress() + ":" + taken.getLocalPort()));
    }
    assertTrue(Files.notExists(good), good + " is left behind");
  }

  @Test
  void aSocketFileOfALiveServerIsNotPushedAside() throws Exception {
    Path path = scratch.resolve("live.sock");
    try (var live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      live.bind(UnixDomainSocketAddress.of(path));
      assertOneLine("a server is listening there", serve("--listen", "unix:" + path));
      assertTrue(Files.exists(path));
    }
  }

  @Test
  void whatIsNotASocketIsNotReplacedByOne() throws Exception {
    Path file = Files.writeString(scratch.resolve("precious"), "data");
    assertOneLine("it is not a socket; remove it", serve("--listen", "unix:" + file));
    assertEquals("data", Files.readString(file));
  }

  @Test
  void aSocketFileBelowAFile() throws Exception {
    Path file = Files.createFile(scratch.resolve("file"));
    assertOneLine(
        file + " is not a directory; choose another path",
        serve("--listen", "unix:" + file.resolve("x.sock")));
  }

  @Test
  void aSocketPathThatTheKernelWouldCutOff() {
    String path = scratch + "/" + "x".repeat(108);
    assertOneLine("a socket path has 1 to 108 bytes", serve("--listen", "unix:" + path));
  }

  @Test
  void anAddressOfAnotherMachine() {
    // 192.0.2.0/24 is for documentation, RFC 5737: no machine has it
    assertOneLine("it is not an address of this machine", serve("--listen", "192.0.2.1:8080"));
  }

  private String[] serve(String... options) {
    var args = new String[options.length + 2];
    args[0] = "serve";
    args[1] = scratch.toString();
    System.arraycopy(options, 0, args, 2, options.length);
    return args;
  }

  private static void assertOneLine(String expected, String... args) {
    Printed printed = Printed.by(args);
    assertAll(
        () -> assertEquals(2, printed.exitCode(), printed.err()),
        () -> assertEquals("", printed.out()),
        () -> assertEquals(1, printed.err().lines().count(), printed.err()),
        () -> assertTrue(printed.err().startsWith("edgewise: "), printed.err()),
        () -> assertTrue(printed.err().contains(expected), printed.err()));
  }
}
