package edgewise.http.jdk;

import static edgewise.http.jdk.Wire.get;
import static edgewise.http.jdk.Wire.head;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;

/** The file handler of the JDK. */
final class SameFilesAsJdkTest extends SameAsJdk {
  @TempDir private Path directory;

  @Override
  void addCases() throws IOException {
    Files.writeString(directory.resolve("a.txt"), "some text");
    Files.writeString(directory.resolve("page.html"), "<p>page");
    Files.createDirectory(directory.resolve("sub"));
    Files.writeString(directory.resolve("sub").resolve("b c.bin"), "b".repeat(100_000));
    Consumer<HttpServer> program =
        server ->
            server.createContext(
                "/", SimpleFileServer.createFileHandler(directory.toAbsolutePath()));
    for (String target :
        List.of(
            "/a.txt",
            "/page.html",
            "/",
            "/sub/",
            "/sub",
            "/sub/b%20c.bin",
            "/nothing",
            "/../a.txt",
            "/sub/..%2fa.txt")) {
      add(
          "the file " + target,
          program,
          get(target),
          head("HEAD " + target + " HTTP/1.1", "Host: h"),
          get(target));
    }
    add("a file cannot be posted to", program, post("/a.txt", "x"), get("/a.txt"));
  }
}
