package edgewise.http.cgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program is told, and what becomes of what it says: RFC 3875. */
@ParameterizedClass
@EnumSource(Mode.class)
class CgiTest {
  private final Mode mode;
  private CgiRig rig;

  CgiTest(Mode mode, @TempDir Path temporary) throws IOException {
    this.mode = mode;
    rig = new CgiRig(mode, temporary);
  }

  @BeforeEach
  void scripts() throws IOException {
    rig.sh("env", "printf 'Content-Type: text/plain\\n\\n'; env -0");
    rig.sh("cat", "printf 'Content-Type: text/plain\\r\\n\\r\\n'; cat");
  }

  @AfterEach
  void close() throws Exception {
    rig.close();
  }

  private static Map<String, String> environment(Answer answer) {
    assertEquals(200, answer.status(), answer::toString);
    var all = new TreeMap<String, String>();
    for (String variable : answer.text().split("\0", -1)) {
      int equals = variable.indexOf('=');
      if (equals > 0) { // the last one is what follows the last NUL
        all.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    all.keySet().removeAll(List.of("PWD", "_", "SHLVL", "OLDPWD")); // the shell's own
    return all;
  }

  @Test
  void theEnvironmentIsWhatTheRfcSaysAndNothingElse() throws Exception {
    rig.start(rig.builder().documentRoot(Path.of("/srv/www")).directory(rig.directory));
    String request =
        """
        POST /cgi-bin/env/a%20b/%C3%BC?x=1&y=%20 HTTP/1.1
        Host: www.example.test:8080
        Connection: close
        Content-Length: 3
        Content-Type: text/x-test; charset=utf-8
        Accept: a/b
        accept: c/d
        Cookie: a=1
        Cookie: b=2
        X-Two-Words: yes
        X_Two_Words: spoofed
        Proxy: http://evil.test/
        Proxy-Authorization: Basic abc
        Authorization: Basic secret
        TE: trailers
        User-Agent: t\u00c3\u00abst

        abc\
        """
            .replace("\n", "\r\n");
    Map<String, String> expected = new TreeMap<>();
    expected.put("GATEWAY_INTERFACE", "CGI/1.1");
    expected.put("SERVER_SOFTWARE", "Edgewise");
    expected.put("SERVER_PROTOCOL", "HTTP/1.1");
    expected.put("SERVER_NAME", "www.example.test");
    expected.put("SERVER_PORT", Integer.toString(rig.port()));
    expected.put("REQUEST_METHOD", "POST");
    expected.put("SCRIPT_NAME", "/cgi-bin/env");
    expected.put("PATH_INFO", "/a b/ü");
    expected.put("PATH_TRANSLATED", "/srv/www/a b/ü");
    expected.put("QUERY_STRING", "x=1&y=%20");
    expected.put("REMOTE_ADDR", "127.0.0.1");
    expected.put("REMOTE_HOST", "127.0.0.1");
    expected.put("CONTENT_LENGTH", "3");
    expected.put("CONTENT_TYPE", "text/x-test; charset=utf-8");
    expected.put("HTTP_HOST", "www.example.test:8080");
    expected.put("HTTP_ACCEPT", "a/b, c/d");
    expected.put("HTTP_COOKIE", "a=1; b=2");
    expected.put("HTTP_X_TWO_WORDS", "yes");
    expected.put("HTTP_USER_AGENT", "tëst");
    expected.put("PATH", System.getenv("PATH"));
    expected.put("SCRATCH", rig.scratch.toString());
    assertEquals(expected, environment(rig.ask(request)));
  }

  @Test
  void withoutABodyThereIsNoLengthAndWithoutAQueryAnEmptyOne() throws Exception {
    rig.start();
    Map<String, String> told = environment(rig.get("env"));
    assertNull(told.get("CONTENT_LENGTH"));
    assertNull(told.get("CONTENT_TYPE"));
    assertNull(told.get("PATH_TRANSLATED"));
    assertEquals("", told.get("QUERY_STRING"));
    assertEquals("", told.get("PATH_INFO"));
  }

  @Test
  void aClientCannotChangeWhatIsConfiguredAndAuthorizationIsPassedOnDemand() throws Exception {
    rig.start(
        rig.builder().variable("HTTP_X_USER", "ann").passAuthorization().directory(rig.directory));
    Map<String, String> told =
        environment(rig.get("env", "X-User: root", "Authorization: Basic abc"));
    assertEquals("ann", told.get("HTTP_X_USER"));
    assertEquals("Basic abc", told.get("HTTP_AUTHORIZATION"));
  }

  @Test
  void aChunkedBodyComesWithItsLength() throws Exception {
    rig.sh("length", "printf 'Content-Type: text/plain\\n\\n%s:' $CONTENT_LENGTH; cat");
    rig.start();
    Answer answer =
        rig.ask(
            """
            POST /cgi-bin/length HTTP/1.1
            Host: a
            Connection: close
            Transfer-Encoding: chunked

            3
            abc
            4
            defg
            0

            """
                .replace("\n", "\r\n"));
    assertEquals("7:abcdefg", answer.text(), answer::toString);
  }

  @Test
  void aClientThatAsksIsToldToGoOn() throws Exception {
    rig.start();
    try (var socket = rig.connect()) {
      String head =
          """
          POST /cgi-bin/cat HTTP/1.1
          Host: a
          Connection: close
          Content-Length: 3
          Expect: 100-continue

          """
              .replace("\n", "\r\n");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
      byte[] came = socket.getInputStream().readNBytes(goOn.length());
      assertEquals(goOn, new String(came, StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write("abc".getBytes(StandardCharsets.ISO_8859_1));
      assertEquals("abc", Answer.parse(socket.getInputStream().readAllBytes()).text());
    }
  }

  @Test
  void requestsFollowEachOtherOnAConnection() throws Exception {
    rig.start();
    try (var socket = rig.connect()) {
      String first = "POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
      String last = first.replace("Host", "Connection: close\r\nHost").replace("abc", "def");
      socket.getOutputStream().write((first + last).getBytes(StandardCharsets.ISO_8859_1));
      String both = new String(CgiRig.read(socket), StandardCharsets.ISO_8859_1);
      String body = "\r\n\r\n3\r\n%s\r\n0\r\n\r\n";
      int second = both.lastIndexOf("HTTP/1.1 200");
      assertTrue(both.substring(0, second).endsWith(body.formatted("abc")), both);
      assertTrue(both.endsWith(body.formatted("def")), both);
    }
  }

  // --- which program

  @Test
  void aPathLeadsToAProgramInsideTheDirectoryAndNowhereElse() throws Exception {
    Path outside = rig.sh("outside", "exit 1");
    Files.move(outside, rig.scratch.resolve("outside"));
    Files.createSymbolicLink(rig.directory.resolve("leak"), rig.scratch.resolve("outside"));
    Files.createSymbolicLink(rig.directory.resolve("link"), rig.directory.resolve("env"));
    Files.createDirectory(rig.directory.resolve("sub"));
    rig.sh("sub/where", "printf 'Content-Type: text/plain\\n\\n'; pwd");
    Files.writeString(rig.directory.resolve("data"), "no program");
    rig.start();
    assertEquals(rig.directory.toRealPath().resolve("sub") + "\n", rig.get("sub/where").text());
    assertEquals("/cgi-bin/link", environment(rig.get("link")).get("SCRIPT_NAME"));
    assertEquals("/", environment(rig.get("env/")).get("PATH_INFO"));
    assertEquals(403, rig.get("data").status());
    for (String path :
        List.of(
            "leak",
            "none",
            "",
            "sub",
            "sub/",
            "sub/none",
            "sub//where",
            "%2e%2e/scratch/x",
            "sub/..%2fenv",
            "env/a%2Fb",
            "env/../x",
            "e%6Ev%00")) {
      int status = rig.get(path).status();
      assertTrue(status == 404 || status == 400, path + " is " + status);
    }
  }

  @Test
  void oneCommandAnswersAllPathsBelow() throws Exception {
    Path program = rig.sh("args", "printf 'Content-Type: text/plain\\n\\n%s|%s' \"$*\" $PATH_INFO");
    rig.start(rig.builder().handler(List.of(program.toString(), "one", "two words")));
    Answer answer = rig.get("x/y?a+b");
    assertEquals("one two words|/x/y", answer.text(), answer::toString);
  }

  @Test
  void aProgramHasThreeDescriptorsAndNoMore() throws Exception {
    // Only what is built into the shell: whatever else it runs it runs with descriptors of its own.
    String list =
        """
        printf 'Content-Type: text/plain\\n\\n'
        i=0
        while [ $i -lt 300 ]; do
          [ -e /proc/$$/fd/$i ] && printf '%s ' $i
          i=$((i+1))
        done
        """;
    rig.start(rig.builder().handler(List.of("/bin/sh", "-c", list)));
    assertEquals("0 1 2 ", rig.get("x").text());
  }

  @Test
  void aCommandThatIsNotThereIs500() throws Exception {
    rig.start(rig.builder().handler(List.of("/nonexistent/program")));
    assertEquals(500, rig.get("x").status());
  }

  // --- what it answers

  private Answer answerOf(String output) throws Exception {
    rig.sh("say", "printf '" + output + "'");
    rig.start();
    return rig.get("say");
  }

  @Test
  void fieldsArePassedOnButForThoseOfTheServer() throws Exception {
    Answer answer =
        answerOf(
            "Status: 404 Nothing here\\nContent-type:text/x\\r\\nX-A:  b \\nSet-Cookie: a=1\\n"
                + "Set-Cookie: b=2\\nConnection: keep-alive\\nTransfer-Encoding: gzip\\n"
                + "Date: never\\n\\nbody");
    assertEquals(404, answer.status());
    assertEquals("body", answer.text());
    assertEquals("text/x", answer.field("Content-Type"));
    assertEquals("b", answer.field("X-A"));
    assertTrue(answer.fields().contains("Set-Cookie: a=1"));
    assertTrue(answer.fields().contains("Set-Cookie: b=2"));
    assertEquals("close", answer.field("Connection"));
    assertEquals("chunked", answer.field("Transfer-Encoding"));
    assertFalse(answer.fields().contains("Date: never"));
  }

  @Test
  void aLocationIsARedirect() throws Exception {
    Answer answer = answerOf("Location: /elsewhere?x\\n\\n");
    assertEquals(302, answer.status(), answer::toString);
    assertEquals("/elsewhere?x", answer.field("Location"));
    assertEquals("0", answer.field("Content-Length"));
  }

  @Test
  void aStatusAloneIsAnAnswer() throws Exception {
    assertEquals(204, answerOf("Status: 204 No Content\\r\\n\\r\\n").status());
  }

  @Test
  void aLengthIsKept() throws Exception {
    Answer answer = answerOf("Content-Type: a/b\\nContent-Length: 4\\n\\nbodyand more");
    assertEquals("4", answer.field("Content-Length"));
    assertEquals("body", answer.text());
  }

  @Test
  void aBodyThatIsTooShortIsCutOff() throws Exception {
    // The pause lets the head leave before the connection is cut.
    rig.sh("short", "printf 'Content-Type: a/b\\nContent-Length: 400\\n\\nbody'; sleep 0.3");
    rig.start();
    Answer answer = rig.get("short");
    assertEquals(200, answer.status());
    assertFalse(answer.whole());
  }

  @Test
  void aBodyWhoseProgramIsKilledIsCutOff() throws Exception {
    rig.sh("die", "printf 'Content-Type: a/b\\n\\nbody'; sleep 0.3; kill -9 $$");
    rig.start();
    Answer answer = rig.get("die");
    assertEquals(200, answer.status());
    assertFalse(answer.whole());
  }

  @Test
  void anExitStatusDoesNotMatterOnceThereIsAHeader() throws Exception {
    rig.sh("seven", "printf 'Content-Type: a/b\\n\\nbody'; exit 7");
    rig.start();
    Answer answer = rig.get("seven");
    assertEquals("body", answer.text());
    assertTrue(answer.whole());
  }

  @Test
  void aHeadRequestGetsTheHeaderAlone() throws Exception {
    rig.sh(
        "long", "printf 'Content-Type: a/b\\n\\n'; head -c 1000000 /dev/zero; touch $SCRATCH/done");
    rig.start();
    Answer answer = rig.ask("HEAD /cgi-bin/long HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertEquals(200, answer.status());
    assertEquals(0, answer.body().length);
    CgiRig.await("the program's end", () -> Files.exists(rig.scratch.resolve("done")));
  }

  @Test
  void aProgramMayCloseItsOutputAndGoOn() throws Exception {
    rig.sh(
        "later",
        """
        printf 'Content-Type: a/b\\n\\nbody'
        exec >&- 2>&-
        sleep 1
        touch $SCRATCH/done
        """);
    rig.start();
    Answer answer = rig.get("later");
    assertTrue(answer.whole(), answer::toString);
    assertFalse(Files.exists(rig.scratch.resolve("done")), "it was waited for");
    CgiRig.await("the program's end", () -> Files.exists(rig.scratch.resolve("done")));
  }

  @Test
  void aProgramThatSaysNothingIs502() throws Exception {
    rig.sh("nothing", "exit 0");
    rig.sh("half", "printf 'Content-Type: a/b\\n'");
    rig.start();
    assertEquals(502, rig.get("nothing").status());
    assertEquals(502, rig.get("half").status());
  }

  @Test
  void aPythonProgramReadsAForm() throws Exception {
    String python = Python.find();
    rig.script(
        "form.py",
        "#!"
            + python
            + """

            import os, sys, urllib.parse
            form = sys.stdin.read(int(os.environ['CONTENT_LENGTH']))
            print('Content-Type: text/plain; charset=utf-8\\n')
            print(urllib.parse.parse_qs(form)['name'][0])
            """);
    rig.start();
    Answer answer =
        rig.ask(
            "POST /cgi-bin/form.py HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Content-Length: 12\r\n\r\nname=a%20b&x");
    assertEquals("a b\n", answer.text(), () -> mode + " " + answer);
  }
}
