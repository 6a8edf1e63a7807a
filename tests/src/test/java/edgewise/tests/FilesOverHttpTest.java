package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.FileHandler;
import edgewise.http.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ranges, conditions and listings over real sockets and real files, on each backend. */
class FilesOverHttpTest {
  private static final int SIZE = 20 << 20;

  @TempDir private static Path root;
  private static byte[] content = {};

  @BeforeAll
  static void makeFiles() throws IOException {
    content = Bytes.random(9, SIZE);
    Files.write(root.resolve("large.bin"), content);
    Files.writeString(Files.createDirectory(root.resolve("folder")).resolve("a & b.txt"), "x");
    Files.createSymbolicLink(root.resolve("folder/out"), Path.of("/etc/passwd"));
  }

  private interface Use {
    void of(URI server, HttpClient client) throws Exception;
  }

  private static void serve(Mode mode, Use use) throws Exception {
    var options = LoopOptions.builder().backend(mode.backendName).trigger(mode.trigger).build();
    try (var reactor = Reactor.open(1, options);
        var server =
            HttpServer.builder()
                .reactor(reactor)
                .files("/", root, FileHandler.Option.LISTING)
                .listen("127.0.0.1:0")
                .start();
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      use.of(URI.create("http://" + server.endpoints().getFirst()), client);
    }
  }

  private static HttpResponse<byte[]> get(HttpClient client, URI uri, String... fields)
      throws Exception {
    var request = HttpRequest.newBuilder(uri);
    if (fields.length > 0) {
      request.headers(fields);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aDownloadThatIsTakenUpAgainIsWhole(Mode mode) throws Exception {
    serve(
        mode,
        (server, client) -> {
          URI large = server.resolve("/large.bin");
          var first = get(client, large, "Range", "bytes=0-9999999");
          assertEquals(206, first.statusCode());
          String tag = first.headers().firstValue("ETag").orElseThrow();
          var second = get(client, large, "Range", "bytes=10000000-", "If-Range", tag);
          assertEquals(206, second.statusCode());
          var whole = new ByteArrayOutputStream();
          whole.write(first.body());
          whole.write(second.body());
          assertArrayEquals(content, whole.toByteArray());
          assertEquals(304, get(client, large, "If-None-Match", tag).statusCode());
        });
  }

  /** The client reads nothing until both requests are sent, so that writing is blocked in parts. */
  @ParameterizedTest
  @EnumSource(Mode.class)
  void largePartsKeepTheirOrderAndTheNextAnswerItsPlace(Mode mode) throws Exception {
    serve(
        mode,
        (server, client) -> {
          try (var socket = new Socket()) {
            socket.setReceiveBufferSize(16 << 10);
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            String head = "GET /large.bin HTTP/1.1\r\nHost: a\r\n";
            String ranges = "Range: bytes=7000000-15000000,0-5000000,20000000-\r\n\r\n";
            String last = "Range: bytes=5-9\r\nConnection: close\r\n\r\n";
            socket
                .getOutputStream()
                .write((head + ranges + head + last).getBytes(StandardCharsets.US_ASCII));
            Thread.sleep(100);
            byte[] all = socket.getInputStream().readAllBytes();
            assertPart(all, 7_000_000, 15_000_000);
            assertPart(all, 0, 5_000_000);
            assertPart(all, 20_000_000, SIZE - 1);
            byte[] end = Arrays.copyOfRange(all, all.length - 5, all.length);
            assertArrayEquals(Arrays.copyOfRange(content, 5, 10), end);
            assertTrue(latin1(all, all.length - 1000, 1000).contains("Content-Range: bytes 5-9/"));
          }
        });
  }

  private static String latin1(byte[] bytes, int from, int count) {
    return new String(bytes, from, count, StandardCharsets.ISO_8859_1);
  }

  private static void assertPart(byte[] all, int first, int last) {
    String label = "Content-Range: bytes " + first + "-" + last + "/" + SIZE + "\r\n\r\n";
    int start = indexOf(all, label.getBytes(StandardCharsets.US_ASCII)) + label.length();
    assertTrue(start >= label.length(), label);
    int length = last - first + 1;
    assertTrue(Arrays.equals(content, first, last + 1, all, start, start + length), label);
    assertEquals("\r\n--", latin1(all, start + length, 4));
  }

  private static int indexOf(byte[] all, byte[] wanted) {
    for (int i = 0; i <= all.length - wanted.length; i++) {
      if (Arrays.equals(all, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aDirectoryIsListed(Mode mode) throws Exception {
    serve(
        mode,
        (server, client) -> {
          String page = new String(get(client, server.resolve("/")).body(), StandardCharsets.UTF_8);
          assertTrue(page.contains("href=\"./folder/\"") && page.contains("20.0 MiB"), page);
          var folder = get(client, server.resolve("/folder/"));
          String inFolder = new String(folder.body(), StandardCharsets.UTF_8);
          assertTrue(inFolder.contains("href=\"./a%20%26%20b.txt\""), inFolder);
          assertTrue(inFolder.contains("a &amp; b.txt") && !inFolder.contains("out<"), inFolder);
        });
  }
}
