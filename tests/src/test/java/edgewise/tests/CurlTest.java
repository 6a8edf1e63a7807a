package edgewise.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
  void rangesAreThePartsThatWereAskedFor(Site site) throws Exception {
    byte[] large = SampleFiles.of(SampleFiles.LARGE);
    String url = site.url(SampleFiles.LARGE);
    assertArrayEquals(Arrays.copyOfRange(large, 10, 100_000), ranged("10-99999", url));
    assertArrayEquals(Arrays.copyOfRange(large, 3_000_000, large.length), ranged("3000000-", url));
    assertArrayEquals(Arrays.copyOfRange(large, large.length - 7, large.length), ranged("-7", url));
    var two = new String(curl(List.of("-i", "-r", "0-3,-2", url)).out(), ISO_8859_1);
    assertTrue(two.contains("HTTP/1.1 206 Partial Content\r\n"), two);
    assertTrue(two.contains("Content-Type: multipart/byteranges; boundary="), two);
    assertTrue(two.contains(part("0-3", Arrays.copyOf(large, 4))), two);
    byte[] end = Arrays.copyOfRange(large, large.length - 2, large.length);
    assertTrue(two.contains(part("3145726-3145727", end)), two);
    var none = curl(List.of("-i", "-r", "99-", site.url("index.html"))).text();
    assertTrue(none.contains("HTTP/1.1 416 Range Not Satisfiable"), none);
    assertTrue(none.contains("Content-Range: bytes */15"), none);
  }

  private static String part(String range, byte[] octets) {
    String text = new String(octets, ISO_8859_1);
    return "Content-Range: bytes " + range + "/3145728\r\n\r\n" + text + "\r\n--";
  }

  private static byte[] ranged(String range, String url) throws IOException, InterruptedException {
    return curl(List.of("-r", range, url)).out();
  }

  @Test
  void aDownloadThatWasCutShortGoesOn(Site site) throws Exception {
    byte[] large = SampleFiles.of(SampleFiles.LARGE);
    Path file = Files.write(site.scratch.resolve("cut"), Arrays.copyOf(large, 1_234_567));
    var rest =
        curl(
            List.of(
                "-C",
                "-",
                "-o",
                file.toString(),
                "-w",
                "%{http_code} %{size_download}",
                site.url(SampleFiles.LARGE)));
    assertEquals("206 " + (large.length - 1_234_567), rest.text());
    assertArrayEquals(large, Files.readAllBytes(file));
  }

  @Test
  void whatHasNotChangedIsNotSentAgain(Site site) throws Exception {
    String tag = site.scratch.resolve("etag").toString();
    String url = site.url("sub/buffer-and-one.bin");
    String result = "%{http_code} %{size_download}";
    String first = curl(List.of("--etag-save", tag, "-o", "/dev/null", "-w", result, url)).text();
    assertEquals("200 65537", first);
    assertEquals("304 0", curl(List.of("--etag-compare", tag, "-w", result, url)).text());
    Path file = site.directory.resolve("sub/buffer-and-one.bin");
    // -z with a file takes that file's time
    assertEquals("304 0", curl(List.of("-z", file.toString(), "-w", result, url)).text());
  }

  @Test
  void aHundredAtOnceAreServed(Site site) throws Exception {
    var args = new ArrayList<>(List.of("-Z", "--parallel-max", "50", "-w", "%{http_code}\n"));
    for (int i = 0; i < 100; i++) {
      args.addAll(List.of("-o", "/dev/null", site.url("sub/buffer-and-one.bin?" + i)));
    }
    assertEquals("200\n".repeat(100), curl(args).text());
  }

  /** One a second, the first at once; an end does not come, so it is cut by curl's own limit. */
  @Test
  void eventsComeAsTheyAreSent(Site site) throws Exception {
    var events = Programs.run("curl", "-isN", "--max-time", "1.3", site.url("sse"));
    assertEquals(28, events.exitCode(), events::toString);
    assertTrue(events.text().contains("\r\nContent-Type: text/event-stream"), events::toString);
    assertTrue(events.text().endsWith("\r\n\r\ndata: 1\n\ndata: 2\n\n"), events::toString);
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
