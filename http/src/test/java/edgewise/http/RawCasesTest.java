package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The raw cases, each in one piece, octet by octet, and cut in two at every position. */
class RawCasesTest {
  /** Not yet, and why. A case that passes must leave this list: a test sees to it. */
  private static final Map<String, String> NOT_YET =
      Map.ofEntries(Map.entry("UP-05", "WebSocket"), Map.entry("UP-06", "WebSocket"));

  /** Longer requests are cut at some positions only, or the build would take minutes. */
  private static final int CUT_EVERYWHERE = 600;

  private static final int CUTS = 20;

  @TempDir static Path directory;
  private static HttpRig rig;

  @BeforeAll
  static void serve() throws IOException {
    Path root = fixture(directory);
    var router =
        new Router()
            .any("/echo", q -> Response.bytes(q.bodyBytes(), "application/octet-stream"))
            .any("/h204", q -> Response.status(204))
            .any("/{path...}", new FileHandler(new JdkFileRoot(root)));
    rig = new HttpRig(router);
  }

  @AfterAll
  static void close() {
    rig.close();
  }

  static Path fixture(Path directory) throws IOException {
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.writeString(directory.resolve("secret.txt"), "TOPSECRET\n");
    Path outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret.txt"), "TOPSECRET\n");
    Path alpha = Files.writeString(root.resolve("alpha.txt"), "abcdefghijklmnopqrstuvwxyz");
    Files.setLastModifiedTime(alpha, FileTime.from(Instant.parse("2015-01-01T00:00:00Z")));
    Files.createFile(root.resolve("empty.txt"));
    Files.writeString(root.resolve("index.html"), "<h1>index</h1>\n");
    Path sub = Files.createDirectory(root.resolve("dir"));
    Files.writeString(sub.resolve("index.html"), "<h1>dir</h1>\n");
    Files.writeString(root.resolve("sp ace.txt"), "sp\n");
    Files.createSymbolicLink(root.resolve("link-out"), Path.of("../secret.txt"));
    Files.createSymbolicLink(root.resolve("dirlink-out"), Path.of("../outside"));
    Files.createSymbolicLink(root.resolve("link-in"), Path.of("alpha.txt"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    return root;
  }

  static Stream<RawCase> cases() {
    return RawCase.load().stream().filter(one -> !NOT_YET.containsKey(one.id()));
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
  void whatIsListedAsNotYetIsNotYet() {
    var passing = new TreeSet<String>();
    for (RawCase one : RawCase.load()) {
      byte[] request = one.request().getBytes(StandardCharsets.ISO_8859_1);
      if (NOT_YET.containsKey(one.id())
          && one.faults(play(one, request, request.length)).isEmpty()) {
        passing.add(one.id());
      }
    }
    assertEquals(new TreeSet<>(), passing, "these pass: take them from the list");
  }

  @Test
  void theCheckerSeesWhatIsWrong() {
    RawCase baseline = RawCase.load().getFirst();
    String ok = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    assertEquals(List.of(), baseline.faults(new RawCase.Seen(ok, false)));
    assertFalse(baseline.faults(new RawCase.Seen(ok + "y", false)).isEmpty());
    assertFalse(baseline.faults(new RawCase.Seen("", false)).isEmpty());
    assertFalse(baseline.faults(new RawCase.Seen(ok.replace("200", "400"), false)).isEmpty());
    RawCase closing = RawCase.load().get(1);
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
