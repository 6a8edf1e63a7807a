package edgewise.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Files to serve, of the sizes at which servers go wrong. */
final class SampleFiles {
  private SampleFiles() {}

  /** Writes them below the directory, and returns their content by their path. */
  static Map<String, byte[]> in(Path directory) throws IOException {
    var content = new TreeMap<String, byte[]>();
    content.put("index.html", "<h1>index</h1>\n".getBytes(StandardCharsets.UTF_8));
    content.put("empty.txt", new byte[0]);
    content.put("one.bin", new byte[] {0});
    content.put("sub/buffer-and-one.bin", Bytes.random(42, (64 << 10) + 1));
    content.put("sub/deep/large.bin", Bytes.random(43, 3 << 20));
    for (var file : content.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    return content;
  }
}
