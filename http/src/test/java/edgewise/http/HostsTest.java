package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Which handler a host has. */
class HostsTest extends OneServer {
  @Test
  void aHostIsChosenByNameThenByTheLongestWildcardThenTheFallback() {
    var hosts =
        new Hosts()
            .host("example.org", q -> Response.text("exact"))
            .host("*.example.org", q -> Response.text("below"))
            .host("*.deep.example.org", q -> Response.text("deep"));
    HttpRig server = serve(hosts);
    assertEquals("exact", server.answer(host("example.org")).body());
    assertEquals("exact", server.answer(host("EXAMPLE.org.:8080")).body());
    assertEquals("below", server.answer(host("a.b.example.org")).body());
    assertEquals("deep", server.answer(host("a.deep.example.org:1")).body());
    assertEquals(421, server.answer(host("example.com")).status());
    assertEquals(421, server.answer(host("[::1]:80")).status());
    assertEquals(
        "exact",
        server.answer("GET http://example.org/ HTTP/1.1\r\nHost: example.com\r\n\r\n").body(),
        "the target outranks the field");
    hosts.fallback(q -> Response.text("any"));
    assertEquals("any", server.answer("GET / HTTP/1.0\r\n\r\n").body());
    assertThrows(IllegalArgumentException.class, () -> hosts.host("a:80", q -> Response.text("")));
    assertThrows(
        IllegalArgumentException.class, () -> hosts.host("EXAMPLE.ORG", q -> Response.text("")));
  }

  private static String host(String host) {
    return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  }
}
