package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The raw cases, each in one piece, octet by octet, and cut in two at every position. */
class RawCasesTest {
  /** Longer requests are cut at some positions only, or the build would take minutes. */
  private static final int CUT_EVERYWHERE = 600;

  private static final int CUTS = 20;

  @TempDir static Path directory;
  private static HttpRig rig;

  @BeforeAll
  static void serve() throws IOException {
    Path root = RawCases.files(directory);
    var router =
        new Router()
            .any("/echo", q -> Response.bytes(q.bodyBytes(), "application/octet-stream"))
            .any("/h204", q -> Response.status(204))
            .get("/ws", q -> WebSocketHandshake.accept(q, connection -> (c, in) -> c.write(in)))
            .any("/{path...}", new FileHandler(new JdkFileRoot(root)));
    rig = new HttpRig(router);
  }

  @AfterAll
  static void close() {
    rig.close();
  }

  static Stream<RawCase> cases() {
    return RawCases.load().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isAnsweredStrictlyAndAlikeForAnyCut(RawCase one) {
    byte[] request = one.request().getBytes(StandardCharsets.ISO_8859_1);
    RawCase.Seen whole = play(one, request, request.length);
    assertEquals(List.of(), one.faults(whole), () -> show(whole));
    assertEquals(comparable(whole), comparable(playByOctet(one, request)), "octet by octet");
    int step = request.length <= CUT_EVERYWHERE ? 1 : request.length / CUTS;
    for (int cut = 1; cut < request.length; cut += step) {
      RawCase.Seen seen = play(one, request, cut);
      assertEquals(comparable(whole), comparable(seen), "cut at " + cut);
    }
  }

  @Test
  void theCheckerSeesWhatIsWrong() {
    RawCase baseline = RawCases.load().getFirst();
    String ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    assertEquals(List.of(), baseline.faults(new RawCase.Seen(ok, false)));
    assertFalse(baseline.faults(new RawCase.Seen(ok + "y", false)).isEmpty());
    assertFalse(baseline.faults(new RawCase.Seen("", false)).isEmpty());
    assertFalse(baseline.faults(new RawCase.Seen(ok.replace("200", "400"), false)).isEmpty());
    RawCase closing = RawCases.load().get(1);
    String bad = ok.replace("200", "400");
    assertEquals(List.of(), closing.faults(new RawCase.Seen(bad, true)));
    assertTrue(closing.faults(new RawCase.Seen(bad, false)).toString().contains("left open"));
  }

  private static RawCase.Seen play(RawCase one, byte[] request, int cut) {
    MemorySocket client = rig.connect();
    client.send(request, 0, cut);
    rig.run();
    client.send(request, cut, request.length);
    return finish(one, client);
  }

  private static RawCase.Seen playByOctet(RawCase one, byte[] request) {
    MemorySocket client = rig.connect();
    // A megabyte of one octet each would only be slow; the first thousands cross every limit.
    int single = Math.min(request.length, 50_000);
    for (int i = 0; i < single; i++) {
      client.send(request, i, i + 1);
      rig.run();
    }
    client.send(request, single, request.length);
    return finish(one, client);
  }

  private static RawCase.Seen finish(RawCase one, MemorySocket client) {
    if (one.halfClose()) {
      client.end();
    }
    rig.run();
    if (!one.second().isEmpty()) {
      client.send(one.second());
      rig.run();
    }
    var seen = new RawCase.Seen(client.received(), client.isEnded());
    client.end();
    rig.run();
    assertTrue(client.closed, "a client that has ended leaves nothing behind");
    return seen;
  }

  /**
   * Without what may differ: the time, and 100 (Continue), which is not sent to those who go on.
   */
  private static RawCase.Seen comparable(RawCase.Seen seen) {
    String received = seen.received().replaceAll("Date: [^\r]*", "Date: now");
    return new RawCase.Seen(received.replace("HTTP/1.1 100 Continue\r\n\r\n", ""), seen.ended());
  }

  private static String show(RawCase.Seen seen) {
    String text = seen.received();
    return (seen.ended() ? "ended after " : "open after ")
        + text.substring(0, Math.min(500, text.length()));
  }
}
