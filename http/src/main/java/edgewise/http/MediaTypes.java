package edgewise.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Content types by the ending of a file's name. */
public final class MediaTypes {
  private static final String UNKNOWN = "application/octet-stream";

  /**
   * A type, then the endings that mean it. Text is sent as UTF-8, which is what is on disks now.
   */
  private static final String TABLE =
      """
      text/html; charset=utf-8                  html htm shtml
      text/css; charset=utf-8                   css
      text/javascript; charset=utf-8            js mjs cjs
      text/plain; charset=utf-8                 txt text log conf cfg ini properties sh bash py rb pl lua
      text/plain; charset=utf-8                 java kt scala c h cc cpp hpp rs go sql diff patch tex asc
      text/markdown; charset=utf-8              md markdown
      text/csv; charset=utf-8                   csv
      text/tab-separated-values; charset=utf-8  tsv
      text/xml; charset=utf-8                   xml xsl xsd dtd
      text/calendar; charset=utf-8              ics
      text/vcard; charset=utf-8                 vcf
      text/vtt; charset=utf-8                   vtt
      application/json                          json map geojson
      application/ld+json                       jsonld
      application/manifest+json                 webmanifest
      application/yaml                          yaml yml
      application/toml                          toml
      application/xhtml+xml; charset=utf-8      xhtml xht
      application/rss+xml; charset=utf-8        rss
      application/atom+xml; charset=utf-8       atom
      application/wasm                          wasm
      application/pdf                           pdf
      application/postscript                    ps eps ai
      application/rtf                           rtf
      application/epub+zip                      epub
      application/zip                           zip
      application/gzip                          gz tgz
      application/x-bzip2                       bz2
      application/x-xz                          xz
      application/zstd                          zst
      application/x-7z-compressed               7z
      application/vnd.rar                       rar
      application/x-tar                         tar
      application/java-archive                  jar war ear
      application/java-vm                       class
      application/x-sh                          run
      application/x-iso9660-image               iso
      application/vnd.debian.binary-package     deb
      application/x-rpm                         rpm
      application/vnd.android.package-archive   apk
      application/sqlite3                       sqlite
      application/msword                        doc
      application/vnd.ms-excel                  xls
      application/vnd.ms-powerpoint             ppt
      application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
      application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
      application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
      application/vnd.oasis.opendocument.text   odt
      application/vnd.oasis.opendocument.spreadsheet ods
      application/vnd.apple.mpegurl             m3u8
      image/svg+xml                             svg svgz
      image/png                                 png
      image/apng                                apng
      image/jpeg                                jpg jpeg
      image/gif                                 gif
      image/webp                                webp
      image/avif                                avif
      image/heic                                heic
      image/bmp                                 bmp
      image/tiff                                tif tiff
      image/vnd.microsoft.icon                  ico
      font/woff                                 woff
      font/woff2                                woff2
      font/ttf                                  ttf
      font/otf                                  otf
      application/vnd.ms-fontobject             eot
      audio/mpeg                                mp3
      audio/mp4                                 m4a
      audio/aac                                 aac
      audio/ogg                                 ogg oga
      audio/opus                                opus
      audio/flac                                flac
      audio/wav                                 wav
      audio/midi                                mid midi
      video/mp4                                 mp4 m4v
      video/mpeg                                mpeg mpg
      video/webm                                webm
      video/ogg                                 ogv
      video/quicktime                           mov
      video/x-msvideo                           avi
      video/x-matroska                          mkv
      video/mp2t                                ts
      """;

  private static final Map<String, String> BY_ENDING = parse();

  /** Beside text, and what is JSON or XML by its suffix, RFC 6839. */
  private static final Set<String> COMPRESSIBLE =
      Set.of(
          "application/json",
          "application/javascript",
          "application/xml",
          "application/yaml",
          "application/toml",
          "application/wasm",
          "application/rtf",
          "application/postscript",
          "application/x-sh",
          "application/x-tar",
          "application/sqlite3",
          "application/msword",
          "application/vnd.ms-excel",
          "application/vnd.ms-powerpoint",
          "application/vnd.ms-fontobject",
          "application/vnd.apple.mpegurl",
          "image/bmp",
          "image/vnd.microsoft.icon",
          "font/ttf",
          "font/otf");

  private MediaTypes() {}

  private static Map<String, String> parse() {
    var types = new HashMap<String, String>();
    TABLE.lines().forEach(line -> parse(line, types));
    return Map.copyOf(types);
  }

  private static void parse(String line, Map<String, String> types) {
    // A parameter follows its type after "; ", so the endings begin after the next space.
    int parameter = line.indexOf("; ");
    int end = line.indexOf(' ', parameter < 0 ? 0 : parameter + 2);
    String type = line.substring(0, end);
    for (String ending : line.substring(end).strip().split(" +", -1)) {
      types.put(ending, type);
    }
  }

  /**
   * The type of a file of that name; {@code application/octet-stream} if the ending says nothing.
   */
  public static String of(String fileName) {
    int dot = fileName.lastIndexOf('.');
    if (dot < 0 || fileName.indexOf('/', dot) >= 0) {
      return UNKNOWN;
    }
    return BY_ENDING.getOrDefault(fileName.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
  }

  /**
   * Whether content of that type is likely to become smaller by a content coding. Text is; images,
   * audio, video, fonts for the web and archives mostly are compressed already; of what is unknown
   * nothing can be said.
   *
   * @param contentType a Content-Type, parameters included, whatever its case
   */
  public static boolean isCompressible(String contentType) {
    int parameter = contentType.indexOf(';');
    String type = parameter < 0 ? contentType : contentType.substring(0, parameter);
    String name = type.strip().toLowerCase(Locale.ROOT);
    return name.startsWith("text/")
        || name.endsWith("+json")
        || name.endsWith("+xml")
        || COMPRESSIBLE.contains(name);
  }
}
