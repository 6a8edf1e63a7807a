package edgewise.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code edgewise serve} with all that changes how files are sent, and curl that unpacks them. */
@Needs("curl")
class GzipLiveTest {
  private static final byte[] SHORT = "a line of a short text\n".repeat(50).getBytes(UTF_8);
  private static final byte[] LONG = "a line of a long text\n".repeat(200_000).getBytes(UTF_8);

  @TempDir Path scratch;

  private static Path files(Path scratch) throws IOException {
    Path files = Files.createDirectory(scratch.resolve("files"));
    Files.write(files.resolve("short.txt"), SHORT);
    Files.write(files.resolve("long.txt"), LONG);
    Files.write(files.resolve("noise.txt"), Bytes.random(3, 3 << 20));
    Files.write(files.resolve("noise.bin"), Bytes.random(4, 100_000));
    Files.write(files.resolve("made.css"), SHORT);
    Files.writeString(files.resolve("made.css.gz"), "whatever is there");
    return files;
  }

  @ParameterizedTest
  @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "EPOLL_ONESHOT")
  void curlUnpacksWhatWasPackedAndTheLogTellsWhatWasSent(Mode mode) throws Exception {
    assumeTrue(mode.backend().unavailable() == null, () -> mode.backend().unavailable());
    Path files = files(scratch);
    Path log = scratch.resolve("access.log");
    try (var serve = serve(files, log, mode)) {
      serve.awaitStart();
      assertSent(serve.url(), files);
      assertEquals(new ServeProcess.Ended(0, List.of(), List.of()), serve.terminate());
    }
    List<String> lines = Files.readAllLines(log);
    assertEquals(10, lines.size(), lines.toString());
    assertTrue(lines.getFirst().contains("\"GET /short.txt HTTP/1.1\" 200 "), lines.toString());
  }

  private static ServeProcess serve(Path files, Path log, Mode mode) throws IOException {
    String trigger = mode.trigger.name().toLowerCase(Locale.ROOT);
    return ServeProcess.edgewise(
        "serve",
        files.toString(),
        "--listen",
        "0",
        "--loops",
        "2",
        "--backend",
        mode.backendName,
        "--trigger",
        trigger,
        "--gzip",
        "--precompressed",
        "--cache-control",
        "*.css=max-age=60, immutable",
        "--access-log",
        log.toString());
  }

  private static void assertSent(URI url, Path files) throws Exception {
    for (String name : List.of("short.txt", "long.txt", "noise.txt", "noise.bin")) {
      byte[] content = Files.readAllBytes(files.resolve(name));
      assertArrayEquals(content, curl("--compressed", url + name), name);
      assertArrayEquals(content, curl(url + name), name);
    }
    Path head = files.resolve("head");
    byte[] packed = curl("-H", "Accept-Encoding: gzip", "-D", head.toString(), url + "long.txt");
    assertTrue(packed.length < LONG.length / 50, packed.length + " octets");
    String fields = Files.readString(head);
    assertTrue(fields.contains("\r\nContent-Encoding: gzip\r\n"), fields);
    assertTrue(fields.contains("\r\nETag: W/\""), fields);
    assertTrue(fields.contains("\r\nVary: Accept-Encoding\r\n"), fields);
    byte[] made = curl("-H", "Accept-Encoding: gzip", "-D", head.toString(), url + "made.css");
    assertEquals("whatever is there", new String(made, UTF_8), "the one beside it is taken");
    fields = Files.readString(head);
    assertTrue(fields.contains("\r\nCache-Control: max-age=60, immutable\r\n"), fields);
    assertTrue(fields.contains("\r\nETag: \""), fields);
  }

  private static byte[] curl(String... args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-sSf"));
    command.addAll(List.of(args));
    return Programs.run(command).assertOk().out();
  }
}
