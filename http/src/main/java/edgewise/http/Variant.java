package edgewise.http;

import edgewise.FileRoot;
import edgewise.OpenFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file to be sent: the one that was asked for, or one beside it that has the same content
 * compressed, {@code app.js.br} or {@code app.js.gz}.
 *
 * @param coding the name of the content coding; null for none
 */
record Variant(OpenFile file, @Nullable String coding) {
  private static final Map<String, String> ENDINGS = Map.of("br", ".br", "gzip", ".gz");

  /** The smallest first: it is taken if a client likes all of them. */
  private static final List<String> CODINGS = List.of("br", "gzip");

  private static final long NANOS = 1_000_000_000;

  /** Whether a name is that of a compressed file, beside which none is looked for. */
  static boolean isCompressed(String name) {
    return ENDINGS.values().stream().anyMatch(name::endsWith);
  }

  /**
   * The variant that the client likes best of those that are there. Only files that could be sent
   * are opened.
   *
   * @param acceptEncoding the values of all fields of that name
   * @param original the file of that name, which is closed unless it is the one that is chosen
   * @return null if the client takes none
   */
  static @Nullable Variant choose(
      FileRoot root, String name, OpenFile original, List<String> acceptEncoding)
      throws IOException {
    OpenFile unused = original;
    try {
      var accepted = AcceptEncoding.parse(acceptEncoding);
      var codings = new ArrayList<>(CODINGS);
      while (true) {
        String best = accepted.choose(codings);
        if (best == null) {
          return null;
        }
        if (best.equals(AcceptEncoding.IDENTITY)) {
          unused = null;
          return new Variant(original, null);
        }
        OpenFile sibling = sibling(root, name + ENDINGS.get(best), original);
        if (sibling != null) {
          return new Variant(sibling, best);
        }
        codings.remove(best);
      }
    } finally {
      if (unused != null) {
        unused.close();
      }
    }
  }

  /**
   * A compressed file that is older than the original was made of what the original was before, and
   * would bring back the past. Whole seconds are compared: some tools that compress copy no more of
   * the time.
   */
  private static @Nullable OpenFile sibling(FileRoot root, String name, OpenFile original)
      throws IOException {
    OpenFile found = openIfAllowed(root, name);
    if (found == null) {
      return null;
    }
    boolean current = seconds(found) >= seconds(original);
    if (current && !found.isDirectory()) {
      return found;
    }
    found.close();
    return null;
  }

  private static @Nullable OpenFile openIfAllowed(FileRoot root, String name) throws IOException {
    try {
      return root.open(name);
    } catch (AccessDeniedException e) {
      return null; // the original can be read, so there is something to answer with
    }
  }

  private static long seconds(OpenFile file) {
    return Math.floorDiv(file.modifiedNanos(), NANOS);
  }
}
