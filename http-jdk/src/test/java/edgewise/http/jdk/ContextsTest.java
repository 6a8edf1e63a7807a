package edgewise.http.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ContextsTest {
  private static final long SEED = 20261121;

  @Test
  void theLongestPrefixIsFoundWhateverElseThereIs() throws Exception {
    HttpServer server = new EdgewiseHttpServerProvider().createHttpServer(null, 0);
    var random = new Random(SEED);
    for (int round = 0; round < 2000; round++) {
      var contexts = new Contexts();
      var paths = new ArrayList<String>();
      for (int i = random.nextInt(8); i >= 0; i--) {
        String path = path(random);
        if (!paths.contains(path)) {
          paths.add(path);
          contexts.add(new Context(server, path, null));
        }
      }
      String asked = path(random);
      Context found = contexts.find(asked);
      String message = asked + " among " + paths;
      assertEquals(longest(asked, paths), found == null ? "" : found.getPath(), message);
    }
  }

  /** The slow way. */
  private static String longest(String asked, List<String> paths) {
    String longest = "";
    for (String path : paths) {
      if (asked.startsWith(path) && path.length() > longest.length()) {
        longest = path;
      }
    }
    return longest;
  }

  private static String path(Random random) {
    var path = new StringBuilder("/");
    for (int i = random.nextInt(6); i > 0; i--) {
      path.append("ab/".charAt(random.nextInt(3)));
    }
    return path.toString();
  }
}
