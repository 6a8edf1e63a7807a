package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Responses as values, and their encoded heads. */
class ResponseTest {
  private static String head(Response response) {
    return new String(response.head(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aHeadIsEncodedOnce() {
    Response response = Response.text("h\u00e9").header("X-A", "b");
    assertEquals(
        """
        HTTP/1.1 200 OK\r
        Content-Type: text/plain; charset=utf-8\r
        X-A: b\r
        Content-Length: 3\r
        """,
        head(response));
    assertSame(response.head(), response.head());
  }

  @Test
  void lengthsFollowTheStatus() {
    assertEquals("HTTP/1.1 204 No Content\r\n", head(Response.status(204)));
    assertEquals("HTTP/1.1 304 Not Modified\r\n", head(Response.status(304)));
    assertEquals("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n", head(Response.status(205)));
    assertEquals("HTTP/1.1 599 \r\nContent-Length: 0\r\n", head(Response.status(599)));
  }

  @Test
  void changesMakeAnother() {
    Response one = Response.json("{}");
    Response two = one.header("A", "b").withStatus(201);
    assertEquals(200, one.status());
    assertEquals(1, one.fields().size());
    assertEquals(201, two.status());
    assertEquals("b", two.header("a"));
    assertEquals("application/json", two.header("content-TYPE"));
  }

  @Test
  void nothingCanBeSmuggledIntoAHead() {
    Response response = Response.status(200);
    for (String value : List.of("a\r\nSet-Cookie: x", "a\n", "\r", "\0", "\u0100", " a", "a ")) {
      assertThrows(IllegalArgumentException.class, () -> response.header("X", value));
    }
    for (String name : List.of("", "a b", "a:", "a\r\n", "\u00e9", "Content-Length", "DATE")) {
      assertThrows(IllegalArgumentException.class, () -> response.header(name, "x"), name);
    }
    assertThrows(IllegalArgumentException.class, () -> Response.status(100));
    assertThrows(IllegalArgumentException.class, () -> Response.redirect(302, "/\r\nX: y"));
  }

  @Test
  void datesHaveTheOneFormThatMayBeSent() {
    assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", HttpDate.format(784111777));
    var line = new DateLine();
    line.refresh(784111777_000L);
    byte[] before = line.octets(Persistence.KEPT);
    line.refresh(784111777_999L);
    assertSame(before, line.octets(Persistence.KEPT), "not written anew within a second");
    line.refresh(784111778_000L);
    assertEquals(
        "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\nConnection: close\r\n\r\n",
        new String(line.octets(Persistence.CLOSED), StandardCharsets.ISO_8859_1));
  }
}
