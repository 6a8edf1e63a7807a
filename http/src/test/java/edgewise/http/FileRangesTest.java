package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges of files, alone and in parts. */
class FileRangesTest extends ServedFiles {
  @Test
  void oneRangeIsSentAloneWithItsPlace() {
    var answer = get("/alpha.txt", "Range: bytes=3-5");
    assertEquals(206, answer.status());
    assertEquals("def", answer.body());
    assertEquals("bytes 3-5/26", field(answer, "content-range"));
    assertEquals("text/plain; charset=utf-8", field(answer, "content-type"));
    assertEquals(tag("/alpha.txt"), field(answer, "etag"));
    assertEquals("xyz", get("/alpha.txt", "Range: bytes=-3").body());
    assertEquals("a", get("/plain/alpha.txt", "Range: bytes=0-0").body());
  }

  @Test
  void nothingOfItIsSentWhereNothingIs() {
    var answer = get("/alpha.txt", "Range: bytes=26-");
    assertEquals(416, answer.status());
    assertEquals("bytes */26", field(answer, "content-range"));
  }

  @Test
  void aRangeOfSomethingElseIsAllOfIt() {
    assertEquals(ALPHA, get("/alpha.txt", "Range: lines=1-2").body());
    assertEquals(ALPHA, get("/alpha.txt", "Range: bytes=0-1", "If-Range: \"a\"").body());
    assertEquals(
        "ab", get("/alpha.txt", "Range: bytes=0-1", "If-Range: " + tag("/alpha.txt")).body());
    assertEquals(304, get("/alpha.txt", "Range: bytes=0-1", "If-None-Match: *").status());
    var head = request("HEAD", "/alpha.txt", "Range: bytes=0-1");
    assertEquals(200, head.status());
    assertEquals("26", field(head, "content-length"));
  }

  @Test
  void severalRangesAreSentInParts() {
    assertParts(get("/long.txt", "Range: bytes=1000-1003, 0-1, -2"));
  }

  private static void assertParts(Answers.Answer answer) {
    assertEquals(206, answer.status());
    assertNull(answer.fields().get("content-range"));
    String type = field(answer, "content-type");
    String boundary = type.substring("multipart/byteranges; boundary=".length());
    String expected =
        """
        --BOUNDARY\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Range: bytes 1000-1003/2600\r
        \r
        mnop\r
        --BOUNDARY\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Range: bytes 0-1/2600\r
        \r
        ab\r
        --BOUNDARY\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Range: bytes 2598-2599/2600\r
        \r
        yz\r
        --BOUNDARY--\r
        """;
    assertEquals(expected.replace("BOUNDARY", boundary), answer.body());
    assertTrue(boundary.matches("[0-9a-f]{8,32}"), boundary);
  }

  @Test
  void eachAnswerInPartsHasAnotherBoundary() {
    String first = field(get("/long.txt", "Range: bytes=0-0,-1"), "content-type");
    assertNotEquals(first, field(get("/long.txt", "Range: bytes=0-0,-1"), "content-type"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50, 333})
  void partsStayInOrderWhateverTheClientTakes(int window) {
    String request = "GET /long.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=%s\r\n\r\n";
    MemorySocket client = rig().connect();
    client.window = 0;
    client.send(request.formatted("1000-1003,0-1,-2"));
    client.send(request.formatted("0-25"));
    client.send(request.formatted("1000-1003,0-1,-2"));
    rig().run();
    while (client.receivedBytes() == client.window) {
      client.window += window;
      rig().run();
    }
    var answers = Answers.read(client.received(), false);
    assertEquals("", answers.rest());
    assertEquals(3, answers.all().size());
    assertParts(answers.all().get(0));
    assertEquals(ALPHA, answers.all().get(1).body());
    assertParts(answers.all().get(2));
  }

  @Test
  void aClientThatLeavesInTheMiddleOfPartsLeavesNoFileOpen() {
    MemorySocket client = rig().connect();
    client.window = 300;
    client.send("GET /long.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9,1000-1999,2500-\r\n\r\n");
    rig().run();
    assertEquals(1, files.count(), "one file for all its regions");
    client.end();
    rig().pass(Duration.ofMinutes(5));
    assertTrue(client.closed);
    assertEquals(0, files.count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Range: bytes=100-100000\r\n", "Range: bytes=0-9,2000-100000\r\n"})
  void aFileThatShrinksEndsItsConnectionAndNeverTheFraming(String range) throws IOException {
    MemorySocket client = rig().connect();
    MemorySocket other = rig().connect();
    client.window = 200;
    client.send("GET /long.txt HTTP/1.1\r\nHost: a\r\n" + range + "\r\n");
    client.send("GET /alpha.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    rig().run();
    try (var file = new RandomAccessFile(directory.resolve("long.txt").toFile(), "rw")) {
      file.setLength(1000);
    }
    client.window = Integer.MAX_VALUE;
    rig().run();
    assertTrue(client.closed, "the connection ends");
    var answers = Answers.read(client.received(), false);
    assertEquals(1, answers.all().size(), "nothing follows that could be taken for the rest");
    assertFalse(answers.all().getFirst().complete());
    other.send("GET /alpha.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    rig().run();
    assertEquals(ALPHA, Answers.read(other.received(), false).only().body(), "another lives on");
  }
}
