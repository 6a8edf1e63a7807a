package edgewise.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The collection of raw cases, and the files that they ask for. It is played in this process by
 * {@code RawCasesTest}, and in module {@code tests} against a running server.
 */
public final class RawCases {
  private RawCases() {}

  /** All of them, in the order of the file. */
  public static List<RawCase> load() {
    try (var in = RawCases.class.getResourceAsStream("cases.json")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      var cases = new ArrayList<RawCase>();
      for (Object json : RawCase.list(Json.read(text))) {
        cases.add(new RawCase(RawCase.map(json)));
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes what the cases ask for.
   *
   * @return the directory to serve; beside it is what must not be served
   */
  public static Path files(Path directory) throws IOException {
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.writeString(directory.resolve("secret.txt"), "TOPSECRET\n");
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret.txt"), "TOPSECRET\n");
    Path alpha = Files.writeString(root.resolve("alpha.txt"), "abcdefghijklmnopqrstuvwxyz");
    Files.setLastModifiedTime(alpha, FileTime.from(Instant.parse("2015-01-01T00:00:00Z")));
    Files.createFile(root.resolve("empty.txt"));
    Files.writeString(root.resolve("index.html"), "<h1>index</h1>\n");
    Path sub = Files.createDirectory(root.resolve("dir"));
    Files.writeString(sub.resolve("index.html"), "<h1>dir</h1>\n");
    Files.writeString(root.resolve("sp ace.txt"), "sp\n");
    Files.createSymbolicLink(root.resolve("link-out"), Path.of("../secret.txt"));
    Files.createSymbolicLink(root.resolve("dirlink-out"), Path.of("../outside"));
    Files.createSymbolicLink(root.resolve("link-in"), Path.of("alpha.txt"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    return root;
  }
}
