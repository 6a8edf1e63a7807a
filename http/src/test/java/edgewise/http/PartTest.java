package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be done with the parts of an upload, and what is left of them. */
class PartTest extends Uploads {
  private static final String FILE =
      "--xYz~Content-Disposition: form-data; name=f; filename=x~~0123456789abc~--xYz--";
  private static final String VALUE = "--xYz~" + A + "~1~--xYz--";

  @Test
  void partsAreFoundByName() throws IOException {
    String b = A.replace("\"a\"", "b");
    String[] contents = {"1", "2", "3"};
    try (Multipart upload = read("--xYz~" + A + "~1~--xYz~" + b + "~2~--xYz~" + A + "~3~--xYz--")) {
      Part first = upload.first("a");
      assertNotNull(first);
      assertEquals("1", first.text());
      assertNull(upload.first("A"));
      assertEquals(2, upload.all("a").size());
      for (int i = 0; i < contents.length; i++) {
        assertEquals(contents[i], upload.parts().get(i).text());
      }
      assertEquals(
          "Multipart[Part['a', null, 1 bytes], Part['b', null, 1 bytes], Part['a', null, 1 bytes]]",
          upload.toString());
    }
  }

  @Test
  void aPartMovesOnceAndStays(@TempDir Path elsewhere) throws IOException {
    for (String body : List.of(FILE, VALUE)) {
      Path target = elsewhere.resolve("moved");
      try (Multipart upload = read(body)) {
        Part part = upload.parts().getFirst();
        byte[] content = part.bytes();
        part.moveTo(target);
        assertArrayEquals(content, Files.readAllBytes(target));
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(target)));
        assertThrows(IllegalStateException.class, part::bytes);
        assertThrows(IllegalStateException.class, () -> part.moveTo(elsewhere.resolve("other")));
      }
      assertTrue(Files.deleteIfExists(target), "it outlives the upload");
    }
  }

  @Test
  void aFileThatIsThereIsNotReplaced(@TempDir Path elsewhere) throws IOException {
    Path target = Files.writeString(elsewhere.resolve("there"), "before");
    for (String body : List.of(FILE, VALUE)) {
      try (Multipart upload = read(body)) {
        Part part = upload.parts().getFirst();
        assertThrows(FileAlreadyExistsException.class, () -> part.moveTo(target));
        assertEquals("before", Files.readString(target));
        assertEquals(part.size(), part.bytes().length, "the part is as before");
      }
    }
  }

  @Test
  void filesAreTheOwnersAloneAndGoWithTheUpload() throws IOException {
    Multipart upload = read(FILE);
    assertEquals(1, files().size());
    var permissions = Files.getPosixFilePermissions(files().getFirst());
    assertEquals("rw-------", PosixFilePermissions.toString(permissions));
    upload.close();
    assertEquals(List.of(), files());
    upload.close();
    assertThrows(IllegalStateException.class, () -> upload.parts().getFirst().bytes());
  }

  @Test
  void textIsUtf8OrRefused() throws IOException {
    try (Multipart upload = read("--xYz~" + A + "~\u00c3\u00bc~--xYz~" + A + "~\u00fc~--xYz--")) {
      assertEquals("ü", upload.parts().getFirst().text());
      var refused = assertThrows(StatusException.class, () -> upload.parts().getLast().text());
      assertEquals(400, refused.status());
    }
  }

  @Test
  void aStreamIsReadToItsEnd() throws IOException {
    byte[] body = Cuts.octets(FILE.replace("~", "\r\n"));
    try (Multipart upload = Multipart.read(new ByteArrayInputStream(body), TYPE, limits)) {
      assertEquals("0123456789abc", upload.parts().getFirst().text());
    }
  }

  @Test
  void aStreamThatBreaksLeavesNothing() {
    byte[] body = Cuts.octets(FILE.substring(0, FILE.indexOf("abc")).replace("~", "\r\n") + "ab");
    var seen = new ArrayList<Path>();
    InputStream broken =
        new ByteArrayInputStream(body) {
          @Override
          public int read(byte[] into) throws IOException {
            int count = read(into, 0, 7);
            if (count < 0) {
              seen.addAll(files());
              throw new IOException("the client is gone");
            }
            return count;
          }
        };
    assertThrows(IOException.class, () -> Multipart.read(broken, TYPE, limits));
    assertEquals(1, seen.size(), "there was a file");
    assertEquals(List.of(), files());
  }

  @Test
  void aParserThatIsClosedBeforeTheEndLeavesNothing() throws IOException {
    byte[] body = Cuts.octets((FILE + "~x").replace("~", "\r\n"));
    for (int end = 0; end < body.length - 13; end++) {
      try (var parser = new MultipartParser(TYPE, limits)) {
        parser.receive(ByteBuffer.wrap(body, 0, end));
      }
      assertEquals(List.of(), files());
    }
  }

  @Test
  void afterARefusalNothingIsTaken() throws IOException {
    var parser = new MultipartParser(TYPE, limits);
    ByteBuffer bad = ByteBuffer.wrap(Cuts.octets("--xYz?"));
    assertThrows(StatusException.class, () -> parser.receive(bad));
    assertThrows(IllegalStateException.class, () -> parser.receive(bad));
    assertThrows(IllegalStateException.class, parser::end);
    parser.close();
  }

  @Test
  void aMissingDirectoryIsNamed() {
    limits = MultipartLimits.builder().maxMemoryBytes(0).directory(directory.resolve("no")).build();
    var failure = assertThrows(IOException.class, () -> read(VALUE));
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.contains(directory.resolve("no") + "; set"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "a b.txt               > a b.txt",
        "../../etc/passwd      > passwd",
        "C:\\dir\\x.txt        > x.txt",
        "..                    > unnamed",
        "``                    > unnamed",
        "/                     > unnamed",
        ".htaccess             > htaccess",
        "a\0b\u0007c.txt        > a_b_c.txt",
        "x.php:stream          > x.php_stream",
        "evil\u202egpj.exe     > evil_gpj.exe",
        "a. .                  > a",
        "NUL.txt               > _NUL.txt",
        "com1                  > _com1",
        "console               > console",
        "\ud800x               > _x",
        "ünïcode.png           > ünïcode.png",
      })
  void aSafeNameStaysInItsFolder(String name, String expected) {
    assertEquals(expected, SafeName.of(name.strip()));
  }

  @Test
  void aSafeNameIsShortAndKeepsItsEnding() {
    String name = SafeName.of("€".repeat(200) + ".jpeg");
    assertEquals("€".repeat(83) + ".jpeg", name);
    assertEquals(254, SafeName.of("x".repeat(300)).length());
  }
}
