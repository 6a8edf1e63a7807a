package edgewise.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which responses are compressed, and for whom. */
class CompressionTest extends CompressingServer {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip                       | true",
        "GZip                       | true",
        "x-gzip                     | true",
        "br, gzip;q=0.1             | true",
        "*                          | true",
        "*;q=0.5, identity;q=0      | true",
        "gzip;q=1.0, identity;q=0.5 | true",
        "gzip;q=0.5, identity;q=0.9 | false",
        "gzip;q=0                   | false",
        "gzip;q=0, *                | false",
        "*;q=0, identity            | false",
        "identity                   | false",
        "br, deflate                | false",
        "''                         | false",
        "gzip;level=9               | false",
      })
  void aClientGetsWhatItAccepts(String accepted, boolean compressed) throws IOException {
    serve(request -> Response.text(TEXT));
    var answer = get("/", "Accept-Encoding: " + accepted);
    assertEquals(compressed ? "gzip" : null, answer.fields().get("content-encoding"));
    assertEquals("Accept-Encoding", answer.fields().get("vary"), "in either case");
    assertEquals(TEXT, compressed ? unpackedText(answer) : answer.body());
  }

  @Test
  void aClientThatSaysNothingGetsNothingCompressed() {
    serve(request -> Response.text(TEXT));
    assertPlain(get("/"));
    assertEquals("Accept-Encoding", get("/").fields().get("vary"));
  }

  @Test
  void whatIsTooShortIsLeftAloneUnlessTheClientForbidsThat() throws IOException {
    serve(request -> Response.text("x".repeat(255)));
    assertPlain(get("/", GZIP));
    assertEquals("Accept-Encoding", get("/", GZIP).fields().get("vary"));
    assertEquals("x".repeat(255), unpackedText(get("/", GZIP + ", identity;q=0")));
    serve(request -> Response.text("x".repeat(256)));
    assertEquals("x".repeat(256), unpackedText(get("/", GZIP)));
    serve(request -> Response.text(""));
    assertPlain(get("/", GZIP + ", identity;q=0"));
  }

  @Test
  void whatWouldNotBecomeShorterIsLeftAlone() {
    byte[] noise = new byte[4000];
    new Random(1).nextBytes(noise);
    serve(request -> Response.bytes(noise, "text/plain"));
    var answer = get("/", GZIP);
    assertPlain(answer);
    assertArrayEquals(noise, answer.body().getBytes(ISO_8859_1));
    assertEquals("Accept-Encoding", answer.fields().get("vary"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | text/html; charset=utf-8 | X                | 1             | true  | true",
        "200 | application/json         | X                | 1             | true  | true",
        "200 | image/svg+xml            | X                | 1             | true  | true",
        "404 | text/plain               | X                | 1             | true  | true",
        "500 | text/plain               | X                | 1             | true  | true",
        "200 | image/png                | X                | 1             | false | false",
        "200 | application/octet-stream | X                | 1             | false | false",
        "200 | text/plain               | Content-Encoding | br            | false | false",
        "200 | text/plain               | Content-Encoding | identity      | false | false",
        "200 | text/plain               | Cache-Control    | a, No-Transform | false | false",
        "200 | text/plain               | Cache-Control    | no-store      | true  | true",
        "200 | text/plain               | Content-Digest   | sha-256=:AA=: | false | false",
        "200 | text/plain               | Repr-Digest      | sha-256=:AA=: | false | false",
        "416 | text/plain               | Content-Range    | bytes */9     | false | false",
        "206 | text/plain               | Content-Range    | bytes 0-8/9   | false | true",
        "206 | image/png                | Content-Range    | bytes 0-8/9   | false | false",
        "206 | multipart/byteranges; a=b | X               | 1             | false | true",
        "204 | text/plain               | X                | 1             | false | false",
        "205 | text/plain               | X                | 1             | false | false",
        "304 | text/plain               | X                | 1             | false | true",
      })
  void onlySomeAreCompressed(
      int status, String type, String name, String value, boolean compressed, boolean varies) {
    serve(request ->
        Response.bytes(TEXT.getBytes(ISO_8859_1), type).withStatus(status).header(name, value));
    var answer = get("/", GZIP);
    boolean own = name.equals("Content-Encoding");
    assertEquals(compressed, !own && answer.fields().get("content-encoding") != null);
    assertEquals(varies ? "Accept-Encoding" : null, answer.fields().get("vary"));
    assertEquals(status, answer.status());
    assertEquals(value, answer.fields().get(name.toLowerCase(java.util.Locale.ROOT)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Origin                  | Origin, Accept-Encoding",
        "origin, accept-ENCODING | origin, accept-ENCODING",
        "*                       | *",
        "''                      | Accept-Encoding",
      })
  void varyIsMerged(String given, String sent) {
    serve(request -> Response.text(TEXT).header("Vary", given));
    assertEquals(sent, get("/", GZIP).fields().get("vary"));
    assertEquals(sent, get("/").fields().get("vary"));
  }

  @Test
  void whatIsMadeOnTheLoopPieceByPieceIsLeftAlone() {
    BodySource source =
        out -> {
          out.write(TEXT.getBytes(ISO_8859_1));
          out.end();
        };
    serve(request -> Response.stream("text/plain", source));
    var answer = get("/", GZIP);
    assertPlain(answer);
    assertEquals(TEXT, answer.body());
  }

  @Test
  void anUpgradeIsLeftAlone() {
    serve(request -> Response.upgrade("x", connection -> (c, in) -> c.write(in)));
    MemorySocket client = rig().connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n");
    client.send(GZIP + "\r\n\r\nhello");
    rig().run();
    assertTrue(client.received().startsWith("HTTP/1.1 101 "), client.received());
    assertTrue(client.received().endsWith("\r\n\r\nhello"), client.received());
  }

  @Test
  void aResponseThatComesLaterIsCompressedThen() throws IOException {
    serve(HttpHandler.blocking(request -> Response.text(TEXT)));
    assertEquals(TEXT, unpackedText(get("/", GZIP)));
    serve(request -> Response.text(new String(request.bodyBytes(), ISO_8859_1).repeat(300)));
    HttpRig server = rig();
    MemorySocket client = server.connect();
    client.send(head("POST", "/", GZIP, "Content-Length: 3") + "a");
    server.run();
    client.send("bc");
    server.run();
    assertEquals("abc".repeat(300), unpackedText(Answers.read(client.received(), false).only()));
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    var gzip = Compression.gzip();
    for (int level : new int[] {-1, 0, 10}) {
      assertThrows(IllegalArgumentException.class, () -> gzip.withLevel(level));
    }
    assertThrows(IllegalArgumentException.class, () -> gzip.withLeastBytes(-1));
    assertThrows(IllegalArgumentException.class, () -> gzip.withMostBytesOnLoop(-1));
    assertThrows(IllegalArgumentException.class, () -> gzip.withMostAtOnce(-1));
  }

  @Test
  void whatIsLongIsNotCompressedOnTheLoop() throws IOException {
    serve(Compression.gzip().withMostAtOnce(0), request -> Response.text(request.path()));
    String fits = "/" + "x".repeat(1000);
    assertEquals(fits, unpackedText(get(fits, GZIP)));
    serve(
        Compression.gzip().withMostAtOnce(0).withMostBytesOnLoop(1000),
        request -> Response.text(request.path()));
    assertPlain(get(fits, GZIP));
  }
}
