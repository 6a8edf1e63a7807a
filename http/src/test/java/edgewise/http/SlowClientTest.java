package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a connection does with a client that is slow, or silent. */
class SlowClientTest extends EveryAnswer {
  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  void nothingIsParsedWhileResponsesAreNotTaken() {
    MemorySocket client = rig().connect();
    client.window = 200_000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));
    rig().run();
    int before = handled.size();
    assertTrue(before < 10, () -> "bounded, but " + before + " were answered");
    client.send(GET.repeat(10_000));
    rig().run();
    assertEquals(before, handled.size());
    assertTrue(client.unread() > 100_000, "the rest stays with the kernel");
    client.window = Integer.MAX_VALUE;
    rig().run();
    assertEquals(10_100, handled.size());
    assertEquals(0, client.unread());
  }

  @Test
  void aClientThatTakesNothingIsCutOff() {
    MemorySocket client = rig().connect();
    client.window = 1000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10));
    rig().run();
    rig().pass(Duration.ofSeconds(75));
    assertTrue(client.aborted);
  }

  @Test
  void aClientThatPausesForLessThanTheSendTimeoutIsServed() {
    MemorySocket client = rig().connect();
    client.window = 1000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    rig().run();
    for (int i = 0; i < 5; i++) {
      rig().pass(Duration.ofSeconds(50));
      client.window += 20_000;
      rig().run();
    }
    assertTrue(Answers.read(client.received(), false).only().complete());
  }

  @Test
  void aClientThatTakesCrumbsIsCutOff() {
    MemorySocket client = rig().connect();
    client.window = 1000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    rig().run();
    for (int i = 0; i < 200 && !client.aborted; i++) {
      client.window += 100; // every second, where 256 are the least
      rig().pass(Duration.ofSeconds(1));
    }
    assertTrue(client.aborted);
  }

  @Test
  void aClientThatTakesItsTimeIsServed() {
    MemorySocket client = rig().connect();
    client.window = 1000;
    client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
    rig().run();
    for (int i = 0; i < 100; i++) {
      client.window += 4000;
      rig().pass(Duration.ofSeconds(5));
    }
    assertEquals(3, Answers.read(client.received(), false).statuses().size());
  }

  @Test
  void aSmallResponseThatIsNotTakenDoesNotHoldTheConnectionForEver() {
    MemorySocket client = rig().connect();
    client.window = 10;
    client.send(GET);
    rig().run();
    rig().pass(LONG);
    assertTrue(client.closed);
  }

  @Test
  void anIdleConnectionIsClosed() {
    MemorySocket client = rig().connect();
    rig().pass(Duration.ofSeconds(59));
    assertFalse(client.isEnded());
    client.send(GET);
    rig().run();
    rig().pass(Duration.ofSeconds(59));
    assertFalse(client.isEnded());
    rig().pass(Duration.ofSeconds(2));
    assertTrue(client.closed);
  }

  @Test
  void aBodyMustComeAtSomeRate() {
    MemorySocket slow = rig().connect();
    MemorySocket steady = rig().connect();
    String head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    slow.send(head);
    steady.send(head);
    for (int i = 0; i < 20; i++) {
      slow.send("x");
      steady.send("x".repeat(500));
      rig().pass(Duration.ofSeconds(1));
    }
    assertEquals(408, Answers.read(slow.received(), false).only().status());
    assertTrue(slow.isEnded());
    assertEquals("", steady.received());
    assertFalse(steady.isEnded());
  }
}
