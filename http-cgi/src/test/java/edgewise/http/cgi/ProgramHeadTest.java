package edgewise.http.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.http.StatusException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The header of a program, octet by octet. */
class ProgramHeadTest {
  private static ByteBuffer octets(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static ProgramHead parse(String text) {
    var block = new HeaderBlock(CgiLimits.DEFAULT);
    assertTrue(block.take(octets(text)), "no end");
    return ProgramHead.parse(block.lines());
  }

  @Test
  void aHeaderIsFoundAtEverySplit() {
    String text = "Content-Type: a/b\r\nX: y\nStatus: 201\n\r\nbody";
    for (int cut = 0; cut <= text.length(); cut++) {
      var block = new HeaderBlock(CgiLimits.DEFAULT);
      ByteBuffer first = octets(text.substring(0, cut));
      ByteBuffer second = octets(text.substring(cut));
      String body;
      if (block.take(first)) {
        body = StandardCharsets.ISO_8859_1.decode(first) + text.substring(cut);
      } else {
        assertTrue(block.take(second), "cut at " + cut);
        body = StandardCharsets.ISO_8859_1.decode(second).toString();
      }
      assertEquals("body", body, "cut at " + cut);
      assertEquals(201, ProgramHead.parse(block.lines()).status());
    }
  }

  @Test
  void aHeaderHasLimits() {
    var limits = CgiLimits.builder().maxHeaderBytes(64).maxHeaderFields(2).build();
    assertFalse(new HeaderBlock(limits).take(octets("x".repeat(64))));
    refused(() -> new HeaderBlock(limits).take(octets("x".repeat(65))));
    var three = new HeaderBlock(limits);
    assertTrue(three.take(octets("A: b\nA: b\nA: b\n\n")));
    refused(three::lines);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "X-A: b\n\n",
        "Content-Type: \n\n",
        "Content-Type: a/b\nContent-Type: a/b\n\n",
        "Content-Type: a/b\nno colon\n\n",
        "Content-Type: a/b\n folded\n\n",
        "Content-Type: a/b\nX A: b\n\n",
        "Content-Type: a/b\nX-A : b\n\n",
        "Content-Type: a/b\n: b\n\n",
        "Content-Type: a/b\nX-A: b\0c\n\n",
        "Content-Type: a/b\nX-A: b\rc\n\n",
        "Content-Type: a/b\nX-A: \033[31m\n\n",
        "Content-Type: a\0b\n\n",
        "Content-Type: a/b\nContent-Length: -1\n\n",
        "Content-Type: a/b\nContent-Length: 1, 1\n\n",
        "Content-Type: a/b\nContent-Length: 1\nContent-Length: 1\n\n",
        "Status: 99\n\n",
        "Status: 101 Switching\n\n",
        "Status: 600\n\n",
        "Status: OK\n\n",
        "Status: 2000\n\n",
        "Status: 200\nStatus: 200\n\n",
        "Location: /a\nLocation: /b\n\n",
        "HTTP/1.1 200 OK\nContent-Type: a/b\n\n",
      })
  void aMalformedHeaderIs502(String text) {
    refused(() -> parse(text));
  }

  private static void refused(Runnable action) {
    assertEquals(502, assertThrows(StatusException.class, action::run).status());
  }

  @Test
  void aLocationWithAStatusKeepsIt() {
    assertEquals(301, parse("Status: 301\nLocation: http://x.test/\n\n").status());
    assertEquals(302, parse("Location: http://x.test/\n\n").status());
    assertEquals(
        List.of("Location: /x"),
        parse("location: /x\n\n").fields().stream().map(f -> "Location: " + f.value()).toList());
  }

  @Test
  void aFieldOfTheConnectionIsCheckedAndDropped() {
    assertTrue(parse("Content-Type: a/b\nKeep-Alive: x\nUpgrade: x\n\n").fields().isEmpty());
    refused(() -> parse("Content-Type: a/b\nKeep-Alive: \0\n\n"));
  }
}
