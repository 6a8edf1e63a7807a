package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many connections a client has, which is told by its address. */
class ConnectionsPerClientTest extends OneServer {
  @Test
  void aClientHasOnlySoManyConnections() throws Exception {
    HttpRig server =
        serve(q -> Response.text("x"), HttpLimits.builder().maxConnectionsPerClient(2).build());
    List<MemorySocket> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      MemorySocket client = server.connectFrom("192.0.2.1");
      open.add(client);
    }
    MemorySocket other = server.connectFrom("192.0.2.2");
    MemorySocket loopback = server.connectFrom("127.0.0.1");
    assertEquals(503, Answers.read(open.get(2).received(), false).only().status());
    assertTrue(open.get(2).isEnded());
    assertEquals("", open.get(0).received() + other.received() + loopback.received());
    open.get(0).end();
    open.get(2).end();
    server.run();
    MemorySocket again = server.connectFrom("192.0.2.1");
    again.send(GET);
    server.run();
    assertEquals(200, Answers.read(again.received(), false).only().status());
    // One IPv6 host has a whole subnet.
    server.connectFrom("2001:db8::1");
    server.connectFrom("2001:db8::2");
    assertTrue(server.connectFrom("2001:db8::3").isEnded());
    assertFalse(server.connectFrom("2001:db8:0:1::3").isEnded());
    for (int i = 0; i < 5; i++) {
      assertFalse(server.connectFrom("127.0.0.1").isEnded(), "proxies are there");
    }
  }
}
