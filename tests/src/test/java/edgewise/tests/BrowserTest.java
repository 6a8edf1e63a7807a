package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Chromium, without a window: what it made of a page is read from the document that it prints. */
@LiveTest(modes = {Mode.EPOLL_EDGE, Mode.SELECT})
@Needs("chromium")
class BrowserTest {
  private static final int EACH = 50;

  private static final List<String> ODD_NAMES =
      List.of(
          "plain.txt",
          "two words.txt",
          "100%.txt",
          "%41.txt",
          "why?.txt",
          "sharp#.txt",
          "a+b=c&d.txt",
          "\"quoted'.txt",
          "<b>bold<script>alert(1).txt",
          "http:x.txt",
          "~[{semi;colon}].txt");

  private static final Pattern LINK = Pattern.compile("<a href=\"([^\"]*)\">(.*?)</a>");

  /** Counts what has loaded by using it, and posts something; the title says how it went. */
  private static final String SCRIPT =
      """
      <script>
      window.onload = () => {
        const style = getComputedStyle(document.body);
        let styles = 0;
        for (let i = 0; i < EACH; i++) if (style.getPropertyValue('--c' + i) === '' + i) styles++;
        const images = [...document.images].filter((image) => image.naturalWidth === 4).length;
        const entries = performance.getEntriesByType('resource');
        const connects = entries.filter((entry) => entry.connectEnd > entry.connectStart).length;
        const post = new XMLHttpRequest();
        post.open('POST', '/echo', false);
        post.send('posted');
        document.title = `${styles} styles, ${window.scripts} scripts, ${images} images, ` +
            `${post.responseText}, ${connects} connects`;
      };
      </script>
      """;

  @Test
  void aPageLoadsAllOf200AssetsOverFewConnections(Site site) throws Exception {
    makePage(Files.createDirectory(site.directory.resolve("page")));
    String document = dump(site, "page/");
    Matcher title = Pattern.compile("<title>(.*), (\\d+) connects</title>").matcher(document);
    assertTrue(title.find(), document);
    assertEquals("50 styles, 50 scripts, 100 images, posted", title.group(1));
    // Browsers open up to six connections to a host (RFC 9112 section 9.4 names no number).
    assertTrue(Integer.parseInt(title.group(2)) <= 6, title.group());
  }

  private static void makePage(Path directory) throws IOException {
    var head = new StringBuilder("<!doctype html><meta charset=utf-8><title>not yet</title>\n");
    head.append("<link rel=icon href=data:,>\n");
    var body = new StringBuilder("<body>\n");
    var image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < EACH; i++) {
      Files.writeString(directory.resolve(i + ".css"), "body { --c" + i + ": " + i + " }\n");
      head.append("<link rel=stylesheet href=").append(i).append(".css>\n");
      Files.writeString(
          directory.resolve(i + ".js"), "window.scripts = (window.scripts || 0) + 1;\n");
      body.append("<script src=").append(i).append(".js></script>\n");
      Files.writeString(
          directory.resolve(i + ".svg"),
          "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>");
      ImageIO.write(image, "png", directory.resolve(i + ".png").toFile());
      body.append("<img src=").append(i).append(".svg><img src=").append(i).append(".png>\n");
    }
    String script = SCRIPT.replace("EACH", Integer.toString(EACH));
    Files.writeString(directory.resolve("index.html"), head + script + body);
  }

  /** Each file holds its own name, and is what the link with that name leads to. */
  @Test
  void aDirectoryListsLinksThatLeadToItsFiles(Site site) throws Exception {
    Path list = Files.createDirectory(site.directory.resolve("list"));
    for (String name : ODD_NAMES) {
      Files.writeString(list.resolve(name), name);
    }
    String document = dump(site, "list/");
    var found = new TreeMap<String, String>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (Matcher link = LINK.matcher(document); link.find(); ) {
        if (!link.group(1).equals("../")) {
          URI url = URI.create(site.url("list/")).resolve(unescape(link.group(1)));
          var file = client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
          found.put(unescape(link.group(2)), file.statusCode() + " " + file.body());
        }
      }
    }
    var expected = new TreeMap<String, String>();
    ODD_NAMES.forEach(name -> expected.put(name, "200 " + name));
    assertEquals(expected, found);
  }

  /** It says in its title what has come by events and by a WebSocket, and how that has ended. */
  private static final String LIVE =
      """
      <!doctype html><meta charset=utf-8><title>not yet</title><link rel=icon href=data:,>
      <script>
      const told = {};
      function tell(who, what) {
        told[who] = what;
        if (told.events && told.socket) document.title = `${told.events}; ${told.socket}`;
      }
      const source = new EventSource('/sse');
      let events = '';
      source.onmessage = (event) => {
        events += event.data;
        if (event.data === '2') { source.close(); tell('events', events); }
      };
      const socket = new WebSocket(`ws://${location.host}/ws`);
      socket.binaryType = 'arraybuffer';
      const text = 'h\u00e9llo';
      const large = new Uint8Array((1 << 20) - 1).map((_, i) => i);
      let same = 0;
      socket.onopen = () => { socket.send(text); socket.send(large); };
      socket.onmessage = (message) => {
        if (message.data === text) same++;
        if (typeof message.data === 'string') return;
        const back = new Uint8Array(message.data);
        if (back.length === large.length && back.every((octet, i) => octet === large[i])) same++;
        socket.close(4000);
      };
      socket.onclose = (close) => tell('socket', `${same} same, ${close.code} ${close.wasClean}`);
      </script>
      """;

  private static final int ATTEMPTS = 6;

  @Test
  void eventsAndAWebSocketComeToAPage(Site site) throws Exception {
    Path page = Files.createDirectory(site.directory.resolve("live"));
    Files.writeString(page.resolve("index.html"), LIVE);
    // Chromium's virtual time stands still while the page waits for a load, but not always for a
    // stream or a socket: now and then it writes the page out before a second is over.
    String document = "";
    for (int attempt = 1; attempt <= ATTEMPTS && !isLive(document); attempt++) {
      document = dump(site, "live/", "--virtual-time-budget=" + 6000 * attempt);
    }
    assertTrue(isLive(document), document);
  }

  private static boolean isLive(String document) {
    return document.contains("<title>12; 2 same, 4000 true</title>");
  }

  /**
   * As Chromium writes text and attributes out, see "serializing HTML fragments" in the standard.
   */
  private static String unescape(String text) {
    return text.replaceAll("<[^>]*>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
  }

  /** The document as it is after its load event. */
  private static String dump(Site site, String path, String... options) throws Exception {
    Path profile = Files.createTempDirectory(site.scratch, "profile");
    var command =
        new ArrayList<>(
            List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile));
    command.addAll(List.of(options));
    command.addAll(List.of("--dump-dom", site.url(path)));
    return Programs.run(command).assertOk().text();
  }
}
