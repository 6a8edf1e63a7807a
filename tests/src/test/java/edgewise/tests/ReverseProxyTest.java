package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** nginx and HAProxy in front of the server, on kept connections; curl in front of them. */
@LiveTest
@Needs("curl")
class ReverseProxyTest {
  /** How the proxy reaches the server. */
  enum Upstream {
    TCP,
    UNIX
  }

  @ParameterizedTest
  @EnumSource
  @Needs("nginx")
  void nginxPassesEverythingOn(Upstream upstream, Site site) throws Exception {
    String server = upstream == Upstream.TCP ? "127.0.0.1:" + site.port() : "unix:" + site.socket;
    try (var proxy = Proxy.nginx(site.scratch, server)) {
      assertPassesEverythingOn(proxy, upstream, site);
      // As nginx talks to servers unless it is told otherwise: HTTP/1.0, a connection a request.
      byte[] large = SampleFiles.of(SampleFiles.LARGE);
      assertArrayEquals(large, proxy.curl("", "old/" + SampleFiles.LARGE).out());
      assertEquals("a=b", proxy.curl("-d a=b", "old/echo").text());
    }
  }

  @ParameterizedTest
  @EnumSource
  @Needs("haproxy")
  void haproxyPassesEverythingOn(Upstream upstream, Site site) throws Exception {
    String server = upstream == Upstream.TCP ? "127.0.0.1:" + site.port() : "unix@" + site.socket;
    try (var proxy = Proxy.haproxy(site.scratch, server)) {
      assertPassesEverythingOn(proxy, upstream, site);
    }
  }

  private static void assertPassesEverythingOn(Proxy proxy, Upstream upstream, Site site)
      throws Exception {
    for (var file : SampleFiles.CONTENT.entrySet()) {
      byte[] got = proxy.curl("", file.getKey()).out();
      assertArrayEquals(file.getValue(), got, file.getKey());
    }
    assertPassesBodiesOn(proxy, site);
    assertEquals("204", status(proxy, "h204"));
    assertEquals("404", status(proxy, "none"));
    String head = proxy.curl("-I", SampleFiles.LARGE).text();
    assertTrue(head.toLowerCase(Locale.ROOT).contains("content-length: " + (3 << 20)), head);
    assertServesAHundredAtOnce(proxy);
    if (upstream == Upstream.TCP) {
      assertKeepsItsConnection(proxy, site);
    }
  }

  private static void assertPassesBodiesOn(Proxy proxy, Site site) throws Exception {
    assertEquals("a=b&c=d", proxy.curl("-d a=b -d c=d", "echo").text());
    Path body = Files.write(site.scratch.resolve("body"), Bytes.random(9, 600_000));
    for (String how : List.of("-T", "-HTransfer-Encoding:chunked -T")) {
      assertArrayEquals(Files.readAllBytes(body), proxy.curl(how + " " + body, "echo").out(), how);
    }
    // More than the server takes: its 413 gets through although the proxy still sends.
    Path large = site.directory.resolve(SampleFiles.LARGE);
    assertEquals("413", proxy.curl("-o /dev/null -w %{http_code} -T " + large, "echo").text());
  }

  private static String status(Proxy proxy, String path) throws Exception {
    return proxy.curl("-o /dev/null -w %{http_code}", path).text();
  }

  private static void assertServesAHundredAtOnce(Proxy proxy) throws Exception {
    var paths = new ArrayList<String>();
    for (int i = 0; i < 100; i++) {
      paths.add("sub/buffer-and-one.bin?" + i);
    }
    String got = "-Z --parallel-max 40 --fail-early -f";
    byte[] all = proxy.curl(got, paths.toArray(String[]::new)).out();
    assertEquals(100 * ((64 << 10) + 1), all.length);
  }

  /** The connections to the server are counted by the ports at their other end. */
  private static void assertKeepsItsConnection(Proxy proxy, Site site) throws Exception {
    Set<String> before = peers(site.port());
    var paths = new ArrayList<String>();
    for (int i = 0; i < 50; i++) {
      paths.add("index.html?" + i);
    }
    String pages = proxy.curl("", paths.toArray(String[]::new)).text();
    assertEquals("<h1>index</h1>\n".repeat(50), pages);
    Set<String> more = peers(site.port());
    more.removeAll(before);
    assertTrue(more.size() <= 1, "connections for 50 requests, one after the other: " + more);
  }

  /** The ports of those who are, or have just been, connected to a port; see proc_net_tcp(5). */
  private static Set<String> peers(int port) throws IOException {
    String server = "0100007F:%04X".formatted(port);
    var ports = new TreeSet<String>();
    for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
      String[] columns = line.strip().split(" +", -1);
      if (columns[1].equals(server)) {
        ports.add(columns[2]);
      } else if (columns[2].equals(server)) {
        ports.add(columns[1]);
      }
    }
    return ports;
  }
}
