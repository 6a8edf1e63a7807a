package edgewise.http.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Slow, silent, loud and stubborn programs, and clients that go away. */
@ParameterizedClass
@EnumSource(Mode.class)
class CgiLifeTest {
  private static final int MEGABYTE = 1 << 20;

  private final CgiRig rig;

  CgiLifeTest(Mode mode, @TempDir Path temporary) throws IOException {
    rig = new CgiRig(mode, temporary);
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] post(String program, int length) {
    return latin1(
        "POST /cgi-bin/"
            + program
            + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
            + length
            + "\r\n\r\n");
  }

  @Test
  void aHundredMegabytesGoThroughAtThePaceOfTheClient() throws Exception {
    int megabytes = 100;
    rig.sh(
        "cat", "printf 'Content-Type: a/b\\nContent-Length: %s\\n\\n' $CONTENT_LENGTH; exec cat");
    rig.start();
    byte[] piece = new byte[MEGABYTE];
    new java.util.Random(1).nextBytes(piece);
    var expected = new CRC32();
    for (int i = 0; i < megabytes; i++) {
      expected.update(piece);
    }
    var sent = new AtomicLong();
    try (Socket socket = rig.connect();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sender =
          threads.submit(() -> {
            var out = socket.getOutputStream();
            out.write(post("cat", megabytes * MEGABYTE));
            for (int i = 0; i < megabytes; i++) {
              for (int from = 0; from < MEGABYTE; from += 1 << 14) {
                out.write(piece, from, 1 << 14);
                sent.addAndGet(1 << 14);
              }
            }
            return null;
          });
      // Nothing is read at first: all buffers on the way fill, and then the client has to wait.
      awaitStandstill(sent);
      assertTrue(sent.get() < 30L * MEGABYTE, sent + " octets are on the way");
      var in = socket.getInputStream();
      String head = head(in);
      assertTrue(head.contains("Content-Length: " + megabytes * MEGABYTE), head);
      var came = new CRC32();
      byte[] buffer = new byte[1 << 16];
      long total = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        came.update(buffer, 0, count);
        total += count;
      }
      sender.get();
      assertEquals((long) megabytes * MEGABYTE, total);
      assertEquals(expected.getValue(), came.getValue());
    }
  }

  private static void awaitStandstill(AtomicLong sent) throws InterruptedException {
    long before = -1;
    while (sent.get() == 0 || sent.get() != before) {
      before = sent.get();
      Thread.sleep(500);
    }
  }

  private static String head(java.io.InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int octet = in.read();
      assertTrue(octet >= 0, head::toString);
      head.write(octet);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aProgramThatDoesNotReadItsInputStillAnswers() throws Exception {
    rig.sh("early", "exec <&-; printf 'Content-Type: a/b\\n\\nenough'");
    rig.start();
    int length = 5 * MEGABYTE;
    try (Socket socket = rig.connect();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> sender =
          threads.submit(() -> {
            socket.getOutputStream().write(post("early", length));
            socket.getOutputStream().write(new byte[length]);
            return null;
          });
      Answer answer = Answer.parse(socket.getInputStream().readAllBytes());
      assertEquals("enough", answer.text(), answer::toString);
      assertTrue(answer.whole());
      try {
        sender.get();
      } catch (ExecutionException theServerHasClosed) {
        assertInstanceOf(SocketException.class, theServerHasClosed.getCause());
      }
    }
  }

  @Test
  void aProgramThatNeverAnswersIs504AndEndsWithWhatItHasStarted() throws Exception {
    rig.sh("never", "echo $$ >$SCRATCH/pid; sleep 1000 & echo $! >$SCRATCH/child; wait");
    rig.start(CgiLimits.builder().headerTimeout(Duration.ofSeconds(1)));
    assertEquals(504, rig.get("never").status());
    CgiRig.awaitGone(rig.pid("pid"));
    CgiRig.awaitGone(rig.pid("child"));
  }

  @Test
  void aProgramThatNeverEndsIsEndedAndItsBodyCutOff() throws Exception {
    rig.sh("never", "echo $$ >$SCRATCH/pid; printf 'Content-Type: a/b\\n\\nbody'; exec sleep 1000");
    rig.start(CgiLimits.builder().totalTimeout(Duration.ofSeconds(1)));
    Answer answer = rig.get("never");
    assertEquals("body", answer.text(), answer::toString); // sent long before
    assertFalse(answer.whole());
    CgiRig.awaitGone(rig.pid("pid"));
  }

  @Test
  void aProgramThatIgnoresSigtermGetsSigkill() throws Exception {
    rig.sh("stubborn", "trap '' TERM; echo $$ >$SCRATCH/pid; while :; do sleep 0.1; done");
    rig.start(
        CgiLimits.builder().headerTimeout(Duration.ofSeconds(1)).killGrace(Duration.ofMillis(300)));
    assertEquals(504, rig.get("stubborn").status());
    CgiRig.awaitGone(rig.pid("pid"));
  }

  @Test
  void aProgramWhoseClientIsGoneIsEnded() throws Exception {
    rig.sh(
        "stream",
        "echo $$ >$SCRATCH/pid; printf 'Content-Type: a/b\\n\\n'; while :; do echo x; sleep 0.01;"
            + " done");
    rig.start();
    try (Socket socket = rig.connect()) {
      socket.getOutputStream().write(latin1("GET /cgi-bin/stream HTTP/1.1\r\nHost: a\r\n\r\n"));
      socket.getInputStream().readNBytes(200);
    }
    CgiRig.awaitGone(rig.pid("pid"));
  }

  @Test
  void aProgramWhoseClientIsGoneWithinTheBodyIsEnded() throws Exception {
    rig.sh("wait", "echo $$ >$SCRATCH/pid; exec cat >/dev/null");
    rig.start();
    try (Socket socket = rig.connect()) {
      socket.getOutputStream().write(post("wait", 1000));
      socket.getOutputStream().write(new byte[10]);
      rig.pid("pid");
    }
    CgiRig.awaitGone(rig.pid("pid"));
  }

  @Test
  void aServerThatStopsEndsItsPrograms() throws Exception {
    rig.sh("never", "echo $$ >$SCRATCH/pid; printf 'Content-Type: a/b\\n\\n.'; exec sleep 1000");
    rig.start();
    try (Socket socket = rig.connect()) {
      socket.getOutputStream().write(latin1("GET /cgi-bin/never HTTP/1.1\r\nHost: a\r\n\r\n"));
      head(socket.getInputStream());
      long pid = rig.pid("pid");
      rig.stop(Duration.ofMillis(200));
      CgiRig.awaitGone(pid);
    }
  }

  @Test
  void aProgramWhoseLoopHasEndedBeforeTheHeaderIsEnded() throws Exception {
    rig.sh("silent", "echo $$ >$SCRATCH/pid; exec sleep 1000");
    rig.start(CgiLimits.builder().headerTimeout(Duration.ofSeconds(2)));
    try (Socket socket = rig.connect()) {
      socket.getOutputStream().write(latin1("GET /cgi-bin/silent HTTP/1.1\r\nHost: a\r\n\r\n"));
      rig.pid("pid");
      rig.stop(Duration.ofMillis(100));
    }
    rig.close(); // the loops, and then it waits for the programs
    assertFalse(Files.exists(Path.of("/proc/" + rig.pid("pid"))));
  }

  @Test
  void twoHundredAtOnceLeaveNothingBehind() throws Exception {
    rig.sh("cat", "printf 'Content-Type: a/b\\n\\n'; exec cat");
    rig.start(CgiLimits.builder().maxRunning(200));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<Answer>>();
      for (int i = 0; i < 200; i++) {
        String body = Integer.toString(1000 + i);
        answers.add(
            threads.submit(
                () -> rig.ask(new String(post("cat", 4), StandardCharsets.ISO_8859_1) + body)));
      }
      for (int i = 0; i < 200; i++) {
        assertEquals(Integer.toString(1000 + i), answers.get(i).get().text());
      }
    }
  }

  @Test
  void whatIsTooMuchAtOnceIs503AndTheNextOneWorksAgain() throws Exception {
    rig.sh("cat", "echo $$ >$SCRATCH/pid; printf 'Content-Type: a/b\\n\\n'; exec cat");
    rig.start(CgiLimits.builder().maxRunning(1));
    try (Socket socket = rig.connect()) {
      socket.getOutputStream().write(post("cat", 1));
      long pid = rig.pid("pid");
      assertEquals(503, rig.get("cat").status());
      socket.getOutputStream().write('x');
      assertEquals("x", Answer.parse(socket.getInputStream().readAllBytes()).text());
      CgiRig.awaitGone(pid);
    }
    CgiRig.await(
        "a place",
        () -> {
          try {
            return rig.get("cat").status() == 200;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void aFloodOfHeaderIs502() throws Exception {
    rig.sh("flood", "echo $$ >$SCRATCH/pid; exec yes 'X-A: b'");
    rig.start();
    assertEquals(502, rig.get("flood").status());
    CgiRig.awaitGone(rig.pid("pid"));
  }

  @Test
  void aFloodOnStderrIsReadAndHardlyLogged() throws Exception {
    rig.sh(
        "loud",
        """
        printf 'hello\\033 world\\n%5000s\\n' '' >&2
        head -c 10000000 /dev/zero | tr '\\0' '\\n' >&2
        printf 'Content-Type: a/b\\n\\nbody'
        yes loud | head -c 1000000 >&2
        """);
    rig.start(CgiLimits.builder().maxErrorBytes(10_000).maxErrorLine(100));
    PrintStream before = System.err;
    var logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    try {
      assertEquals("body", rig.get("loud").text());
    } finally {
      System.setErr(before);
    }
    List<String> lines = logged.toString(StandardCharsets.UTF_8).lines().toList();
    assertTrue(lines.getFirst().endsWith("loud: hello? world"), lines::toString);
    assertTrue(lines.get(1).endsWith(" ".repeat(100) + " ..."), lines::toString);
    assertTrue(lines.getLast().endsWith("it says more than is logged of it"), lines::toString);
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(Files.exists(rig.directory));
  }

  @Test
  void theLastWordsOfAProgramAreLogged() throws Exception {
    rig.sh("words", "printf 'Content-Type: a/b\\n\\nbody'; printf 'last words' >&2");
    rig.start();
    PrintStream before = System.err;
    var logged = new ByteArrayOutputStream();
    System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
    try {
      assertEquals("body", rig.get("words").text());
      CgiRig.await(
          "the log", () -> logged.toString(StandardCharsets.UTF_8).contains("words: last words"));
    } finally {
      System.setErr(before);
    }
  }
}
