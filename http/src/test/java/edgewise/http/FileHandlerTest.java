package edgewise.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import edgewise.FileRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which file a path names, and which none. */
class FileHandlerTest {
  @TempDir Path directory;
  private HttpRig rig = new HttpRig(q -> Response.status(404));
  @RegisterExtension final OpenFiles files = new OpenFiles();

  @BeforeEach
  void serve() throws IOException {
    rig.close();
    Path root = RawCases.files(directory);
    Files.writeString(root.resolve("\u00e9\u4e2d\ud83d\ude00.txt"), "any script");
    Files.writeString(root.resolve("100% sure.txt"), "percent");
    Files.writeString(root.resolve("%41.txt"), "not decoded twice");
    Files.writeString(root.resolve("a+b.txt"), "plus");
    Files.writeString(root.resolve("forbidden.txt"), "never");
    Path plain = Files.createDirectories(root.resolve("plain"));
    Files.writeString(plain.resolve("<b>\"&'.txt"), "12345");
    Files.writeString(plain.resolve("javascript:x"), "");
    Files.writeString(plain.resolve("B.txt"), "");
    Files.writeString(plain.resolve("a.txt"), "x".repeat(1536));
    Files.createDirectory(plain.resolve("zoo"));
    Files.createSymbolicLink(plain.resolve("outside"), Path.of("../../secret.txt"));
    var plainly = new FileHandler(files.root(root));
    var listed = new FileHandler(files.root(root), FileHandler.Option.LISTING);
    var router = new Router().any("/{path...}", plainly).any("/list/{path...}", listed);
    rig = new HttpRig(router);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private Answers.Answer get(String target) {
    return answer("GET", target);
  }

  private Answers.Answer answer(String method, String target) {
    String octets = method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    return Answers.read(rig.exchange(octets), method.equals("HEAD")).only();
  }

  @Test
  void aFileIsSentWithTypeLengthAndTime() {
    var answer = get("/alpha.txt");
    assertEquals("abcdefghijklmnopqrstuvwxyz", answer.body());
    assertEquals("text/plain; charset=utf-8", answer.fields().get("content-type"));
    assertEquals("26", answer.fields().get("content-length"));
    assertEquals("Thu, 01 Jan 2015 00:00:00 GMT", answer.fields().get("last-modified"));
    var head = answer("HEAD", "/alpha.txt");
    assertEquals("26", head.fields().get("content-length"));
    assertEquals("", head.body());
    assertEquals("", get("/empty.txt").body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      value = {
        "/%C3%A9%E4%B8%AD%F0%9F%98%80.txt = any script",
        "/100%25%20sure.txt               = percent",
        "/%2541.txt                       = not decoded twice",
        "/a+b.txt                         = plus",
        "/sp%20ace.txt                    = sp",
        "/%61lpha.tx%74?x%zz             = abcdefghijklmnopqrstuvwxyz",
        "/link-in                         = abcdefghijklmnopqrstuvwxyz",
        "/                                = <h1>index</h1>",
        "/dir/                            = <h1>dir</h1>",
        "http://other/dir/                = <h1>dir</h1>",
      })
  void aPathIsDecodedOnce(String target, String body) {
    assertEquals(body, get(target).body().strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/dir/../alpha.txt",
        "/./alpha.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/dir%2findex.html",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "//alpha.txt",
        "/dir//index.html",
        "/alpha.txt/",
        "/alpha.txt/x",
        "/link-out",
        "/dirlink-out/secret.txt",
        "/loop",
        "/nope",
        "/dir%0d%0aX:y",
        "/alpha.txt%20",
        "/plain/",
      })
  void whatIsNoFileHereIsNotFound(String target) {
    var answer = get(target);
    assertEquals(404, answer.status());
    assertFalse(answer.body().contains("SECRET"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%FF", "/%C0%AE%C0%AE/x", "/alpha.txt%00", "/%ED%A0%80"})
  void whatIsNoNameAtAllIsABadRequest(String target) {
    assertEquals(400, get(target).status());
  }

  @Test
  void aFileThatMayNotBeReadIsForbidden() {
    assertEquals(403, get("/forbidden.txt").status());
  }

  @Test
  void aDirectoryGetsItsSlashAndKeepsTheQuery() {
    var answer = get("/dir?x=%20&y");
    assertEquals(301, answer.status());
    assertEquals("/dir/?x=%20&y", answer.fields().get("location"));
    assertEquals("/d%69r/", get("/d%69r").fields().get("location"));
    assertEquals("/dir/", get("http://h/dir").fields().get("location"));
  }

  @Test
  void aRedirectNeverNamesAnotherHost() throws IOException {
    var anywhere = new Router().any("//{path...}", new FileHandler(files.root(directory)));
    try (var other = new HttpRig(anywhere)) {
      String answer = other.exchange("GET //root HTTP/1.1\r\nHost: a\r\n\r\n");
      assertEquals(404, Answers.read(answer, false).only().status());
    }
  }

  @Test
  void onlyGetAndHeadAreAllowed() {
    for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "TRACE")) {
      var answer = answer(method, "/alpha.txt");
      assertEquals(405, answer.status());
      assertEquals("GET, HEAD, OPTIONS", answer.fields().get("allow"));
    }
    assertEquals(501, answer("FROB", "/alpha.txt").status());
    assertEquals(204, answer("OPTIONS", "/alpha.txt").status());
  }

  @Test
  void aDirectoryIsListedIfThatIsWanted() {
    String page = get("/list/plain/").body();
    assertTrue(page.contains("<title>/list/plain/</title>"));
    assertTrue(page.contains("name=\"viewport\""));
    assertTrue(page.contains("href=\"../\""));
    var order = List.of("./zoo/\"", "%3Cb%3E%22%26%27.txt\"", "./a.txt\"", "./B.txt\"");
    int before = 0;
    for (String link : order) {
      int at = page.indexOf(link);
      assertTrue(at > before, link);
      before = at;
    }
    assertTrue(page.contains(">&lt;b&gt;&quot;&amp;&#39;.txt</bdi></a>"));
    assertTrue(page.contains("href=\"./javascript%3Ax\""));
    assertTrue(page.contains("1.5 KiB"));
    assertFalse(page.contains("outside"), "what cannot be opened is not shown");
    assertEquals("<h1>dir</h1>\n", get("/list/dir/").body(), "an index goes before a list");
  }

  @Test
  void aPageShowsOnlyNamesThatCanBeAskedForAndSaysIfThereIsMore() {
    var entries = new ArrayList<FileRoot.Entry>();
    for (String name :
        List.of("a b%.txt", "\u00e9\ud83d\ude00", "back\\slash", "line\nbreak", "?#;")) {
      entries.add(new FileRoot.Entry(name, false, 1, 0));
    }
    String page = DirectoryListing.page("/</title>/", new FileRoot.Listing(entries, false));
    assertTrue(page.contains("href=\"./a%20b%25.txt\"><bdi>a b%.txt</bdi>"), page);
    assertTrue(page.contains("href=\"./%C3%A9%F0%9F%98%80\"><bdi>\u00e9\ud83d\ude00</bdi>"), page);
    assertTrue(page.contains("href=\"./%3F%23%3B\""), page);
    assertTrue(page.contains("1970-01-01 00:00"), page);
    assertFalse(page.contains("back") || page.contains("break"), page);
    assertFalse(page.contains("</title>/"), page);
    assertTrue(page.contains("<p>There is more here"), page);
    assertFalse(DirectoryListing.page("/", new FileRoot.Listing(entries, true)).contains("<p>"));
    String empty = DirectoryListing.page("/", new FileRoot.Listing(List.of(), true));
    assertTrue(empty.contains("<p>Nothing is here"), empty);
  }

  @Test
  void aPageRunsNothing() {
    var fields = get("/list/plain/").fields();
    assertEquals("text/html; charset=utf-8", fields.get("content-type"));
    assertEquals(
        "default-src 'none'; style-src 'unsafe-inline'", fields.get("content-security-policy"));
    assertEquals("nosniff", fields.get("x-content-type-options"));
  }

  @Test
  void sizesAreForPeople() {
    assertEquals("0 B", DirectoryListing.size(0));
    assertEquals("1023 B", DirectoryListing.size(1023));
    assertEquals("1.0 KiB", DirectoryListing.size(1024));
    assertEquals("1.0 MiB", DirectoryListing.size((1 << 20) - 1));
    assertEquals("8.0 EiB", DirectoryListing.size(Long.MAX_VALUE));
  }

  @Test
  void typesAreToldByTheEnding() {
    assertEquals("text/html; charset=utf-8", MediaTypes.of("a.HTML"));
    assertEquals("text/javascript; charset=utf-8", MediaTypes.of("x/a.min.js"));
    assertEquals("image/svg+xml", MediaTypes.of("a.svg"));
    assertEquals("application/gzip", MediaTypes.of("a.tar.gz"));
    assertEquals("application/octet-stream", MediaTypes.of("v1.2/README"));
    assertEquals("application/octet-stream", MediaTypes.of("a."));
  }
}
