package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private final List<EventStream> streams = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private final HttpRig rig =
      new HttpRig(q ->
          Response.events(stream -> {
            streams.add(stream);
            stream.onClose(() -> closed.add("closed"));
          }));

  @AfterEach
  void close() {
    rig.close();
  }

  private MemorySocket open() {
    MemorySocket client = rig.connect();
    client.send(GET);
    rig.run();
    return client;
  }

  @Test
  void eventsComeFromAnyThreadUntilTheStreamIsClosed() throws Exception {
    MemorySocket client = open();
    EventStream stream = streams.getFirst();
    Thread.ofPlatform()
        .start(() -> {
          stream.send(ServerSentEvent.of("a\nb"));
          stream.send(ServerSentEvent.of("tick", "1").withId("7"));
          stream.close();
        })
        .join();
    rig.run();
    Answers.Answer answer = Answers.read(client.received(), false).only();
    assertEquals("text/event-stream", answer.fields().get("content-type"));
    assertEquals("no-cache", answer.fields().get("cache-control"));
    assertEquals("data: a\ndata: b\n\nevent: tick\nid: 7\ndata: 1\n\n", answer.body());
    assertEquals(List.of("closed"), closed);
    assertFalse(stream.isOpen());
    assertFalse(stream.send(ServerSentEvent.of("too late")));
  }

  @Test
  void aQuietStreamHasAHeartbeat() {
    MemorySocket client = open();
    rig.pass(Duration.ofSeconds(31));
    streams.getFirst().close();
    rig.run();
    assertEquals(": \n\n: \n\n", Answers.read(client.received(), false).only().body());
  }

  @Test
  void aClientThatDoesNotTakeItsEventsIsNotBufferedFor() {
    MemorySocket client = open();
    client.window = client.receivedBytes() + 1000;
    EventStream stream = streams.getFirst();
    byte[] event = ServerSentEvent.of("x".repeat(10_000)).octets();
    int taken = 0;
    while (taken < 1000 && stream.send(event)) {
      taken++;
      rig.run();
    }
    int sent = taken;
    assertTrue(sent < 100, () -> "bounded, but " + sent);
    client.window = Integer.MAX_VALUE;
    rig.run();
    assertTrue(stream.send(event), "it has caught up");
  }

  @Test
  void aClientThatIsGoneIsNoticed() {
    MemorySocket client = open();
    client.end(); // half-closed: it may still listen
    rig.pass(Duration.ofSeconds(20));
    assertEquals(List.of(), closed);
    client.window = client.receivedBytes();
    rig.pass(Duration.ofSeconds(100));
    assertEquals(List.of("closed"), closed);
    assertTrue(client.aborted);
  }

  @Test
  void stoppingEndsTheStream() {
    MemorySocket client = open();
    rig.loop.stop(Duration.ofSeconds(30));
    rig.run();
    assertTrue(Answers.read(client.received(), false).only().complete());
    assertEquals(List.of("closed"), closed);
  }
}
