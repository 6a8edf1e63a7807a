package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each example as its own process, as a reader of the README would. */
class ExamplesTest {
  /** A running example; ended by its process id when the test is over. */
  private record Example(Process process, BufferedReader output) implements AutoCloseable {
    static Example start(String name, String... arguments) throws IOException {
      var command = new ArrayList<String>();
      command.add(ProcessHandle.current().info().command().orElseThrow());
      command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-cp"));
      command.add(System.getProperty("java.class.path"));
      command.add("edgewise.examples." + name);
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      return new Example(process, process.inputReader());
    }

    /** What follows {@code before} on the next line. */
    String line(String before) throws IOException {
      String line = String.valueOf(output.readLine());
      assertTrue(line.startsWith(before), line);
      return line.substring(before.length());
    }

    int exitCode() throws InterruptedException {
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the example has not ended");
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroy();
    }
  }

  private static Socket connect(String address) throws IOException {
    int colon = address.lastIndexOf(':');
    return new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  @Test
  void echoIsAtMost25LinesAndEchoesOverTcpAndUnix(@TempDir Path directory) throws Exception {
    Path source = Path.of("../examples/src/main/java/edgewise/examples/Echo.java");
    assertTrue(Files.readAllLines(source).size() <= 25, "the echo example has grown");

    Path file = directory.resolve("echo.sock");
    try (var echo = Example.start("Echo", "127.0.0.1:0", "unix:" + file)) {
      String tcp = echo.line("echo on ");
      assertEquals("unix:" + file, echo.line("echo on "));
      byte[] message = "hello, loop".repeat(1000).getBytes(StandardCharsets.UTF_8);
      try (var socket = connect(tcp)) {
        socket.getOutputStream().write(message);
        socket.shutdownOutput();
        assertEquals(
            new String(message, StandardCharsets.UTF_8),
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(file));
        channel.write(ByteBuffer.wrap(message));
        channel.shutdownOutput();
        assertEquals(
            new String(message, StandardCharsets.UTF_8),
            new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void askPrintsTheAnswerAndFailsWhenNobodyListens() throws Exception {
    try (var echo = Example.start("Echo", "0")) {
      String address = echo.line("echo on ");
      try (var ask = Example.start("Ask", address, "is anybody there?\n")) {
        assertEquals("is anybody there?", ask.line(""));
        assertEquals(0, ask.exitCode());
      }
    }
    try (var ask = Example.start("Ask", "127.0.0.1:1", "x")) {
      assertEquals(1, ask.exitCode());
    }
  }

  @Test
  void chatPassesWholeLinesToEverybodyElse() throws Exception {
    try (var chat = Example.start("Chat", "0")) {
      String address = chat.line("chat on ");
      try (var ann = connect(address);
          var bob = connect(address)) {
        // Ann hears Bob only once she is in the room; her own first line proves that Bob is.
        OutputStream fromAnn = ann.getOutputStream();
        fromAnn.write("hel".getBytes(StandardCharsets.UTF_8));
        fromAnn.flush();
        fromAnn.write("lo\n".getBytes(StandardCharsets.UTF_8));
        var toBob = bob.getInputStream();
        assertEquals("hello\n", new String(toBob.readNBytes(6), StandardCharsets.UTF_8));
        bob.getOutputStream().write("hi, Ann\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(
            "hi, Ann\n", new String(ann.getInputStream().readNBytes(8), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void cgiBinAnswersByAScript(@TempDir Path directory) throws Exception {
    Path script = directory.resolve("greet");
    Files.writeString(
        script, "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\nhello %s' \"$QUERY_STRING\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    try (var cgi = Example.start("CgiBin", directory.toString(), "127.0.0.1:0");
        var socket = connect(cgi.line("http on "))) {
      String request = "GET /cgi-bin/greet?world HTTP/1.0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
      assertTrue(answer.endsWith("\r\n\r\nhello world"), answer);
    }
  }

  @Test
  void signalsTicksAndIsSignalled() throws Exception {
    try (var signals = Example.start("Signals")) {
      assertEquals("tick", signals.line(""));
      assertEquals("signalled 3 times", signals.line(""));
      assertEquals(0, signals.exitCode());
    }
  }

  @Test
  void oneLoopIsAtMost50LinesAndHearsOfAllFour(@TempDir Path directory) throws Exception {
    Path source = Path.of("../examples/src/main/java/edgewise/examples/OneLoop.java");
    assertTrue(Files.readAllLines(source).size() <= 50, "the example has grown");
    try (var one = Example.start("OneLoop", directory.toString(), "3000")) {
      // The socket's file is made, and seen, before there is anybody to look for what was there.
      String line = one.line("file ");
      while (!line.contains(directory.resolve("in").toString())) {
        line = one.line("file ");
      }
      try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(directory.resolve("in")));
        channel.write(ByteBuffer.wrap("b\na\n".getBytes(StandardCharsets.UTF_8)));
        line = one.line("");
        while (line.startsWith("file ")) {
          line = one.line("");
        }
        assertEquals("sort a", line);
        assertEquals("b", one.line(""));
        assertEquals("exit 0", one.line(""));
      }
      assertEquals(0, one.exitCode());
    }
  }

  @Test
  void theBoardShowsEverybodyWhatOneWrites() throws Exception {
    try (var board = Example.start("Board", "127.0.0.1:0");
        var client = HttpClient.newHttpClient()) {
      String url = "http://" + board.line("board on ");
      HttpResponse<InputStream> events =
          client.send(request(url + "/events").build(), BodyHandlers.ofInputStream());
      assertEquals("text/event-stream", events.headers().firstValue("Content-Type").orElseThrow());
      HttpRequest.Builder post =
          request(url + "/messages")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(BodyPublishers.ofString("text=h%C3%A9llo+you"));
      assertEquals(204, client.send(post.build(), BodyHandlers.discarding()).statusCode());
      try (var lines =
          new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
        assertEquals("data: h\u00e9llo you", lines.readLine());
      }
      assertEquals("later\n", body(client, request(url + "/later")));
      String disposition = "Content-Disposition: form-data; name=f; filename=x";
      String form = String.join("\r\n", "--b", disposition, "", "12345", "--b--", "");
      HttpRequest.Builder upload =
          request(url + "/upload")
              .header("Content-Type", "multipart/form-data; boundary=b")
              .POST(BodyPublishers.ofString(form));
      assertEquals("f: 5 bytes\n", body(client, upload));
      assertTrue(body(client, request(url + "/")).contains("EventSource"));
    }
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).version(HttpClient.Version.HTTP_1_1);
  }

  private static String body(HttpClient client, HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString()).body();
  }
}
