package edgewise.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Files to serve, of the sizes at which servers go wrong. */
final class SampleFiles {
  /** Larger than the buffers of both ends of a socket. */
  static final String LARGE = "sub/deep/large.bin";

  /** What each holds, by its path. */
  static final Map<String, byte[]> CONTENT =
      new TreeMap<>(
          Map.of(
              "index.html",
              "<h1>index</h1>\n".getBytes(StandardCharsets.UTF_8),
              "empty.txt",
              new byte[0],
              "one.bin",
              new byte[] {0},
              "sub/buffer-and-one.bin",
              Bytes.random(42, (64 << 10) + 1),
              LARGE,
              Bytes.random(43, 3 << 20)));

  private SampleFiles() {}

  /** What the file of that path holds. */
  static byte[] of(String path) {
    return Objects.requireNonNull(CONTENT.get(path), path);
  }

  /** Writes them below the directory. */
  static void in(Path directory) throws IOException {
    for (var file : CONTENT.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }
}
