package edgewise.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Requests to be parsed, sixteen of a kind, in the pieces that a connection would be shown. */
public enum Requests {
  /** One field; each request comes alone. */
  MINIMAL {
    @Override
    List<String> pieces() {
      return repeated(minimal());
    }
  },

  /** What a browser sends, 12 fields; each request comes alone. */
  BROWSER {
    @Override
    List<String> pieces() {
      return repeated(browser("/plaintext", "en-US,en;q=0.9", "session=5a6d8e0f; theme=dark"));
    }
  },

  /** As from browsers, and no two the same: what one taught the branch predictor errs the next. */
  MIXED {
    @Override
    List<String> pieces() {
      var random = new Random(5);
      var pieces = new ArrayList<String>();
      for (int i = 0; i < COUNT; i++) {
        pieces.add(
            browser(
                "/shop/" + text(random, 30) + "?q=" + text(random, 20),
                "en;q=0." + random.nextInt(10),
                "session=" + text(random, 60)));
      }
      return pieces;
    }
  },

  /** The first kind, pipelined: all in one piece. */
  PIPELINED {
    @Override
    List<String> pieces() {
      return List.of(minimal().repeat(COUNT));
    }
  };

  static final int COUNT = 16;

  abstract List<String> pieces();

  byte[][] octets() {
    return pieces().stream()
        .map(text -> text.getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  private static List<String> repeated(String request) {
    return java.util.Collections.nCopies(COUNT, request);
  }

  private static String text(Random random, int most) {
    var text = new StringBuilder();
    for (int i = 1 + random.nextInt(most); i > 0; i--) {
      text.append((char) ('a' + random.nextInt(26)));
    }
    return text.toString();
  }

  static String minimal() {
    return "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  /** The fields, their order and their lengths as Chromium sends them for a page. */
  static String browser(String target, String language, String cookie) {
    return "GET "
        + target
        + """
         HTTP/1.1
        Host: www.example.com:8080
        Connection: keep-alive
        Cache-Control: max-age=0
        Upgrade-Insecure-Requests: 1
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
        Chrome/130.0.0.0 Safari/537.36
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,\
        image/apng,*/*;q=0.8
        Sec-Fetch-Site: same-origin
        Sec-Fetch-Mode: navigate
        Referer: http://www.example.com:8080/start
        Accept-Encoding: gzip, deflate, br, zstd
        Accept-Language: %s
        Cookie: %s

        """
            .formatted(language, cookie)
            .replace("\n", "\r\n");
  }
}
