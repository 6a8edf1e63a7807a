package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Events as they stand in a stream. */
class ServerSentEventTest {
  private static String written(ServerSentEvent event) {
    return new String(event.octets(), StandardCharsets.UTF_8);
  }

  @Test
  void anEventIsLinesAndAnEmptyLine() {
    assertEquals("data: x\n\n", written(ServerSentEvent.of("x")));
    assertEquals(
        "event: add\ndata: 73857293 ü\n\n", written(ServerSentEvent.of("add", "73857293 ü")));
    assertEquals(
        """
        : why
        event: add
        id: 7
        retry: 1500
        data: x

        """,
        written(new ServerSentEvent("add", "x", "7", Duration.ofMillis(1500), "why")));
  }

  @Test
  void dataIsCutAtEveryKindOfLineBreak() {
    assertEquals(
        "data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\ndata: \n\n",
        written(ServerSentEvent.of("a\rb\nc\r\nd\n\ne\n")));
    assertEquals("data: \ndata: \n\n", written(ServerSentEvent.of("\r")));
    assertEquals("data: \n\n", written(ServerSentEvent.of("")), "it is dispatched");
  }

  @Test
  void aSpaceAtTheBeginningSurvives() {
    assertEquals("data:  x\n\n", written(ServerSentEvent.of(" x")));
  }

  @Test
  void dataForgesNoField() {
    assertEquals(
        "data: x\ndata: \ndata: event: evil\n\n", written(ServerSentEvent.of("x\n\nevent: evil")));
    var comment = new ServerSentEvent(null, "x", null, null, "a\ndata: evil");
    assertEquals(": a\n: data: evil\ndata: x\n\n", written(comment));
  }

  @Test
  void aHeartbeatIsAnEmptyComment() {
    assertEquals(": \n\n", written(ServerSentEvent.HEARTBEAT));
  }

  @Test
  void anIdCanComeAloneAndCanBeCleared() {
    assertEquals("id: 7\n\n", written(new ServerSentEvent(null, null, "7", null, null)));
    assertEquals("id: \ndata: x\n\n", written(ServerSentEvent.of("x").withId("")));
    assertEquals(
        "retry: 0\ndata: x\n\n", written(ServerSentEvent.of("x").withRetry(Duration.ZERO)));
  }

  @Test
  void whatTheClientWouldReadOtherwiseIsRefused() {
    for (String bad : new String[] {"a\n", "a\rb", "\r\n", "a\0"}) {
      assertThrows(IllegalArgumentException.class, () -> ServerSentEvent.of(bad, "x"));
      assertThrows(IllegalArgumentException.class, () -> ServerSentEvent.of("x").withId(bad));
    }
    var negative = Duration.ofMillis(-1);
    assertThrows(IllegalArgumentException.class, () -> ServerSentEvent.of("x").withRetry(negative));
    assertThrows(
        IllegalArgumentException.class, () -> new ServerSentEvent("add", null, null, null, null));
  }
}
