package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Responses before the final one, and other protocols after it. */
class InterimAndUpgradeTest extends OneServer {
  @Test
  void interimResponsesComeBeforeTheFinalOneAndNotToHttp10() {
    HttpRig server =
        serve(q -> {
          q.interim(103, new Response.Field("Link", "</a.css>; rel=preload"));
          return Response.text("x");
        });
    String received = server.exchange(GET);
    assertTrue(
        received.startsWith(
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200"),
        received);
    assertTrue(server.exchange("GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 200"));
  }

  @Test
  void anUpgradeHandsOverTheConnectionWithWhatHasCome() {
    HttpRig server =
        serve(q ->
            Response.upgrade(
                    "echo",
                    connection ->
                        (c, in) -> {
                          c.write(in);
                        })
                .header("X-A", "b"));
    MemorySocket client = server.connect();
    client.send(
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Upgrade\r\nUpgrade: no, Echo\r\n\r\nfirst");
    server.run();
    int end = client.received().indexOf("\r\n\r\n") + 4;
    String head = client.received().substring(0, end);
    assertTrue(head.startsWith("HTTP/1.1 101 Switching Protocols\r\n"), head);
    assertTrue(head.contains("\r\nUpgrade: echo\r\n"), head);
    assertTrue(head.contains("\r\nConnection: Upgrade\r\n"), head);
    assertTrue(head.contains("\r\nX-A: b\r\n"), head);
    assertFalse(head.contains("Content-Length"), head);
    client.send(" second");
    server.run();
    assertEquals("first second", client.received().substring(end));
    client.end();
    server.run();
    assertTrue(client.closed);
  }

  @Test
  void whoDoesNotAskForTheProtocolIsToldToUpgrade() {
    HttpRig server = serve(q -> Response.upgrade("echo", connection -> (c, in) -> c.write(in)));
    Answers.Answer answer = server.answer(GET);
    assertEquals(426, answer.status());
    assertEquals("echo", answer.fields().get("upgrade"));
    assertEquals("Upgrade", answer.fields().get("connection"));
    String old = "GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    assertEquals(426, server.answer(old).status(), "HTTP/1.0 does not know it");
  }
}
