package edgewise.http;

import edgewise.FileRoot.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The page that lists a directory: plain HTML without scripts that also fits a phone. */
final class DirectoryListing {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> !entry.directory())
          .thenComparing(Entry::name, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Entry::name);

  private DirectoryListing() {}

  /** The page for the directory of that path, which begins and ends with a slash. */
  static String page(String path, List<Entry> entries) {
    var sorted = new ArrayList<>(entries);
    sorted.sort(ORDER);
    var page = new StringBuilder(1024 + 160 * sorted.size());
    page.append(head(escape(path)));
    if (!path.equals("/")) {
      page.append("<tr><td><a href=\"../\">../</a><td><td>\n");
    }
    for (Entry entry : sorted) {
      row(page, entry);
    }
    return page.append("</table>\n").toString();
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
      td { padding: .35rem .5rem .35rem 0; border-top: 1px solid #8884; vertical-align: top }
      td:first-child { overflow-wrap: anywhere }
      td + td { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; color: GrayText }
      a { display: block; text-decoration: none }
      @media (max-width: 36rem) { td:last-child { display: none } }
    </style>
    <h1>%1$s</h1>
    <table>
    """
        .formatted(title);
  }

  private static void row(StringBuilder page, Entry entry) {
    String slash = entry.directory() ? "/" : "";
    // "./" keeps a name with a colon from being read as a scheme.
    page.append("<tr><td><a href=\"./").append(encode(entry.name())).append(slash).append("\">");
    page.append(escape(entry.name())).append(slash).append("</a><td>");
    page.append(entry.directory() ? "" : size(entry.size())).append("<td>");
    page.append(TIME.format(Instant.ofEpochSecond(0, entry.modifiedNanos()))).append('\n');
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
    return String.format(Locale.ROOT, "%.1f %ciB", size, "KMGTPE".charAt(unit));
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
        encoded.append('%').append(String.format(Locale.ROOT, "%02X", b & 0xFF));
      }
    }
    return encoded.toString();
  }
}
