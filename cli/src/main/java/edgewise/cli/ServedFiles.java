package edgewise.cli;

import edgewise.http.FileHandler;
import java.util.List;
import java.util.function.Consumer;

/** How the command line wants files to be served. */
final class ServedFiles {
  private ServedFiles() {}

  /**
   * What to say to the builder of the handler, which may find a fault in a rule.
   *
   * @param cacheRules of the form {@code PATTERN=VALUE}
   */
  static Consumer<FileHandler.Builder> of(boolean precompressed, List<String> cacheRules) {
    cacheRules.forEach(ServedFiles::check);
    return how -> {
      how.listing();
      if (precompressed) {
        how.precompressed();
      }
      cacheRules.forEach(rule -> add(rule, how));
    };
  }

  private static void check(String rule) {
    if (rule.indexOf('=') < 1 || rule.endsWith("=")) {
      throw CommandFailure.ofUser(
          "--cache-control '" + rule + "' is not PATTERN=VALUE, such as '*.html=no-cache'");
    }
  }

  /** The first = divides: it is rare in a name, and often in a value (max-age=60). */
  private static void add(String rule, FileHandler.Builder how) {
    int equals = rule.indexOf('=');
    try {
      how.cacheControl(rule.substring(0, equals), rule.substring(equals + 1));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.ofUser("--cache-control '" + rule + "' cannot be: " + e.getMessage());
    }
  }
}
