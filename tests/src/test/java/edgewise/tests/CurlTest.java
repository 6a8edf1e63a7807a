package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** curl, as its users call it. */
@LiveTest
@Needs("curl")
class CurlTest {
  @Test
  void oneConnectionServesAllRequests(Site site) throws Exception {
    var args = new ArrayList<>(List.of("-w", "%{http_code} %{num_connects}\n"));
    for (String path : SampleFiles.CONTENT.keySet()) {
      args.addAll(List.of("-o", "/dev/null", site.url(path)));
    }
    assertEquals("200 1\n200 0\n200 0\n200 0\n200 0\n", curl(args).text());
  }

  @Test
  void everyFileComesWholeOverTcpAndUnixSockets(Site site) throws Exception {
    for (var file : SampleFiles.CONTENT.entrySet()) {
      assertArrayEquals(file.getValue(), curl(List.of(site.url(file.getKey()))).out());
      String local = "http://localhost/" + file.getKey();
      var overUnix = curl(List.of("--unix-socket", site.socket.toString(), local));
      assertArrayEquals(file.getValue(), overUnix.out(), file.getKey());
    }
  }

  @Test
  void headBringsTheLengthAndNoBody(Site site) throws Exception {
    // The second would hang, or be taken for a body of the first, if one came.
    String large = site.url(SampleFiles.LARGE);
    var heads = curl(List.of("-I", large, large, "-w", "%{num_connects}\n")).text();
    assertEquals(2, count(heads, "Content-Length: " + (3 << 20)), heads);
    assertEquals(2, count(heads, "HTTP/1.1 200 OK"), heads);
    assertTrue(heads.endsWith("\r\n\r\n0\n"), heads);
  }

  @Test
  void anUploadInChunksWaitsFor100Continue(Site site) throws Exception {
    Path body = Files.write(site.scratch.resolve("body"), Bytes.random(7, 700_000));
    var echo =
        curl(
            List.of(
                "--verbose",
                "--expect100-timeout",
                "40",
                "-H",
                "Expect: 100-continue",
                "-H",
                "Transfer-Encoding: chunked",
                "-T",
                body.toString(),
                site.url("echo")));
    assertTrue(echo.err().contains("< HTTP/1.1 100 Continue"), echo.err());
    assertTrue(echo.err().contains("> Transfer-Encoding: chunked"), echo.err());
    assertArrayEquals(Files.readAllBytes(body), echo.out());
  }

  @Test
  void anUploadThatIsTooLongIsRefusedBeforeItIsSent(Site site) throws Exception {
    Path body = Files.write(site.scratch.resolve("long"), new byte[3 << 20]);
    var refused =
        curl(
            List.of(
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{size_upload}",
                "--expect100-timeout",
                "40",
                "-H",
                "Expect: 100-continue",
                "-T",
                body.toString(),
                site.url("echo")));
    assertEquals("413 0", refused.text());
  }

  @Test
  void aFormIsEchoed(Site site) throws Exception {
    var echo = curl(List.of("-d", "name=Ann", "-d", "city=Paris", site.url("echo")));
    assertEquals("name=Ann&city=Paris", echo.text());
  }

  @Test
  void http10EndsWithTheConnection(Site site) throws Exception {
    var ran = curl(List.of("--http1.0", "-i", site.url("index.html"), site.url("index.html")));
    assertEquals(2, count(ran.text(), "<h1>index</h1>"), ran.text());
    assertEquals(2, count(ran.text(), "Connection: close"), ran.text());
    assertFalse(ran.text().contains("chunked"), ran.text());
  }

  @Test
  void aHundredAtOnceAreServed(Site site) throws Exception {
    var args = new ArrayList<>(List.of("-Z", "--parallel-max", "50", "-w", "%{http_code}\n"));
    for (int i = 0; i < 100; i++) {
      args.addAll(List.of("-o", "/dev/null", site.url("sub/buffer-and-one.bin?" + i)));
    }
    assertEquals("200\n".repeat(100), curl(args).text());
  }

  private static Programs.Ran curl(List<String> args) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("curl", "-sS"));
    command.addAll(args);
    return Programs.run(command).assertOk();
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }
}
