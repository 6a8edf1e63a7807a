package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import edgewise.Backends;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The {@code edgewise} command as a user runs it: as a process, with files to serve. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
abstract class CommandProcess {
  /** More than the socket buffers of both ends hold, so that a download can be in hand. */
  static final long HUGE_BYTES = 64 << 20;

  @TempDir static Path files;
  @TempDir Path scratch;

  @BeforeAll
  static void makeFiles() throws IOException {
    SampleFiles.in(files);
    try (var huge = new java.io.RandomAccessFile(files.resolve("huge.bin").toFile(), "rw")) {
      huge.setLength(HUGE_BYTES);
    }
  }

  static ServeProcess serve(String... options) throws IOException {
    var args = new ArrayList<>(List.of("serve", files.toString()));
    args.addAll(List.of(options));
    return ServeProcess.edgewise(args.toArray(String[]::new));
  }

  static void assertEndsInPeace(ServeProcess.Ended ended) {
    assertEquals(new ServeProcess.Ended(0, List.of(), List.of()), ended);
  }

  static void assertOneLine(String expected, ServeProcess.Ended ended) {
    assertEquals(2, ended.exitCode(), ended.toString());
    assertEquals(List.of(), ended.out());
    assertEquals(1, ended.err().size(), ended.toString());
    assertTrue(ended.err().getFirst().startsWith("edgewise: "), ended.toString());
    assertTrue(ended.err().getFirst().contains(expected), ended.toString());
  }

  /** Fetches a path below the root. */
  interface Fetch {
    byte[] of(String path) throws Exception;
  }

  static void assertServed(Fetch fetch) throws Exception {
    for (var file : SampleFiles.CONTENT.entrySet()) {
      assertArrayEquals(file.getValue(), fetch.of(file.getKey()), file.getKey());
    }
  }

  static byte[] fetch(URI url) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(30)).build();
      var response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, response.statusCode(), url.toString());
      return response.body();
    }
  }

  static void assumeBackend(String name) {
    for (var backend : Backends.all()) {
      if (backend.name().equals(name)) {
        assumeTrue(backend.unavailable() == null, name + ": " + backend.unavailable());
        return;
      }
    }
    assumeTrue(false, "there is no " + name + " backend");
  }
}
