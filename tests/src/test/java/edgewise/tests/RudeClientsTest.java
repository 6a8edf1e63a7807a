package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Clients that go away in the middle of things, many of them. Nothing of them stays; and that they
 * were there is not worth a line in the log, or anybody could fill it: {@link Site#close} sees to
 * that.
 */
@LiveTest
class RudeClientsTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private static final String LARGE = "GET /" + SampleFiles.LARGE + " HTTP/1.1\r\nHost: a\r\n\r\n";

  /** What they send before they go. */
  private static final List<String> SENT =
      List.of(
          "",
          "GET / HT",
          REQUEST,
          REQUEST.repeat(50),
          LARGE,
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc",
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
          "\u0000\u0001\u0002 this is not HTTP\r\n\r\n");

  private static final int EACH = 40;

  @Test
  void thoseWhoResetLeaveNothingBehind(Site site) throws Exception {
    answer(site);
    long before = site.openDescriptors();
    for (int i = 0; i < EACH; i++) {
      for (String sent : SENT) {
        visit(site.tcp(), sent).reset();
        visit(site.unix(), sent).close();
      }
    }
    awaitDescriptors(before, site);
  }

  @Test
  void thoseWhoLeaveWithinAnAnswerLeaveNothingBehind(Site site) throws Exception {
    answer(site);
    long before = site.openDescriptors();
    for (int i = 0; i < EACH; i++) {
      for (SocketAddress address : List.of(site.tcp(), site.unix())) {
        Peer peer = visit(address, LARGE);
        peer.read(1000);
        peer.reset();
      }
    }
    awaitDescriptors(before, site);
  }

  private static Peer visit(SocketAddress address, String sent) throws IOException {
    Peer peer = Peer.dial(address);
    peer.write(sent);
    return peer;
  }

  /** Who is answered now has been accepted after all who came before, on either address. */
  private static void answer(Site site) throws IOException {
    for (SocketAddress address : List.of(site.tcp(), site.unix())) {
      try (Peer peer =
          visit(address, REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))) {
        String answer = new String(peer.readAll(), StandardCharsets.ISO_8859_1);
        assertTrue(answer.endsWith("<h1>index</h1>\n"), answer);
      }
    }
  }

  private static void awaitDescriptors(long expected, Site site) throws IOException {
    answer(site);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (site.openDescriptors() > expected) {
      assertTrue(System.nanoTime() < deadline, expected + " were open, now it is more for long");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
