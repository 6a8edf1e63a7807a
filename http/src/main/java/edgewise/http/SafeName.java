package edgewise.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** Makes a name that can be given to a file of a name that came from a client. */
final class SafeName {
  /** NAME_MAX of limits.h. */
  private static final int MAX_BYTES = 255;

  private static final int MAX_ENDING = 16;

  /** Windows opens a device for these, whatever ending follows. */
  private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

  private SafeName() {}

  static String of(String name) {
    // Some browsers of old sent the whole path, with the separators of their own system.
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    var safe = new StringBuilder(last.length());
    last.codePoints().forEach(c -> safe.appendCodePoint(isHarmless(c) ? c : '_'));
    String bare = safe.toString().strip();
    int start = 0;
    while (start < bare.length() && bare.charAt(start) == '.') {
      start++; // a hidden file, or the folder itself, or the one above
    }
    int end = bare.length();
    while (end > start && (bare.charAt(end - 1) == '.' || bare.charAt(end - 1) == ' ')) {
      end--; // Windows drops these, and finds another file
    }
    String kept = shortened(bare.substring(start, end));
    return kept.isEmpty() ? "unnamed" : isDevice(kept) ? "_" + kept : kept;
  }

  private static boolean isHarmless(int c) {
    return switch (Character.getType(c)) {
      // With format characters (as U+202E) a name can look as if it had another ending.
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> "<>:\"|?*".indexOf(c) < 0;
    };
  }

  private static boolean isDevice(String name) {
    int dot = name.indexOf('.');
    String stem = (dot < 0 ? name : name.substring(0, dot)).strip().toLowerCase(Locale.ROOT);
    return DEVICES.contains(stem) || stem.matches("(com|lpt)[0-9]");
  }

  /** Cuts characters out before the ending until it fits, with a margin for the underscore. */
  private static String shortened(String name) {
    int dot = name.lastIndexOf('.');
    boolean ends = dot > 0 && name.length() - dot <= MAX_ENDING;
    String ending = ends ? name.substring(dot) : "";
    String stem = ends ? name.substring(0, dot) : name;
    int room = MAX_BYTES - 1 - length(ending);
    if (length(stem) <= room) {
      return name;
    }
    var kept = new StringBuilder();
    int used = 0;
    for (int i = 0; i < stem.length(); i += Character.charCount(stem.codePointAt(i))) {
      String character = Character.toString(stem.codePointAt(i));
      used += length(character);
      if (used > room) {
        break;
      }
      kept.append(character);
    }
    return kept + ending;
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
