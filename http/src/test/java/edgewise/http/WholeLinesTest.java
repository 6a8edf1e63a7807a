package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * A line that is there as a whole is taken in steps of eight octets, and means what it means to who
 * is shown one octet after the other: else two parsers could be told different things by one text.
 */
class WholeLinesTest {
  private static final List<String> HEADS =
      List.of(
          "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /a HTTP/1.0\r\nX:y\r\n\r\n",
          "PROPFIND /seg%20ment/x?q=%31&r HTTP/1.1\r\nhost: example.com:80\r\nX-1:  a b\t \r\n\r\n",
          "POST http://h/abc HTTP/1.1\r\nHOST: h\r\nContent-Length: 12\r\nA:\r\n\r\n",
          "PUT /abcdefgh HTTP/1.1\r\nHost:\th\r\nTransfer-Encoding: chunked\r\n\r\n",
          "M-SEARCH /1234567 HTTP/1.1\r\nHost: [::1]:1\r\nConnection: keep-alive, close\r\n\r\n",
          "\r\nGET /12 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nUser-Agent: none\r\n\r\n",
          "CONNECT host:443 HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~09azAZ: \u0080\u00ff\r\n\r\n");

  private final RequestParser parser = new RequestParser(HttpLimits.DEFAULT);

  @Test
  void withAnyOctetInAnyPlace() {
    for (String head : HEADS) {
      for (int at = 0; at < head.length(); at++) {
        for (char octet = 0; octet < 256; octet++) {
          agree(parser, head.substring(0, at) + octet + head.substring(at + 1));
          agree(parser, head.substring(0, at) + octet + head.substring(at));
        }
        agree(parser, head.substring(0, at) + head.substring(at + 1));
      }
    }
  }

  @Test
  void withAnyTwoOctetsWhereALineEnds() {
    String head = "GET /abc HTTP/1.1\r\nHost: a\r\nX: 12345\r\n\r\n";
    for (int at = head.indexOf('\r'); at >= 0; at = head.indexOf('\r', at + 1)) {
      for (int pair = 0; pair < 1 << 16; pair++) {
        String two = "" + (char) (pair >> 8) + (char) (pair & 0xFF);
        agree(parser, head.substring(0, at) + two + head.substring(at + 2));
      }
    }
  }

  @Test
  void withLimitsThatAreMetOrMissedByOne() {
    for (int length = 0; length < 20; length++) {
      String line = "GET /" + "x".repeat(18 + length) + " HTTP/1.1\r\n";
      String field = "X-Name: " + "v".repeat(18 + length) + "\r\n";
      for (int most = 32; most < 64; most++) {
        var limits =
            HttpLimits.builder().maxRequestLineBytes(most).maxHeaderBytes(most).maxHeaderFields(2);
        var limited = new RequestParser(limits.build());
        agree(limited, line + "Host: a\r\n\r\n");
        agree(limited, "\r\n" + line + "Host: a\r\n\r\n");
        agree(limited, "G / HTTP/1.0\r\n" + field + "\r\n");
        agree(limited, "G / HTTP/1.0\r\nA:\r\n" + field + "\r\n");
        agree(limited, "G / HTTP/1.0\r\nA:\r\nB:\r\n" + field + "\r\n");
        agree(limited, "M".repeat(18 + length) + " / HTTP/1.0\r\n\r\n");
      }
    }
  }

  /** A margin of 0 leaves no eight octets before the first lines; what is outside is 0xEE. */
  private static void agree(RequestParser parser, String head) {
    byte[] octets = Cuts.octets(head);
    String slowly = outcome(parser, octets, 0, 1);
    for (int margin : new int[] {0, 3, 11}) {
      assertEquals(slowly, outcome(parser, octets, margin, octets.length), head);
    }
  }

  private static String outcome(RequestParser parser, byte[] octets, int margin, int step) {
    parser.reset();
    ByteBuffer in = Cuts.heap(octets, margin);
    for (int shown = Math.min(step, octets.length); shown <= octets.length; shown += step) {
      switch (parser.parse(in.limit(margin + shown))) {
        case REFUSED -> {
          return Objects.requireNonNull(parser.refusal()).name();
        }
        case COMPLETE -> {
          return RequestParserTest.describe(parser, in);
        }
        case MORE_NEEDED -> {}
      }
    }
    return "MORE_NEEDED";
  }
}
