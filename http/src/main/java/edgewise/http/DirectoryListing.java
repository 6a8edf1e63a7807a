package edgewise.http;

import edgewise.FileRoot.Entry;
import edgewise.FileRoot.Listing;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;

/** The page that lists a directory: plain HTML without scripts that also fits a phone. */
final class DirectoryListing {
  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> !entry.directory())
          .thenComparing(Entry::name, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Entry::name);

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private DirectoryListing() {}

  /** The page for the directory of that path, which begins and ends with a slash. */
  static String page(String path, Listing listing) {
    var sorted = new ArrayList<>(listing.entries());
    sorted.removeIf(entry -> !FileName.isPossible(entry.name())); // links to them would be 404
    sorted.sort(ORDER);
    var page = new StringBuilder(2048 + 200 * sorted.size());
    page.append(head(escape(path)));
    if (!path.equals("/")) {
      page.append("<tr><td><a href=\"../\">../</a><td><td>\n");
    }
    for (Entry entry : sorted) {
      row(page, entry);
    }
    page.append("</table>\n");
    if (!listing.complete()) {
      page.append("<p>There is more here than fits on this page.\n");
    } else if (sorted.isEmpty()) {
      page.append("<p>Nothing is here.\n");
    }
    return page.toString();
  }

  private static String head(String title) {
    return """
    <!DOCTYPE html>
    <html lang="en">
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%1$s</title>
    <style>
      :root { color-scheme: light dark }
      body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
      h1 { font-size: 1.25rem; overflow-wrap: anywhere }
      table { width: 100%%; border-collapse: collapse }
      th { font-size: .875rem; font-weight: normal; color: GrayText }
      th, td { text-align: right; white-space: nowrap; padding: .35rem 0 .35rem 1.5rem }
      td { border-top: 1px solid #8884; font-variant-numeric: tabular-nums; color: GrayText }
      th:first-child, td:first-child { width: 100%%; padding-left: 0; text-align: left; white-space: normal }
      td:first-child { overflow-wrap: anywhere }
      th, td { vertical-align: top }
      a { display: block; text-decoration: none }
      a:hover { text-decoration: underline }
      @media (max-width: 40rem) {
        tr:first-child { display: none }
        tr { display: grid; grid-template-columns: 1fr auto; border-top: 1px solid #8884; padding: .5rem 0 }
        td { border: 0; padding: 0; font-size: .875rem; text-align: left }
        td:first-child { grid-column: 1 / 3; font-size: 1rem }
      }
    </style>
    <h1>%1$s</h1>
    <table>
    <tr><th>Name<th>Size<th>Changed (UTC)
    """
        .formatted(title);
  }

  private static void row(StringBuilder page, Entry entry) {
    String slash = entry.directory() ? "/" : "";
    // "./" keeps a name with a colon from being read as a scheme.
    page.append("<tr><td><a href=\"./").append(encode(entry.name())).append(slash).append("\">");
    // bdi: a name that is written from right to left stays in its place.
    page.append("<bdi>").append(escape(entry.name())).append("</bdi>");
    page.append(slash).append("</a><td>");
    page.append(entry.directory() ? "" : size(entry.size())).append("<td>");
    appendTime(page, entry.modifiedNanos());
    page.append('\n');
  }

  /** {@code 2026-11-21 13:05}, by hand: a formatter is most of the work of a page. */
  private static void appendTime(StringBuilder page, long nanos) {
    var time = LocalDateTime.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), 0, ZoneOffset.UTC);
    page.append(time.getYear());
    appendTwoDigits(page.append('-'), time.getMonthValue());
    appendTwoDigits(page.append('-'), time.getDayOfMonth());
    appendTwoDigits(page.append(' '), time.getHour());
    appendTwoDigits(page.append(':'), time.getMinute());
  }

  private static void appendTwoDigits(StringBuilder page, int number) {
    page.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  /** A size for people. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = -1;
    while (size >= 1023.95 && unit < 5) { // more would be shown as 1024.0 of a unit
      size /= 1024;
      unit++;
    }
    long tenths = Math.round(size * 10);
    return tenths / 10 + "." + tenths % 10 + " " + "KMGTPE".charAt(unit) + "iB";
  }

  private static String escape(String text) {
    var escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /** Percent-encodes all but what RFC 3986 section 2.3 calls unreserved. */
  private static String encode(String name) {
    var encoded = new StringBuilder(name.length() + 16);
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      int lower = b | 0x20;
      boolean unreserved =
          (lower >= 'a' && lower <= 'z') || Octets.isDigit(b) || "-._~".indexOf((char) b) >= 0;
      if (b > 0 && unreserved) {
        encoded.append((char) b);
      } else {
        HEX.toHexDigits(encoded.append('%'), b);
      }
    }
    return encoded.toString();
  }
}
