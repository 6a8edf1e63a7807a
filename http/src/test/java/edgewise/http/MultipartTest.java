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
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads, whole, octet by octet, and cut at every position; a tilde is a CRLF. */
class MultipartTest {
  private static final String TYPE = "multipart/form-data; boundary=xYz";
  private static final String A = "Content-Disposition: form-data; name=\"a\"~";

  @TempDir Path directory;
  private MultipartLimits limits = MultipartLimits.DEFAULT;

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

  private List<Path> files() {
    try (var files = Files.list(directory)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The upload; pieces end at these offsets, and at the end. */
  private Multipart parse(byte[] body, List<Integer> cuts) throws IOException {
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

  private String outcome(byte[] body, List<Integer> cuts) {
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

  private String outcome(String text) {
    byte[] body = Cuts.octets(text.replace("~", "\r\n"));
    String whole = outcome(body, List.of());
    for (List<Integer> cuts : Cuts.all(body.length)) {
      assertEquals(whole, outcome(body, cuts), () -> "cut at " + cuts);
    }
    return whole;
  }

  private Multipart read(String text) throws IOException {
    return parse(Cuts.octets(text.replace("~", "\r\n")), List.of());
  }

  // --- what is found

  @Test
  void partsHaveNamesAndContent() {
    assertEquals(
        "a|null|null|1\nfile|a b.txt|text/plain|hello~\nfiles 0".replace("~", "\r\n"),
        outcome(
            "--xYz~"
                + A
                + "~1~--xYz~content-DISPOSITION:form-data ;filename=\"a b.txt\"; NAME=file~"
                + "Content-Type: text/plain~X: y~~hello~~--xYz--~"));
  }

  @Test
  void aFormWithoutFieldsHasNoParts() {
    assertEquals("files 0", outcome("--xYz--~"));
    assertEquals("files 0", outcome("--xYz--"));
  }

  @Test
  void aPartMayBeEmpty() {
    assertEquals("a|null|null|\nfiles 0", outcome("--xYz~" + A + "~~--xYz--~"));
    assertEquals("a|null|null|\nfiles 0", outcome("--xYz~" + A + "~--xYz--~"), "RFC 2046 5.1.1");
    assertEquals(
        "a|null|null|\na|null|null|\nfiles 0", outcome("--xYz~" + A + "~--xYz~" + A + "~--xYz--"));
  }

  @Test
  void whatIsAroundThePartsIsSkipped() {
    String one = "--xYz~" + A + "~1~--xYz--";
    String expected = "a|null|null|1\nfiles 0";
    assertEquals(expected, outcome("~" + one));
    assertEquals(expected, outcome("hi~" + one + "~bye~--xYz~"));
    assertEquals(expected, outcome("x--xYz~\n--xYz~" + one), "not at a line's beginning");
  }

  @Test
  void blanksMayFollowABoundary() {
    String twice = "--xYz \t~" + A + "~1~--xYz  ~" + A + "~2~--xYz-- \t";
    assertEquals("a|null|null|1\na|null|null|2\nfiles 0", outcome(twice));
    assertEquals("a|null|null|1\na|null|null|2\nfiles 0", outcome(twice + "~"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "~",
        "\r",
        "\n",
        "~~",
        "\r\r",
        "\r~",
        "~-",
        "~--",
        "~--x",
        "~--xY",
        "~--xy",
        "-- ",
        "--xYz",
        "x--xYz",
        "\n--xYz",
        "\r--xYz",
        "~--\r",
        "~-~--xY",
        "--xYz~",
        "~--x~--x",
        "\r\n\r\n-\r",
        "\0\u00ff",
      })
  void whatIsAlmostABoundaryIsContent(String content) {
    String expected = ("x" + content).replace("~", "\r\n");
    assertEquals(
        "a|null|null|" + expected + "\nfiles " + (expected.length() > 10 ? 1 : 0),
        outcome("--xYz~" + A + "~x" + content + "~--xYz--"));
  }

  @Test
  void longPartsAreKeptInFiles() {
    String ten = "0123456789";
    String part = "--xYz~" + A + "~";
    assertEquals("a|null|null|" + ten + "\nfiles 0", outcome(part + ten + "~--xYz--"));
    assertEquals("a|null|null|" + ten + "0\nfiles 1", outcome(part + ten + "0~--xYz--"));
    // The second exceeds what all parts may have of memory, the third does not.
    String three = part + ten + "~" + part + "012345~" + part + "01234~--xYz--";
    assertEquals(
        "a|null|null|" + ten + "\na|null|null|012345\na|null|null|01234\nfiles 1", outcome(three));
  }

  @Test
  void veryLongPartsAreKeptAsTheyCame() throws IOException {
    limits = MultipartLimits.builder().directory(directory).build();
    byte[] octets = new byte[3_000_000];
    new Random(7).nextBytes(octets);
    String text = Octets.latin1(ByteBuffer.wrap(octets), 0, octets.length).replace("xYz", "...");
    byte[] body = Cuts.octets(("--xYz~" + A + "~").replace("~", "\r\n") + text + "\r\n--xYz--");
    try (Multipart upload = parse(body, List.of(200, 1_000_000, 1_000_001, 1_020_000))) {
      assertArrayEquals(Cuts.octets(text), upload.parts().getFirst().bytes());
      assertEquals(1, files().size());
    }
  }

  // --- what is refused

  /** A dollar sign is an LF, a circumflex a CR. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "``                    > 0: ENDS",
        "hello                 > 0: ENDS",
        "--xYz                 > 0: ENDS",
        "--xYz-                > 0: ENDS",
        "--xYz--^              > 0: ENDS",
        "--xYz~                > 1: ENDS",
        "--xYz~{}              > 1: ENDS",
        "--xYz~{}~1            > 1: ENDS",
        "--xYz~{}~1~--xYz      > 1: ENDS",
        "--xYz~{}~1$--xYz--    > 1: ENDS",
        "$--xYz~1~             > 0: ENDS",
        "--xYz${}~1~--xYz--    > 0: a line ends with LF instead of CRLF",
        "--xYz~{}~1~--xYz$     > 1: a line ends with LF instead of CRLF",
        "--xYz~{}~1~--xYz--$   > 1: a line ends with LF instead of CRLF",
        "--xYz~{}~1~--xYz--^^  > 1: a CR without LF",
        "--xYz^X               > 0: a CR without LF",
        "--xYz~{}~1~--xYz -    > 1: BOUNDARY",
        "--xYz~{}~1~--xYzz     > 1: BOUNDARY",
        "--xYz~{}~1~--xYz-z    > 1: BOUNDARY",
        "--xYz~{}~1~--xYz--z   > 1: BOUNDARY",
        "--xYz~A: b$           > 1: a line ends with LF instead of CRLF",
        "--xYz~A: b^X          > 1: a CR without LF",
        "--xYz~ A: b~          > 1: a header line is folded or begins with white space",
        "--xYz~A : b~          > 1: a header line does not begin with a field name and a colon",
        "--xYz~A: \0~          > 1: a field value has a control character",
        "--xYz~--xYz--~        > 1: a header line does not begin with a field name and a colon",
      })
  void whatIsNotFramedAsItShouldIsRefused(String body, String expected) {
    String lines = body.strip().replace("{}", A).replace('$', '\n').replace('^', '\r');
    String reason =
        expected
            .replace("0: ", "400 before the first part: ")
            .replace("1: ", "400 part 1: ")
            .replace("ENDS", "the body ends before its last boundary")
            .replace("BOUNDARY", "a line begins with the boundary and goes on");
    assertEquals(reason, outcome(lines));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "X: y                                      > it has no Content-Disposition",
        "CD: form-data                             > its Content-Disposition has no name",
        "CD: attachment; name=a                    > FORM",
        "CD: form-data; name=\"a                   > FORM",
        "CD: form-data; name                       > FORM",
        "CD: form-data; name=                      > FORM",
        "CD: form-data; name=a b                   > FORM",
        "CD: form-data; name=a;NAME=b              > FORM",
        "CD: form-data; name=\"a\"b                > FORM",
        "CD: form-data; name=\"\u00fc\"            > its Content-Disposition is not UTF-8",
        "CD: form-data; name=a~CD: form-data;      > it has more than one Content-Disposition",
        "{}Content-Type: a/b~Content-Type: c/d     > it has more than one Content-Type",
        "{}Content-Transfer-Encoding: base64       > CODING",
        "CD: form-data; name=a; filename*=UTF-8''b > ASTERISK",
      })
  void whatAPartSaysMustHaveOneReading(String header, String expected) {
    String fields = header.strip().replace("CD:", "Content-Disposition:").replace("{}", A);
    String reason =
        expected
            .replace("FORM", "its Content-Disposition is not form-data with parameters")
            .replace("CODING", "it has a Content-Transfer-Encoding; send it as it is")
            .replace(
                "ASTERISK", "a name with an asterisk is not allowed here; send filename in UTF-8");
    assertEquals("400 part 1 is malformed: " + reason, outcome("--xYz~" + fields + "~~1~--xYz--"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "name=\"\"                           > |null",
        "name=\"a\"; filename=\"\"           > a|",
        "name=\"a\\\"b\\\\c\\d\"             > a\"b\\c\\d|null",
        "name=\"a%22\"; filename=\"b;c=d%0D\" > a%22|b;c=d%0D",
        "name=a; filename=\"C:\\dir\\x.txt\" > a|C:\\dir\\x.txt",
        "name=\"\u00c3\u00bc\"; ; x=y;       > ü|null",
      })
  void namesAreReadAsBrowsersWriteThem(String parameters, String expected) {
    String body = "--xYz~Content-Disposition: form-data; " + parameters.strip() + "~~~--xYz--";
    assertEquals(expected + "|null|\nfiles 0", outcome(body));
  }

  @Test
  void codingsThatChangeNothingAreTaken() {
    String coding = "Content-Transfer-Encoding: Binary~";
    assertEquals("a|null|null|1\nfiles 0", outcome("--xYz~" + A + coding + "~1~--xYz--"));
  }

  @Test
  void everythingIsLimited() {
    String part = "--xYz~" + A + "~1~";
    assertEquals("413 the body has more than 3 parts", outcome(part.repeat(4) + "--xYz--"));
    String header = "X: " + "y".repeat(200) + "~";
    assertEquals("413 part 1: the header is too long", outcome("--xYz~" + header));
    assertEquals("413 part 1: the header has too many fields", outcome("--xYz~" + "X:~".repeat(5)));
    String outside = "413 there are more than 20 octets outside of the parts";
    assertEquals(outside, outcome("x".repeat(21) + "~" + part + "--xYz--"));
    assertEquals(outside, outcome(part + "--xYz--~" + "x".repeat(21)));
    assertEquals(outside, outcome("--xYz" + " ".repeat(21) + "~" + A + "~1~--xYz--"));
    assertEquals(
        "413 the body is longer than 2000 octets", outcome("--xYz~" + A + "~" + "x".repeat(2000)));
  }

  @Test
  void theLastOctetAllowedIsTaken() {
    String begin = "--xYz~" + A + "~";
    String end = "~--xYz--";
    int left = 2000 - (begin + end).replace("~", "\r\n").length();
    String most = "x".repeat(left);
    assertEquals("a|null|null|" + most + "\nfiles 1", outcome(begin + most + end));
    assertEquals("413 the body is longer than 2000 octets", outcome(begin + most + "x" + end));
    int taken = (A + "X: ~~").replace("~", "\r\n").length();
    String header = A + "X: " + "y".repeat(200 - taken) + "~~";
    assertEquals("a|null|null|\nfiles 0", outcome("--xYz~" + header + "--xYz--"));
    assertEquals("413 part 1: the header is too long", outcome("--xYz~X" + header + "--xYz--"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "text/plain                               > 415",
        "multipart/mixed; boundary=x              > 415",
        "multipart/form-data                      > 400",
        "multipart/form-data; boundary=           > 400",
        "multipart/form-data; boundary=\"\"       > 400",
        "multipart/form-data; boundary=\"x \"     > 400",
        "multipart/form-data; boundary=\"x\\\"\"  > 400",
        "multipart/form-data; boundary=\"x\ty\"   > 400",
        "multipart/form-data; boundary=\u00fc     > 400",
        "multipart/form-data; boundary=a; boundary=b > 400",
        "multipart/form-data; boundary=\"a        > 400",
        "multipart/form-data boundary=a           > 400",
        "multipart/form-data; boundary=a/b        > 400",
        "multipart/form-data; boundary =a         > 400",
      })
  void aTypeWithoutOneValidBoundaryIsRefused(String type, int status) {
    var refused =
        assertThrows(StatusException.class, () -> new MultipartParser(type.strip(), limits));
    assertEquals(status, refused.status(), refused.getMessage());
  }

  @Test
  void aBoundaryHasSeventyCharactersAtMost() {
    String seventy = "'()+_,-./:=? aZ09".repeat(5).substring(0, 70);
    String type = "Multipart/Form-Data; charset=utf-8; Boundary=\"" + seventy + "\"";
    assertEquals(
        "\r\n--" + seventy, new String(Boundary.delimiter(type), StandardCharsets.US_ASCII));
    String longer = type.replace("aZ09'", "aZ099'");
    assertEquals(
        400, assertThrows(StatusException.class, () -> Boundary.delimiter(longer)).status());
    assertEquals(415, assertThrows(StatusException.class, () -> Boundary.delimiter(null)).status());
  }

  // --- any content, any cut

  @Test
  void anyContentComesBackForAnyCut() {
    String[] pieces = {
      "\r", "\n", "-", "--", "--xY", "\r\n--xY", "\r\n--", "x", "xYz", "\0", "abc"
    };
    for (long seed = 1; seed <= 3000; seed++) {
      var random = new Random(seed);
      var body = new StringBuilder();
      var expected = new StringBuilder();
      int memory = 0;
      int files = 0;
      for (int i = random.nextInt(4); i > 0; i--) {
        var made = new StringBuilder();
        for (int j = random.nextInt(10); j > 0; j--) {
          made.append(pieces[random.nextInt(pieces.length)]);
        }
        // Behind the empty line two dashes and the boundary are at a line's beginning, too.
        String content = ("\r\n" + made).replace("\r\n--xYz", "").replace("\r\n--xYz", "");
        content = content.startsWith("\r\n") ? content.substring(2) : content;
        boolean inFile = content.length() > 10 || memory + content.length() > 15;
        files += inFile ? 1 : 0;
        memory += inFile ? 0 : content.length();
        body.append("--xYz\r\n").append(A.replace("~", "\r\n")).append("\r\n");
        body.append(content).append("\r\n");
        expected.append("a|null|null|").append(content).append('\n');
      }
      byte[] octets = Cuts.octets(body + "--xYz--\r\n");
      String message = "seed " + seed;
      assertEquals(expected + "files " + files, outcome(octets, List.of()), message);
      assertEquals(expected + "files " + files, outcome(octets, single(octets)), message);
      assertEquals(expected + "files " + files, outcome(octets, some(random, octets)), message);
    }
  }

  @Test
  void damagedUploadsMeanTheSameForAnyCut() {
    String good = "--xYz~" + A + "~1~--xYz~" + A + "Content-Type: b/c~~0123456789abc~--xYz--~";
    String[] pieces = {
      "\r", "\n", "-", "--xYz", "\r\n", "\r\n--xYz", " ", ":", "\"", "\\", ";", "\0"
    };
    for (long seed = 1; seed <= 3000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder(good.replace("~", "\r\n"));
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + random.nextInt(10));
        switch (random.nextInt(4)) {
          case 0 -> text.delete(at, end);
          case 1 -> text.replace(at, end, pieces[random.nextInt(pieces.length)]);
          case 2 -> text.insert(at, text.substring(at, end));
          default -> text.insert(at, pieces[random.nextInt(pieces.length)]);
        }
      }
      byte[] octets = Cuts.octets(text.toString());
      String whole = outcome(octets, List.of());
      assertEquals(whole, outcome(octets, single(octets)), "seed " + seed);
      assertEquals(whole, outcome(octets, some(random, octets)), "seed " + seed);
      assertEquals(List.of(), files(), "seed " + seed);
    }
  }

  private static List<Integer> single(byte[] octets) {
    return IntStream.range(1, octets.length).boxed().toList();
  }

  private static List<Integer> some(Random random, byte[] octets) {
    var cuts = new ArrayList<Integer>();
    for (int at = 1 + random.nextInt(20); at < octets.length; at += 1 + random.nextInt(40)) {
      cuts.add(at);
    }
    return cuts;
  }

  // --- what can be done with a part

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

  // --- failures

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
