package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A response that a handler returns again and again is sent as a new one would be. */
class KeptResponseTest {
  private static final List<Supplier<Response>> RESPONSES =
      List.of(
          () -> Response.text("short"),
          () -> Response.text(""),
          () -> Response.text("x".repeat(2048)),
          () -> Response.text("x".repeat(2049)),
          () -> Response.text("bye").closing(),
          () -> Response.status(204).header("X-A", "b"),
          () -> Response.status(205),
          () -> Response.status(304),
          () -> Response.text("no body with it").withStatus(204));

  private static final List<String> REQUESTS =
      List.of(
          "GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
          "HEAD %s HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET %s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          "GET %s HTTP/1.0\r\n\r\n",
          "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  @Test
  void itIsSentAsANewOneIs() {
    List<Response> kept = RESPONSES.stream().map(Supplier::get).toList();
    try (var rig = new HttpRig(request -> answer(request, kept))) {
      for (int i = 0; i < RESPONSES.size(); i++) {
        for (String request : REQUESTS) {
          String fresh = exchange(rig, request.formatted("/new/" + i));
          for (int times = 0; times < 3; times++) {
            assertEquals(fresh, exchange(rig, request.formatted("/kept/" + i)), request + i);
          }
        }
      }
    }
  }

  private static Response answer(Request request, List<Response> kept) {
    String[] path = request.path().split("/", -1);
    int index = Integer.parseInt(path[2]);
    return path[1].equals("new") ? RESPONSES.get(index).get() : kept.get(index);
  }

  /** What comes back, but for the date: a second may pass between two exchanges. */
  private static String exchange(HttpRig rig, String request) {
    String answer = rig.exchange(request);
    String undated = answer.replaceFirst("Date: [^\r]*\r\n", "");
    assertNotEquals(answer, undated, "there is a date");
    return undated;
  }

  @Test
  void itIsEncodedAgainWhenTheEndOfTheHeadIsAnother() {
    Response response = Response.text("body");
    byte[] first = octets("Date: 1\r\n\r\n");
    byte[] second = octets("Date: 2\r\n\r\n");
    assertNull(response.whole(first), "it may never be sent again");
    String head = new String(response.head(), StandardCharsets.US_ASCII);
    assertEquals(head + "Date: 1\r\n\r\nbody", text(response.whole(first)));
    assertSame(response.whole(first), response.whole(first));
    assertEquals(head + "Date: 2\r\n\r\nbody", text(response.whole(second)));
  }

  @Test
  void itsDateIsThatOfTheSecond() {
    var line = new DateLine();
    line.refresh(1_000);
    byte[] before = line.octets(Persistence.KEPT);
    line.refresh(1_999);
    assertSame(before, line.octets(Persistence.KEPT));
    var other = new DateLine();
    other.refresh(1_500);
    assertSame(before, other.octets(Persistence.KEPT), "what is encoded with it can be shared");
    line.refresh(2_000);
    assertEquals(
        "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n\r\n", text(line.octets(Persistence.KEPT)));
  }

  @Test
  void loopsThatNoteASecondAtOnceNoteTheSame() throws Exception {
    int loops = 4;
    var together = new CyclicBarrier(loops);
    var noted = new byte[loops][];
    try (var threads = Executors.newFixedThreadPool(loops)) {
      for (int second = 1; second <= 2_000; second++) {
        long millis = second * 1000L;
        var all = new ArrayList<Future<?>>();
        for (int loop = 0; loop < loops; loop++) {
          int index = loop;
          all.add(
              threads.submit(() -> {
                var line = new DateLine();
                together.await();
                line.refresh(millis);
                noted[index] = line.octets(Persistence.KEPT);
                return null;
              }));
        }
        for (Future<?> each : all) {
          each.get();
        }
        for (byte[] each : noted) {
          assertSame(noted[0], each, "else each would encode kept responses anew for a second");
        }
      }
    }
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte @Nullable [] octets) {
    return new String(Objects.requireNonNull(octets), StandardCharsets.US_ASCII);
  }
}
