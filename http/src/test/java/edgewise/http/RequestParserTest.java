package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The head of a request, whole, octet by octet, and cut at every position. */
class RequestParserTest {
  private static final HttpLimits SMALL =
      HttpLimits.builder().maxRequestLineBytes(64).maxHeaderBytes(128).maxHeaderFields(4).build();

  /** Everything that a parser can say about an input, as one text. */
  static String outcome(byte[] input, List<Integer> cuts, HttpLimits limits) {
    var parser = new RequestParser(limits);
    var said = new StringBuilder();
    Cuts.feed(
        input,
        cuts,
        in -> {
          RequestParser.Outcome outcome = parser.parse(in);
          switch (outcome) {
            case MORE_NEEDED -> {}
            case REFUSED -> said.append(Objects.requireNonNull(parser.refusal()));
            case COMPLETE -> said.append(describe(parser, in));
          }
          return outcome == RequestParser.Outcome.MORE_NEEDED;
        });
    return said.isEmpty() ? "MORE_NEEDED" : said.toString();
  }

  static String describe(RequestParser parser, ByteBuffer in) {
    int base = in.position();
    Target target = parser.line.target;
    var text = new StringBuilder();
    text.append(Octets.latin1(in, base + parser.line.methodStart, base + parser.line.methodEnd));
    text.append(' ').append(Octets.latin1(in, base + target.pathStart, base + target.pathEnd));
    if (target.queryStart >= 0) {
      text.append(" ?").append(Octets.latin1(in, base + target.queryStart, base + target.end));
    }
    if (target.hasAuthority()) {
      int start = base + target.authorityStart;
      text.append(" @").append(Octets.latin1(in, start, base + target.authorityEnd));
    }
    text.append(target.asterisk ? " *" : "").append(" 1.").append(parser.line.minorVersion);
    FieldTable table = parser.fields.table;
    for (int i = 0; i < table.count(); i++) {
      text.append(" | ")
          .append(table.name(in, base, i))
          .append('=')
          .append(table.value(in, base, i));
    }
    text.append(" | length ").append(parser.length());
    return text.append(parser.isPersistent() ? " kept" : " closed").toString();
  }

  /** The outcome of an input, the same for all cuts. */
  static String outcome(String input, HttpLimits limits) {
    byte[] octets = Cuts.octets(input);
    String whole = outcome(octets, List.of(), limits);
    for (List<Integer> cuts : Cuts.all(octets.length)) {
      assertEquals(whole, outcome(octets, cuts, limits), () -> "cut at " + cuts);
    }
    return whole;
  }

  private static String outcome(String input) {
    return outcome(input, HttpLimits.DEFAULT);
  }

  /** The outcome of the shortest beginning that is refused: whatever follows, it comes to this. */
  private static int refusedAfter(String input) {
    byte[] octets = Cuts.octets(input);
    for (int length = 1; length <= octets.length; length++) {
      byte[] begun = java.util.Arrays.copyOf(octets, length);
      if (!outcome(begun, List.of(), HttpLimits.DEFAULT).equals("MORE_NEEDED")) {
        return length;
      }
    }
    return -1;
  }

  @Test
  void aRequestIsReadInAllItsParts() {
    String head =
        "GET /a/b?c=d HTTP/1.1\r\nHost: example.com:80\r\nX-One:  two words \t\r\nEmpty:\r\n\r\n";
    assertEquals(
        "GET /a/b ?c=d 1.1 | Host=example.com:80 | X-One=two words | Empty= | length "
            + head.length()
            + " kept",
        outcome(head));
    assertEquals(outcome(head), outcome(head + "GET /next"), "what follows is not looked at");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "GET / HTTP/1.1              > GET / 1.1",
        "GET http://h HTTP/1.1       > GET  @h 1.1",
        "GET HTTP://h:1/x?y HTTP/1.1 > GET /x ?y @h:1 1.1",
        "GET https://h?y HTTP/1.1    > GET  ?y @h 1.1",
        "OPTIONS * HTTP/1.1          > OPTIONS  * 1.1",
        "OPTIONS http://h HTTP/1.1   > OPTIONS  @h * 1.1",
        "CONNECT h:443 HTTP/1.1      > CONNECT  @h:443 1.1",
        "CONNECT [::1]:443 HTTP/1.1  > CONNECT  @[::1]:443 1.1",
        "GET //a/../b HTTP/1.1       > GET //a/../b 1.1",
        "GET /?a?b HTTP/1.1          > GET / ?a?b 1.1",
        "GET /%7e|^ HTTP/1.1         > GET /%7e|^ 1.1",
        "GET /?50% HTTP/1.1          > GET / ?50% 1.1",
        "M-SEARCH / HTTP/1.1         > M-SEARCH / 1.1",
        "GET / HTTP/1.2              > GET / 1.2",
      })
  void theFormsOfATargetAreTold(String line, String expected) {
    String said = outcome(line + "\r\nHost: a\r\n\r\n");
    assertEquals(expected, said.substring(0, said.indexOf(" |")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "GET  / HTTP/1.1             > REQUEST_LINE",
        "GET /  HTTP/1.1             > REQUEST_LINE",
        "GET / HTTP/1.1 x            > REQUEST_LINE",
        "GET / http/1.1              > REQUEST_LINE",
        "GET / HTTP/1.               > REQUEST_LINE",
        "GET / HTTP/11               > REQUEST_LINE",
        "GET / HTTP/1.10             > REQUEST_LINE",
        "GET / HTTP/0.9              > VERSION",
        "GET / HTTP/2.0              > VERSION",
        "PRI * HTTP/2.0              > TARGET",
        "GET /                       > REQUEST_LINE",
        "GET                         > METHOD",
        "G(T / HTTP/1.1              > METHOD",
        "GET /é HTTP/1.1             > TARGET",
        "GET /a#b HTTP/1.1           > TARGET",
        "GET /%2 HTTP/1.1            > TARGET",
        "GET /%2g HTTP/1.1           > TARGET",
        "GET /% HTTP/1.1             > TARGET",
        "GET a/b HTTP/1.1            > TARGET",
        "GET * HTTP/1.1              > TARGET",
        "GET ftp://h/ HTTP/1.1       > TARGET",
        "GET http:/// HTTP/1.1       > TARGET",
        "GET http:// HTTP/1.1        > TARGET",
        "GET http://u@h/ HTTP/1.1    > TARGET",
        "GET http://h:x/ HTTP/1.1    > TARGET",
        "CONNECT h HTTP/1.1          > TARGET",
        "CONNECT h: HTTP/1.1         > TARGET",
        "CONNECT :1 HTTP/1.1         > TARGET",
        "CONNECT /h:1 HTTP/1.1       > TARGET",
        "CONNECT h:65536 HTTP/1.1    > TARGET",
      })
  void aMalformedRequestLineIsRefused(String line, Refusal expected) {
    assertEquals(expected.name(), outcome(line + "\r\nHost: a\r\n\r\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "X : y                       > FIELD_NAME",
        ": y                         > FIELD_NAME",
        "X                           > FIELD_NAME",
        "Xé: y                       > FIELD_NAME",
        "Host: b                     > HOST_REPEATED",
        "Content-Length: 1x          > LENGTH",
        "Content-Length: +5          > LENGTH",
        "Content-Length: -1          > LENGTH",
        "Content-Length: 0x5         > LENGTH",
        "Content-Length: 1_0         > LENGTH",
        "Content-Length: 1, 1        > LENGTH",
        "Content-Length:             > LENGTH",
        "Content-Length: 9223372036854775808 > LENGTH",
        "Transfer-Encoding: gzip     > CODING_UNKNOWN",
        "Transfer-Encoding: gzip, chunked > CODING_UNKNOWN",
        "Transfer-Encoding: chunked, gzip > CODING",
        "Transfer-Encoding: chunked, chunked > CODING",
        "Transfer-Encoding: chunked, > CODING",
        "Transfer-Encoding: chunked;q=1 > CODING",
        "Transfer-Encoding:          > CODING",
        "Expect: 200-ok              > EXPECTATION",
      })
  void aMalformedFieldIsRefused(String line, Refusal expected) {
    assertEquals(expected.name(), outcome("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b", "a/b", "a:b", "a:1:2", "[::1", "[]", "[::1]x", "u@a", "a:70000", ":1"})
  void aHostFieldHasTheFormOfAHost(String host) {
    assertEquals("HOST", outcome("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "a:", "a:80", "A.example.", "127.0.0.1:1", "[::1]", "[::1]:8080", "_x"})
  void aHostFieldMayHaveAnyOfTheseForms(String host) {
    String said = outcome("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    assertEquals("GET / 1.1 | Host=" + host, said.substring(0, said.lastIndexOf(" |")));
  }

  @Test
  void lineEndsAreCrLfAndNothingElse() {
    assertEquals("BARE_LF", outcome("GET / HTTP/1.1\nHost: a\n\n"));
    assertEquals("BARE_LF", outcome("GET / HTTP/1.1\r\nHost: a\n\r\n"));
    assertEquals("BARE_LF", outcome("GET / HTTP/1.1\r\nHost: a\r\n\n"));
    assertEquals("BARE_CR", outcome("GET / HTTP/1.1\rHost: a\r\n\r\n"));
    assertEquals("BARE_CR", outcome("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"));
    assertEquals("BARE_CR", outcome("GET / HTTP/1.1\r\nHost: a\r\n\rb"));
    assertEquals("FIELD_VALUE", outcome("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"));
    assertEquals("FIELD_VALUE", outcome("GET / HTTP/1.1\r\nHost: a\r\nX: 12345678\u007f\r\n\r\n"));
    assertEquals(
        "FIELD_VALUE", outcome("GET / HTTP/1.1\r\nHost: a\r\nX: 1234567\0012345678\r\n\r\n"));
    assertEquals("FIELD_FOLDED", outcome("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"));
  }

  @Test
  void anyOctetFrom0x80UpAndTabsMayStandInAValue() {
    String value = "\u0080\u00ff\t tab\u00e9 12345678 \u00a0";
    String said = outcome("GET / HTTP/1.1\r\nHost: a\r\nX:" + value + "\r\n\r\n");
    assertEquals("GET / 1.1 | Host=a | X=" + value, said.substring(0, said.lastIndexOf(" |")));
  }

  @Test
  void aFewEmptyLinesMayComeFirst() {
    String request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    assertEquals("GET / 1.1 | Host=a | length 35 kept", outcome("\r\n\r\n\r\n\r\n" + request));
    assertEquals("EMPTY_LINES", outcome("\r\n\r\n\r\n\r\n\r\n" + request));
    assertEquals("BARE_LF", outcome("\n" + request));
    assertEquals("BARE_CR", outcome("\r" + request));
  }

  @Test
  void limitsAreRefusedByTheFirstOctetTooMany() {
    String line = "GET /" + "x".repeat(49) + " HTTP/1.1"; // 63 octets, 65 with CRLF
    assertEquals("REQUEST_LINE_LENGTH", outcome(line + "\r\nHost: a\r\n\r\n", SMALL));
    String fits = line.replaceFirst("x", "");
    assertEquals("GET", outcome(fits + "\r\nHost: a\r\n\r\n", SMALL).substring(0, 3));
    String field = "Host: a\r\nX: " + "y".repeat(112) + "\r\n"; // 126 octets, 128 with CRLF
    assertEquals("GET", outcome("GET / HTTP/1.1\r\n" + field + "\r\n", SMALL).substring(0, 3));
    String more = field.replaceFirst("y", "yy");
    assertEquals("HEADER_LENGTH", outcome("GET / HTTP/1.1\r\n" + more + "\r\n", SMALL));
    String four = "GET / HTTP/1.1\r\nHost: a\r\nA:\r\nB:\r\nC:\r\n";
    assertEquals("GET", outcome(four + "\r\n", SMALL).substring(0, 3));
    assertEquals("HEADER_COUNT", outcome(four + "D:\r\n\r\n", SMALL));
    assertEquals("METHOD_LENGTH", outcome("M".repeat(33) + " / HTTP/1.1\r\n", SMALL));
  }

  @Test
  void anErrorIsToldByTheOctetThatMakesIt() {
    assertEquals(1, refusedAfter("\u0016\u0003\u0001"), "a TLS handshake");
    assertEquals(5, refusedAfter("GET \u0000"));
    assertEquals("GET / HTTP/2.0\r\n".length(), refusedAfter("GET / HTTP/2.0\r\nHost: a\r\n\r\n"));
    String two = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n";
    assertEquals(two.length(), refusedAfter(two + "X: y\r\n\r\n"), "a line that repeats");
  }

  @Test
  void persistenceFollowsVersionAndConnection() {
    assertEquals("kept", persistence("1.1", ""));
    assertEquals("closed", persistence("1.1", "Connection: close\r\n"));
    assertEquals("closed", persistence("1.1", "Connection: x, Close ,y\r\n"));
    assertEquals("closed", persistence("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
    assertEquals("kept", persistence("1.1", "Connection: closed\r\n"));
    assertEquals("closed", persistence("1.0", ""));
    assertEquals("kept", persistence("1.0", "Connection: Keep-Alive\r\n"));
    assertEquals("closed", persistence("1.0", "Connection: keep-alive, close\r\n"));
  }

  private static String persistence(String version, String fields) {
    String said = outcome("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n");
    return said.substring(said.lastIndexOf(' ') + 1);
  }

  @Test
  void http10KnowsNeitherCodingsNorExpectations() {
    String line = "POST / HTTP/1.0\r\n";
    assertEquals("CODING_IN_1_0", outcome(line + "Transfer-Encoding: chunked\r\n\r\n"));
    String said = outcome(line + "Expect: the-worst\r\n\r\n");
    assertEquals("POST / 1.0 | Expect=the-worst", said.substring(0, said.lastIndexOf(" |")));
  }

  @Test
  void hostIsDemandedFrom1Point1On() {
    assertEquals("HOST_MISSING", outcome("GET / HTTP/1.1\r\n\r\n"));
    assertEquals("GET / 1.0 | length 18 closed", outcome("GET / HTTP/1.0\r\n\r\n"));
  }

  @Test
  void valuesHaveAnyLength() {
    for (int length : new int[] {0, 1, 255, 256, 257, 4_000}) {
      String value = "v".repeat(length);
      String said = outcome("GET / HTTP/1.0\r\nX: " + value + "\r\nY: \u00e9\r\n\r\n");
      assertTrue(said.startsWith("GET / 1.0 | X=" + value + " | Y=\u00e9 |"), said);
    }
  }

  @Test
  void aParserCanBeUsedAgain() {
    var parser = new RequestParser(HttpLimits.DEFAULT);
    ByteBuffer bad = Cuts.direct(Cuts.octets("BAD\r\n"), 0, 5, 0);
    assertEquals(RequestParser.Outcome.REFUSED, parser.parse(bad));
    parser.reset();
    byte[] good = Cuts.octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertEquals(
        RequestParser.Outcome.COMPLETE, parser.parse(Cuts.direct(good, 0, good.length, 3)));
  }
}
