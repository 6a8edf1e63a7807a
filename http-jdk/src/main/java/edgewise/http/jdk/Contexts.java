package edgewise.http.jdk;

import com.sun.net.httpserver.HttpContext;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of a server by their paths. As in the JDK, a path is a prefix of characters, not of
 * segments: {@code /app} also takes {@code /apple}. Thread-safe.
 */
final class Contexts {
  private final ConcurrentSkipListMap<String, Context> byPath = new ConcurrentSkipListMap<>();

  void add(Context context) {
    if (byPath.putIfAbsent(context.getPath(), context) != null) {
      throw new IllegalArgumentException("there is a context " + context.getPath() + " already");
    }
  }

  void remove(String path) {
    if (byPath.remove(path) == null) {
      throw new IllegalArgumentException("there is no context " + path);
    }
  }

  void remove(HttpContext context) {
    if (!byPath.values().removeIf(one -> one == context)) {
      throw new IllegalArgumentException("not a context of this server: " + context.getPath());
    }
  }

  /** The context with the longest path that the path begins with. */
  @Nullable Context find(String path) {
    // A prefix sorts before what it is a prefix of, and so does everything between the two that
    // shares less with the path: so each miss shortens the search to what they have in common.
    String upTo = path;
    var entry = byPath.floorEntry(upTo);
    while (entry != null && !path.startsWith(entry.getKey())) {
      upTo = path.substring(0, common(path, entry.getKey()));
      entry = byPath.floorEntry(upTo);
    }
    return entry == null ? null : entry.getValue();
  }

  private static int common(String one, String other) {
    int end = Math.min(one.length(), other.length());
    int i = 0;
    while (i < end && one.charAt(i) == other.charAt(i)) {
      i++;
    }
    return i;
  }
}
