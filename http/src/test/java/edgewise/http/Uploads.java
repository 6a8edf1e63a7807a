package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Uploads in a directory that is empty again after each test: whole, octet by octet, and cut at
 * every position; a tilde is a CRLF.
 */
class Uploads {
  static final String TYPE = "multipart/form-data; boundary=xYz";
  static final String A = "Content-Disposition: form-data; name=\"a\"~";

  @TempDir Path directory;
  MultipartLimits limits = MultipartLimits.DEFAULT;

  @BeforeEach
  void smallLimits() {
    limits =
        MultipartLimits.builder()
            .maxBytes(2000)
            .maxParts(3)
            .maxHeaderBytes(200)
            .maxHeaderFields(4)
            .maxPartMemoryBytes(10)
            .maxMemoryBytes(15)
            .maxIgnoredBytes(20)
            .directory(directory)
            .build();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    assertEquals(List.of(), files());
  }

  final List<Path> files() {
    try (var files = Files.list(directory)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The upload; pieces end at these offsets, and at the end. */
  final Multipart parse(byte[] body, List<Integer> cuts) throws IOException {
    try (var parser = new MultipartParser(TYPE, limits)) {
      int from = 0;
      var ends = new ArrayList<>(cuts);
      ends.add(body.length);
      for (int end : ends) {
        ByteBuffer piece = Cuts.direct(body, from, end, from % 17);
        parser.receive(piece);
        assertEquals(0, piece.remaining());
        from = end;
      }
      return parser.end();
    }
  }

  final String outcome(byte[] body, List<Integer> cuts) {
    try (Multipart upload = parse(body, cuts)) {
      var text = new StringBuilder();
      for (Part part : upload.parts()) {
        text.append(part.name()).append('|').append(part.filename());
        text.append('|').append(part.contentType()).append('|');
        text.append(Octets.latin1(ByteBuffer.wrap(part.bytes()), 0, (int) part.size()));
        text.append('\n');
      }
      return text + "files " + files().size();
    } catch (StatusException e) {
      return e.status() + " " + e.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final String outcome(String text) {
    byte[] body = Cuts.octets(text.replace("~", "\r\n"));
    String whole = outcome(body, List.of());
    for (List<Integer> cuts : Cuts.all(body.length)) {
      assertEquals(whole, outcome(body, cuts), () -> "cut at " + cuts);
    }
    return whole;
  }

  final Multipart read(String text) throws IOException {
    return parse(Cuts.octets(text.replace("~", "\r\n")), List.of());
  }
}
