package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code edgewise serve} ends. */
class ServeCommandEndTest extends CommandProcess {
  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void aSignalEndsItWithExitCode0AndASocketFileIsRemoved(String signal) throws Exception {
    Path socket = scratch.resolve("app.sock");
    try (var serve = serve("--listen", "unix:" + socket)) {
      serve.awaitStart();
      serve.signal(signal);
      assertEndsInPeace(serve.awaitEnd());
      assertTrue(Files.notExists(socket), "the socket file is left behind");
    }
  }

  @Test
  void anIdleConnectionDoesNotHoldUpTheEnd() throws Exception {
    try (var serve = serve("--listen", "0")) {
      serve.awaitStart();
      try (var idle = new Socket(serve.url().getHost(), serve.url().getPort())) {
        assertArrayEquals(SampleFiles.of("index.html"), fetch(serve.url()));
        long start = System.nanoTime();
        assertEndsInPeace(serve.terminate());
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 9, "it waited");
        assertEquals(-1, idle.getInputStream().read());
      }
    }
  }

  @Test
  void aDownloadInHandIsFinishedBeforeTheEnd() throws Exception {
    try (var serve = serve("--listen", "0")) {
      serve.awaitStart();
      try (var download = beginDownload(serve.url())) {
        serve.signal("TERM");
        assertTrue(serve.errorLine().contains("finishing 1 connection, for up to"));
        assertEquals(HUGE_BYTES, countBody(download.getInputStream()));
      }
      var ended = serve.awaitEnd();
      assertEquals(0, ended.exitCode(), ended.toString());
    }
  }

  @Test
  void aSecondCtrlCEndsItAtOnce() throws Exception {
    assumeBackend("epoll"); // giving the signal back to the kernel takes native access
    try (var serve = serve("--listen", "0")) {
      serve.awaitStart();
      try (var download = beginDownload(serve.url())) {
        serve.signal("INT");
        assertTrue(serve.errorLine().contains("Ctrl-C again ends it at once"));
        long second = System.nanoTime();
        serve.signal("INT");
        assertEquals(128 + 2, serve.awaitEnd().exitCode());
        assertTrue(Duration.ofNanos(System.nanoTime() - second).toSeconds() < 5, "it waited");
        assertTrue(download.isConnected());
      }
    }
  }

  /** The hook that ends the process with exit code 0 must not cut off the hooks of others. */
  @Test
  void aFlightRecordingIsWrittenBeforeTheEnd() throws Exception {
    Path recording = scratch.resolve("recording.jfr");
    var options =
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Xlog:disable",
            "-Xlog:jfr+startup=off",
            "-XX:StartFlightRecording:settings=none,filename=" + recording);
    try (var serve =
        ServeProcess.edgewise(options, List.of("serve", files.toString(), "--listen", "0"))) {
      serve.awaitStart();
      assertEquals(0, serve.terminate().exitCode());
      assertTrue(Files.size(recording) > 0, "the recording is empty");
    }
  }

  /** Asks for the huge file, and reads no more of the answer than its first line. */
  private static Socket beginDownload(URI url) throws IOException {
    var socket = new Socket(url.getHost(), url.getPort());
    socket.setSoTimeout(30_000);
    String request = "GET /huge.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    assertEquals("HTTP/1.1 200 OK", line(socket.getInputStream()));
    return socket;
  }

  /** Reads the other header lines, and counts what comes after them until the end. */
  private static long countBody(InputStream in) throws IOException {
    while (!line(in).isEmpty()) {}
    long count = 0;
    var buffer = new byte[64 << 10];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      count += n;
    }
    return count;
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      assertNotEquals(-1, c, "the answer ends within its header");
      line.append((char) c);
    }
    return line.toString().stripTrailing();
  }
}
