package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Endpoint;
import edgewise.LoopOptions;
import edgewise.Reactor;
import edgewise.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real directory tree, fetched whole by a foreign client, is what it is on disk. */
class FileTreeTest {
  private static final int CONNECTIONS = 64;
  private static final int LEAST_FILES = 1_000;
  private static final int MOST_FILES = 2_000;
  private static final Path DOCUMENTATION = Path.of("/usr/share/doc");

  @TempDir private static Path generated;

  private static Path root = DOCUMENTATION;
  private static List<Path> files = List.of();

  @BeforeAll
  static void findOrMakeATree() throws IOException {
    files = Files.isDirectory(DOCUMENTATION) ? regularFiles(DOCUMENTATION) : List.of();
    if (files.size() < LEAST_FILES) {
      root = generated;
      makeTree(generated);
      files = regularFiles(generated);
    }
    assertTrue(files.size() >= LEAST_FILES, files.size() + " files");
  }

  private static List<Path> regularFiles(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(Files::isReadable)
          .limit(MOST_FILES)
          .toList();
    }
  }

  /** Sizes from nothing to some hundred KiB, names that need escaping. */
  private static void makeTree(Path directory) throws IOException {
    var random = new Random(1);
    for (int i = 0; i < LEAST_FILES; i++) {
      Path folder = Files.createDirectories(directory.resolve("folder " + i % 17));
      byte[] content = new byte[random.nextInt(i % 50 == 0 ? 400_000 : 9_000)];
      random.nextBytes(content);
      Files.write(folder.resolve("file é 100% #" + i + "?.bin"), content);
    }
  }

  private static URI uri(Endpoint server, Path file) {
    String path =
        StreamSupport.stream(root.relativize(file).spliterator(), false)
            .map(name -> URLEncoder.encode(name.toString(), StandardCharsets.UTF_8))
            .map(name -> name.replace("+", "%20"))
            .collect(Collectors.joining("/"));
    return URI.create("http://" + server + "/" + path);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void aTreeFetchedOver64ConnectionsIsIdenticalToItsSource(Mode mode) throws Exception {
    var options = LoopOptions.builder().backend(mode.backendName).trigger(mode.trigger).build();
    try (var reactor = Reactor.open(2, options);
        var server =
            HttpServer.builder().reactor(reactor).files("/", root).listen("127.0.0.1:0").start();
        var threads = Executors.newFixedThreadPool(CONNECTIONS);
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      Endpoint address = server.endpoints().getFirst();
      var fetches = new ArrayList<Future<Integer>>();
      for (Path file : files) {
        fetches.add(threads.submit(() -> fetch(client, uri(address, file), file)));
      }
      int fetched = 0;
      for (Future<Integer> fetch : fetches) {
        fetched += fetch.get();
      }
      assertEquals(files.size(), fetched);
    }
  }

  private static int fetch(HttpClient client, URI uri, Path file) throws Exception {
    var response =
        client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
    assertEquals(200, response.statusCode(), uri::toString);
    assertArrayEquals(Files.readAllBytes(file), response.body(), uri::toString);
    return 1;
  }
}
