package edgewise.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A directory of files that are served twice: with variants and rules for caches, and plainly. */
abstract class ServedFiles extends OneServer {
  static final String ALPHA = "abcdefghijklmnopqrstuvwxyz";
  static final FileTime LONG_AGO = FileTime.from(Instant.parse("2015-01-01T00:00:00.123Z"));

  @TempDir Path directory;
  @RegisterExtension final OpenFiles files = new OpenFiles();

  @BeforeEach
  void makeFiles() throws IOException {
    write("alpha.txt", ALPHA);
    write("long.txt", ALPHA.repeat(100));
    write("app.js", "plain");
    write("app.js.gz", "GZIPPED");
    write("app.js.br", "BROTLIED");
    write("only.css", "plain");
    write("only.css.gz", "GZIPPED");
    write("dir/index.html", "<p>");
    write("dir/index.html.gz", "GZIPPED");
    write("forbidden.gz", "never");
    write("forbidden", "never");
    var all =
        FileHandler.builder(files.root(directory))
            .precompressed()
            .cacheControl("/dir/**", "no-cache")
            .cacheControl("*.js", "max-age=60, immutable")
            .build();
    var plain = new FileHandler(files.root(directory));
    serve(new Router().any("/{path...}", all).any("/plain/{path...}", plain));
  }

  void write(String name, String content) throws IOException {
    Path path = directory.resolve(name);
    Files.createDirectories(path.getParent());
    Files.setLastModifiedTime(Files.writeString(path, content), LONG_AGO);
  }

  Answers.Answer get(String path, String... fields) {
    return request("GET", path, fields);
  }

  Answers.Answer request(String method, String path, String... fields) {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: a\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    return Answers.read(rig().exchange(head + "\r\n"), method.equals("HEAD")).only();
  }

  static String field(Answers.Answer answer, String name) {
    return Objects.requireNonNull(answer.fields().get(name), () -> name + " of " + answer);
  }

  String tag(String path, String... fields) {
    return field(request("HEAD", path, fields), "etag");
  }
}
