package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in an upload, and what is refused. */
class MultipartTest extends Uploads {
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
  void whatIsWrongFirstIsSaidForAnyCut() {
    byte[] body = Cuts.octets("--xYz?" + "x".repeat(3000));
    String expected = "400 before the first part: a line begins with the boundary and goes on";
    assertEquals(expected, outcome(body, List.of()));
    assertEquals(expected, outcome(body, List.of(100)));
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
}
