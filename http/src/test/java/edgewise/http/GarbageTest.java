package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Law 11: no garbage per message in steady state, HTTP included. */
class GarbageTest {
  private static final String REQUEST =
      """
      GET /users/17/posts?x=y HTTP/1.1\r
      Host: example.com\r
      User-Agent: test\r
      Accept: */*\r
      \r
      """;

  private static final Response CONSTANT = Response.text("Hello, World!");

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  /** Octets allocated for each of many requests that come like this. */
  private static double perRequest(HttpRig rig, String octets, int cut, int requests) {
    MemorySocket client = rig.connect();
    byte[] bytes = Cuts.octets(octets.repeat(requests));
    long before = 0;
    int rounds = 6000;
    for (int i = 0; i < rounds; i++) {
      if (i == rounds / 2) {
        before = allocated();
      }
      client.send(bytes, 0, cut);
      rig.loop.turn(Duration.ZERO);
      client.send(bytes, cut, bytes.length);
      rig.loop.turn(Duration.ZERO);
      assertTrue(client.receivedBytes() > 0);
      client.forgetReceived();
    }
    // The date is written anew once a second, whatever the number of requests.
    return (allocated() - before) / (rounds / 2.0 * requests);
  }

  private static HttpRig rig() {
    return new HttpRig(
        new Router().get("/users/{id}/posts", q -> CONSTANT).post("/echo", GarbageTest::look));
  }

  private static Response look(Request request) {
    assertEquals(5, request.bodyLength());
    return CONSTANT;
  }

  @Test
  void aRequestInOnePieceMakesNone() {
    try (var rig = rig()) {
      double each = perRequest(rig, REQUEST, 0, 1);
      assertTrue(each < 8, () -> each + " bytes per request");
    }
  }

  @Test
  void pipelinedRequestsMakeNone() {
    try (var rig = rig()) {
      double each = perRequest(rig, REQUEST, 0, 16);
      assertTrue(each < 1, () -> each + " bytes per request");
    }
  }

  @Test
  void aRequestInTwoPiecesMakesNone() {
    try (var rig = rig()) {
      double each = perRequest(rig, REQUEST, 40, 1);
      assertTrue(each < 8, () -> each + " bytes per request");
    }
  }

  @Test
  void aBodyInTwoPiecesMakesNone() {
    try (var rig = rig()) {
      String post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
      double each = perRequest(rig, post, post.length() - 2, 1);
      assertTrue(each < 8, () -> each + " bytes per request");
    }
  }
}
