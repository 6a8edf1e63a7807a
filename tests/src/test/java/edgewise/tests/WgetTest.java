package edgewise.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** wget follows the links of a small site, and has the same files afterwards. */
@LiveTest
@Needs("wget")
class WgetTest {
  @Test
  void aMirrorIsTheSameTree(Site site) throws Exception {
    Path pages = Files.createDirectory(site.directory.resolve("pages"));
    page(pages.resolve("index.html"), "one/", "two/page.html?lang=fr#top", "blank%20page.html");
    page(pages.resolve("one/index.html"), "../two/page.html", "deep/er/", "picture.bin");
    page(pages.resolve("one/deep/er/index.html"), "/pages/", "../../picture.bin");
    page(pages.resolve("two/page.html"), "../one/");
    page(pages.resolve("blank page.html"));
    Files.write(pages.resolve("one/picture.bin"), Bytes.random(3, 200_000));
    Path mirror = mirror(site, "pages/");
    // What was asked for with a query is a file of its own.
    Path french = mirror.resolve("pages/two/page.html?lang=fr");
    assertEquals(Files.readString(pages.resolve("two/page.html")), Files.readString(french));
    Files.delete(french);
    assertEquals(tree(pages), tree(mirror.resolve("pages")));
  }

  /** The pages that list directories are the only thing that is not in the tree. */
  @Test
  void listedDirectoriesAreMirroredWhole(Site site) throws Exception {
    Path plain = Files.createDirectory(site.directory.resolve("plain"));
    for (String name :
        List.of("a.txt", "two words.txt", "100%.txt", "sub/b#c.txt", "sub/de ep/f")) {
      Files.createDirectories(plain.resolve(name).getParent());
      Files.writeString(plain.resolve(name), name);
    }
    Map<String, String> mirrored = tree(mirror(site, "plain/").resolve("plain"));
    for (String listing : List.of("index.html", "sub/index.html", "sub/de ep/index.html")) {
      assertNotNull(mirrored.remove(listing), listing);
    }
    assertEquals(tree(plain), mirrored);
  }

  private static Path mirror(Site site, String path) throws Exception {
    Path mirror = Files.createTempDirectory(site.scratch, "mirror");
    Programs.run(
            "wget",
            "--quiet",
            "--mirror",
            "--no-parent",
            "--no-host-directories",
            "--execute=robots=off",
            "--directory-prefix=" + mirror,
            site.url(path))
        .assertOk();
    return mirror;
  }

  private static void page(Path path, String... links) throws IOException {
    var text = new StringBuilder("<!doctype html>\n");
    for (String link : links) {
      text.append("<a href=\"").append(link).append("\">").append(link).append("</a>\n");
    }
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static Map<String, String> tree(Path directory) throws IOException {
    var files = new TreeMap<String, String>();
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        String content = new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
        files.put(directory.relativize(path).toString(), content);
      }
    }
    return files;
  }
}
