package edgewise.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A server that compresses, and a client that unpacks. */
abstract class CompressingServer extends OneServer {
  static final String GZIP = "Accept-Encoding: gzip";
  static final String TEXT = "The quick brown fox jumps over the lazy dog.\n".repeat(100);

  @TempDir Path directory;
  @RegisterExtension final OpenFiles files = new OpenFiles();

  @Override
  HttpRig serve(HttpHandler handler) {
    return serve(Compression.gzip(), handler);
  }

  HttpRig serve(Compression compression, HttpHandler handler) {
    return super.serve(compression.around(handler));
  }

  HttpRig serveFiles(Compression compression) throws IOException {
    return serve(compression, new FileHandler(files.root(directory)));
  }

  /** What comes back on a connection that ends with it. */
  Answers.Answer get(String path, String... fields) {
    return request("GET", path, fields);
  }

  Answers.Answer request(String method, String path, String... fields) {
    HttpRig server = rig();
    MemorySocket client = server.connect();
    client.send(head(method, path, fields));
    server.await("the end of the answer", () -> client.isEnded() || client.closed);
    return Answers.read(client.received(), method.equals("HEAD")).only();
  }

  static String head(String method, String path, String... fields) {
    String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
    return method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + more + "\r\n";
  }

  static byte[] unpacked(Answers.Answer answer) throws IOException {
    assertTrue(answer.complete(), answer.toString());
    assertEquals("gzip", answer.fields().get("content-encoding"));
    byte[] octets = answer.body().getBytes(ISO_8859_1);
    try (var in = new GZIPInputStream(new ByteArrayInputStream(octets))) {
      return in.readAllBytes();
    }
  }

  static void assertPlain(Answers.Answer answer) {
    assertNull(answer.fields().get("content-encoding"), answer.toString());
  }

  static String unpackedText(Answers.Answer answer) throws IOException {
    return new String(unpacked(answer), ISO_8859_1);
  }
}
