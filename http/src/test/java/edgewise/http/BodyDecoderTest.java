package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies, whole, octet by octet, and cut at every position. */
class BodyDecoderTest {
  private static final HttpLimits LIMITS =
      HttpLimits.builder().maxChunkExtensionBytes(32).maxHeaderBytes(64).maxHeaderFields(2).build();

  private static final int MAX_BYTES = 1000;

  private static String outcome(byte[] input, List<Integer> cuts, long fixed) {
    var decoder = new BodyDecoder(LIMITS);
    if (fixed < 0) {
      decoder.beginChunked(MAX_BYTES);
    } else {
      decoder.beginFixed(fixed);
    }
    var content = new StringBuilder();
    var end = new StringBuilder();
    String rest =
        Cuts.feed(
            input,
            cuts,
            in -> {
              int count = decoder.decode(in);
              while (count > 0) {
                content.append(Octets.latin1(in, in.position(), in.position() + count));
                in.position(in.position() + count);
                count = decoder.decode(in);
              }
              if (count == BodyDecoder.REFUSED) {
                end.append("refused ").append(decoder.refusal());
              } else if (count == BodyDecoder.END) {
                end.append("end");
              }
              return count == BodyDecoder.MORE_NEEDED;
            });
    if (end.isEmpty()) {
      return content + " more";
    }
    return content + " " + end + (end.toString().equals("end") ? " " + rest : "");
  }

  private static String outcome(String input, long fixed) {
    byte[] octets = Cuts.octets(input);
    String whole = outcome(octets, List.of(), fixed);
    for (List<Integer> cuts : Cuts.all(octets.length)) {
      assertEquals(whole, outcome(octets, cuts, fixed), () -> "cut at " + cuts);
    }
    return whole;
  }

  private static String chunked(String input) {
    return outcome(input.replace("~", "\r\n"), -1);
  }

  @Test
  void aBodyOfKnownLengthEndsByItself() {
    assertEquals("hello end GET", outcome("helloGET", 5));
    assertEquals("hel more", outcome("hel", 5));
    assertEquals(" end GET", outcome("GET", 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "5~hello~0~~GET                > hello end GET",
        "5~hello~6~ world~0~~          > `hello world end `",
        "00A~0123456789~a~0123456789~000~~ > `01234567890123456789 end `",
        "5;a=b~hello~0;c~~GET          > hello end GET",
        "5 ; a = \"x;\\\" \" ~hello~0~~GET > hello end GET",
        "5\t;a~hello~0~~GET            > hello end GET",
        "5~hello~0~X: y~Z:~~GET        > hello end GET",
        "5~hel                         > hel more",
        "5~hello~0~X: y~               > hello more",
      })
  void chunksAreJoined(String input, String expected) {
    assertEquals(expected, chunked(input.strip()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      quoteCharacter = '`',
      value = {
        "~hello                  > CHUNK_SIZE",
        "g~hello                 > CHUNK_SIZE",
        "-1~hello                > CHUNK_SIZE",
        "+5~hello                > CHUNK_SIZE",
        "0x5~hello               > CHUNK_SIZE",
        "5 ~hello                > CHUNK_SIZE",
        "5 5~hello               > CHUNK_SIZE",
        "8000000000000000~h      > CHUNK_SIZE",
        "00000000000000005~h     > CHUNK_SIZE",
        "100000004~hell          > BODY_LENGTH",
        "7FFFFFFFFFFFFFFF~h      > BODY_LENGTH",
        "3E9~h                   > BODY_LENGTH",
        "5;\u0001~hello          > CHUNK_EXTENSION",
        "5;a=\"x~y\"~hello       > CHUNK_EXTENSION",
        "5;a=\"\\~\"~hello       > CHUNK_EXTENSION",
        "5;a(~hello              > CHUNK_EXTENSION",
        "5;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa~hello > CHUNK_EXTENSION_LENGTH",
      })
  void aDoubtfulSizeIsRefused(String input, Refusal expected) {
    assertEquals(" refused " + expected, chunked(input.strip()));
  }

  @Test
  void aChunkEndsWithCrLfAndNothingElse() {
    assertEquals(" refused CHUNK_SIZE", chunked("5\nhello~0~~"));
    assertEquals(" refused CHUNK_SIZE", chunked("5\rhello~0~~"));
    assertEquals(" refused CHUNK_SIZE", chunked("5\r~hello~0~~"));
    assertEquals(" refused CHUNK_EXTENSION", chunked("5;a\nhello~0~~"));
    assertEquals(" refused CHUNK_EXTENSION", chunked("5;\"\n\"~hello~0~~"));
    assertEquals("hello refused CHUNK_END", chunked("5~hello0~~"));
    assertEquals("hello refused CHUNK_END", chunked("5~hello\n0~~"));
    assertEquals("hello refused CHUNK_END", chunked("5~hello\rX0~~"));
    assertEquals("hello refused CHUNK_END", chunked("5~helloXX0~~"));
  }

  @Test
  void manySmallExtensionsAreOneTooLargeOne() {
    assertEquals("xxxxxxxx refused CHUNK_EXTENSION_LENGTH", chunked("1;abc~x~".repeat(9)));
  }

  @Test
  void trailersAreCheckedLikeAHeader() {
    assertEquals(" refused FIELD_NAME", chunked("0~GET /x HTTP/1.1~Host: a~~"));
    assertEquals(" refused FIELD_FOLDED", chunked("0~ X: y~~"));
    assertEquals(" refused BARE_LF", chunked("0~X: y\n~"));
    assertEquals(" refused BARE_LF", chunked("0~\n"));
    assertEquals(" refused BARE_CR", chunked("0~\rG"));
    assertEquals(" refused HEADER_COUNT", chunked("0~A:~B:~C:~~"));
    assertEquals(" refused HEADER_LENGTH", chunked("0~A: " + "x".repeat(80) + "~~"));
  }

  @Test
  void aTrailerNeverChangesTheFraming() {
    assertEquals(" end GET", chunked("0~Content-Length: 3~~GET"));
  }

  @Test
  void theLastOctetAllowedIsTakenAndTheNextIsNot() {
    String chunk = "3E8~" + "x".repeat(1000) + "~";
    assertEquals("x".repeat(1000) + " end ", chunked(chunk + "0~~"));
    assertEquals("x".repeat(1000) + " refused BODY_LENGTH", chunked(chunk + "1~x~0~~"));
  }
}
