package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the client is, also when it is gone. */
class ConnectionFactsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  @Test
  void anIpv4AddressAndItsPortFitIntoAWord() throws IOException {
    var random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      byte[] octets = new byte[4];
      if (i > 0) {
        random.nextBytes(octets);
      }
      int port = i == 0 ? 0 : i == 1 ? 65_535 : random.nextInt(65_536);
      var endpoint = new Endpoint.Inet(InetAddress.getByAddress(octets), port);
      assertEquals(endpoint, ConnectionFacts.unpacked(ConnectionFacts.packed(endpoint)));
    }
  }

  @Test
  void othersDoNot() {
    assertEquals(0, ConnectionFacts.packed(Endpoint.parse("[2001:db8::1]:80")));
    assertEquals(0, ConnectionFacts.packed(Endpoint.unix(Path.of("/tmp/s"))));
    assertNull(ConnectionFacts.unpacked(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
  void theAddressIsKnownThoughTheClientIsGone(String address) {
    try (var server = new HttpRig(HttpHandler.blocking(ConnectionFactsTest::addresses))) {
      MemorySocket client = server.connectFrom(address);
      client.reset = true;
      client.send(GET);
      server.await("the answer", () -> client.received().contains("\r\n\r\n"));
      String body = Answers.read(client.received(), false).only().body();
      assertEquals(client.remote.toString(), body);
    }
  }

  @Test
  void whatNobodyHasAskedForIsAnIoExceptionOnAnyThread() {
    var limits = HttpLimits.builder().maxConnectionsPerClient(Integer.MAX_VALUE).build();
    try (var server = new HttpRig(HttpHandler.blocking(ConnectionFactsTest::addresses), limits)) {
      MemorySocket client = server.connectFrom("192.0.2.7");
      client.reset = true;
      client.send(GET);
      server.await("the answer", () -> client.received().contains("\r\n\r\n"));
      String body = Answers.read(client.received(), false).only().body();
      assertTrue(body.startsWith("java.net.SocketException: ENOTCONN"), body);
    }
  }

  private static Response addresses(Request request) {
    try {
      return Response.text(request.remote().toString());
    } catch (IOException e) {
      return Response.text(e.toString());
    }
  }
}
