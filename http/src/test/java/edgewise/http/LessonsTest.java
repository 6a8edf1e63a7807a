package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Defects that other servers shipped, each by what it looked like from outside. */
class LessonsTest {
  private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
  private static final String SECOND = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";

  private final List<String> handled = new ArrayList<>();
  private final HttpRig rig =
      new HttpRig(request -> {
        handled.add(request.method() + " " + request.path() + " " + request.bodyText());
        return Response.text("x");
      });

  @AfterEach
  void close() {
    rig.close();
  }

  private void isRefused(String octets, int status) {
    handled.clear();
    MemorySocket client = rig.connect();
    client.send(octets);
    rig.run();
    assertEquals(List.of(status), Answers.read(client.received(), false).statuses(), octets);
    assertTrue(client.isEnded(), octets);
    assertEquals(List.of(), handled, "nothing reaches a handler");
  }

  /** CVE-2025-58056. */
  @Test
  void aBareLfDoesNotEndAChunkSizeLine() {
    isRefused(CHUNKED + "2;\nxx\r\n45\r\n0\r\n\r\n" + SECOND, 400);
  }

  /** CVE-2026-33870 and CVE-2026-2332. */
  @Test
  void aQuotedExtensionHidesNoLineBreak() {
    isRefused(CHUNKED + "1;a=\"\r\nX\r\n0\r\n\r\n" + SECOND + "\"\r\nY\r\n0\r\n\r\n", 400);
    isRefused(CHUNKED + "1;a=\"\nX\r\n0\r\n\r\n", 400);
  }

  /** CVE-2026-42580 and CVE-2017-7657. */
  @Test
  void aChunkSizeDoesNotWrapRound() {
    isRefused(CHUNKED + "100000004\r\nabcd\r\n0\r\n\r\n", 413);
    isRefused(CHUNKED + "10000000000000004\r\nabcd\r\n0\r\n\r\n", 400);
    isRefused(CHUNKED + "FFFFFFFFFFFFFFFC\r\nabcd\r\n0\r\n\r\n", 400);
  }

  /** CVE-2026-42581. */
  @Test
  void bothFramingsAtOnceAreRefusedOnEveryVersion() {
    for (String version : List.of("1.0", "1.1")) {
      String line = "POST / HTTP/" + version + "\r\nHost: a\r\n";
      String length = "Content-Length: 4\r\n";
      String coding = "Transfer-Encoding: chunked\r\n";
      isRefused(line + length + coding + "\r\n0\r\n\r\n" + SECOND, 400);
      isRefused(line + coding + length + "\r\n0\r\n\r\n" + SECOND, 400);
    }
  }

  /** CVE-2026-50020. */
  @Test
  void controlOctetsBeforeTheRequestLineAreNotSkipped() {
    for (char c : new char[] {0, 1, '\t', 0x0B, 0x0C, 0x1C, 0x1F, ' ', 0x7F, 0x85, 0xA0}) {
      isRefused(c + SECOND, 400);
    }
  }

  /** CVE-2023-40167, and a parser that calls Integer.parseInt. */
  @Test
  void numbersAreDigitsAndNothingElse() {
    isRefused(POST + "Content-Length: +5\r\n\r\nhello", 400);
    isRefused(POST + "Content-Length: \u0665\r\n\r\nhello", 400);
    isRefused(CHUNKED + "-1\r\n", 400);
    isRefused(CHUNKED + "+1\r\nx\r\n0\r\n\r\n", 400);
  }

  /** CVE-2026-100656 and CVE-2026-59899. */
  @Test
  void pipelinedRequestsWhoseResponsesAreNotReadDoNotPileUp() {
    MemorySocket client = rig.connect();
    client.window = 10_000;
    for (int i = 0; i < 200; i++) {
      client.send(SECOND.repeat(1000));
      rig.run();
    }
    assertTrue(handled.size() < 10_000, () -> handled.size() + " of 200,000 were answered");
    assertTrue(client.unread() > SECOND.length() * 150_000, "the rest is left to the kernel");
  }

  /** CVE-2026-28367. */
  @Test
  void aHeaderEndsWithAnEmptyLineAndNothingElse() {
    for (String end : List.of("\r\r\r", "\n\r\n", "\n\n", "\r\n\r\r\n", "\r\n\n")) {
      isRefused("GET / HTTP/1.1\r\nHost: a" + end + SECOND, 400);
    }
  }

  /** CVE-2026-28368 and CVE-2026-28369. */
  @Test
  void aFieldNameIsReadAsItStands() {
    isRefused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400);
    isRefused("GET / HTTP/1.1\r\nHost: a\r\n Content-Length: 5\r\n\r\nhello", 400);
    isRefused(POST + "Content-Length : 5\r\n\r\nhello", 400);
    isRefused(POST + "Content\0-Length: 5\r\n\r\nhello", 400);
    isRefused(POST + "Transfer-Encoding\u00a0: chunked\r\n\r\n", 400);
  }

  /** CVE-2020-10705. */
  @Test
  void anExpectedBodyIsNotReservedBeforeItComes() {
    var clients = new ArrayList<MemorySocket>();
    long before = used();
    for (int i = 0; i < 500; i++) {
      MemorySocket client = rig.connect();
      client.send(POST + "Expect: 100-continue\r\nContent-Length: 1048576\r\n\r\n");
      clients.add(client);
    }
    rig.run();
    assertTrue(clients.stream().allMatch(client -> client.received().startsWith("HTTP/1.1 100")));
    clients.forEach(client -> client.send("x"));
    rig.run();
    long each = (used() - before) / clients.size();
    assertTrue(each < 20_000, () -> each + " bytes for each that waits");
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** CVE-2024-1635. */
  @Test
  void aClosedConnectionLeavesNoTimerBehind() throws Exception {
    var gone = new ArrayList<WeakReference<Object>>();
    for (int i = 0; i < 20; i++) {
      MemorySocket client = rig.connect();
      client.send(i % 2 == 0 ? "GET / HT" : SECOND);
      rig.run();
      gone.add(new WeakReference<>(Objects.requireNonNull(client.attachment)));
      client.end();
      rig.run();
      assertTrue(client.closed);
      client.attachment = null;
    }
    rig.connect(); // the last one may still be named by something that is reused
    for (int i = 0; i < 50 && gone.stream().anyMatch(ref -> ref.get() != null); i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertEquals(0, gone.stream().filter(ref -> ref.get() != null).count());
  }

  /** CVE-2024-5971 was about responses; a request's last chunk may come late just as well. */
  @Test
  void theLastChunkEndsTheRequestWheneverItComes() {
    MemorySocket client = rig.connect();
    client.send(CHUNKED + "5\r\nhello\r\n");
    rig.run();
    assertEquals("", client.received());
    client.send("0\r\n\r\n");
    rig.run();
    assertEquals(List.of("POST / hello"), handled);
    assertFalse(client.isEnded());
  }

  /** Slowloris: no Java server has a deadline for the whole header by default. */
  @Test
  void singleOctetsDoNotExtendTheDeadlineOfTheHeader() {
    MemorySocket client = rig.connect();
    client.send(SECOND + "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    rig.run();
    client.forgetReceived();
    for (int i = 0; i < 9; i++) {
      rig.pass(Duration.ofSeconds(1));
      client.send("x");
      rig.run();
    }
    assertFalse(client.isEnded());
    rig.pass(Duration.ofSeconds(1));
    assertEquals(408, Answers.read(client.received(), false).only().status());
    assertTrue(client.isEnded());
  }
}
